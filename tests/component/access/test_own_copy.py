"""A copy of what access holds: a unit is the present holder's, and a holder's only once the account is proven to be theirs."""

import io
import json
import zipfile
from typing import Any

from tests.component.access.story import ANA, BRUNO, RUI, Story, record


async def copy(story: Story, somebody: Any) -> tuple[str, dict[str, Any]]:
    """Somebody's copy, as text and read."""
    taken = await story.get("/access/v1/my-data", somebody)
    assert taken.status_code == 200, taken.text
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        text = archive.read("access.json").decode()
    return text, json.loads(text)


async def test_whoever_signed_up_with_a_holders_cpf_is_given_none_of_their_units_and_grants(story: Story) -> None:
    unit = f"consumer-unit-{await story.unit_id(3)}"
    text, copied = await copy(story, BRUNO)
    assert (copied["histories"], "Rua das Palmeiras" in text) == ({}, False)
    await story.proven(BRUNO)
    offered = await story.offer(3, RUI, BRUNO)
    grant = f"grant-{offered.headers['location'][-36:]}"
    text, copied = await copy(story, BRUNO)
    assert (set(copied["histories"]), "Rua das Palmeiras 3" in text) == ({unit, grant}, True)
    text, copied = await copy(story, RUI)
    assert (set(copied["histories"]), "Rua das Palmeiras" in text) == ({grant}, False), "the other side of a grant needs no proof"
    await story.parts.platform.pool.execute("update proven_holders set proven = false where person_id = $1", story.pid(BRUNO))
    assert (await copy(story, BRUNO))[1]["histories"] == {}, "what was proven of an earlier account says nothing of this one"


async def test_a_unit_goes_with_its_holder_whoever_was_when_its_key_was_made(story: Story) -> None:
    unit = f"consumer-unit-{await story.unit_id(1)}"
    await story.proven(BRUNO)
    assert unit in (await copy(story, ANA))[1]["histories"]
    await story.register(record(1, BRUNO, sequence=2))
    text, copied = await copy(story, ANA)
    assert (unit in copied["histories"], "Rua das Palmeiras 1" in text) == (False, False)
    text, copied = await copy(story, BRUNO)
    assert (unit in copied["histories"], "Rua das Palmeiras 1" in text) == (True, True)
