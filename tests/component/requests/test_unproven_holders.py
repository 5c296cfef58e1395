"""Whoever signs up with a holder's CPF is not the holder yet: nothing of the holder's requests is theirs to read, listed or copied."""

import io
import json
import zipfile
from typing import Any

from services.requests.app import service
from shared.clock import utc_now
from shared.contracts.access.consumer_unit import HolderChanged
from shared.contracts.access.grant import AccessRevoked
from shared.contracts.identity.user import HolderProven, PersonalDataErased
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.requests import journey as j

ADDRESS = str(j.SITE["address"])
LISTS = ("/v1/budget-requests", "/v1/commissionings", "/v1/commissionable-units")


async def copy(who: j.Walker) -> tuple[str, dict[str, Any], list[str]]:
    """The copy of one's data: as text, read, and the documents in it."""
    taken = await who.get("/requests/v1/my-data")
    assert taken.status_code == 200, taken.text
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        text = archive.read("requests.json").decode()
        return text, json.loads(text), [name for name in archive.namelist() if name.startswith("documents/")]


async def forgotten(door: Running) -> None:
    """Ana has erased her account; whoever signs up with her CPF next has her PersonId."""
    fact = PersonalDataErased(user_id=j.ANA, person_id=j.ANA, at=utc_now())
    await happened(door, service(), told(fact, f"user-{j.ANA}", 2))


async def proven_again(door: Running) -> None:
    """The new account is proven to be Ana's too."""
    fact = HolderProven(user_id=j.OTHER, person_id=j.ANA, how="attendant", proven_at=utc_now())
    await happened(door, service(), told(fact, f"user-{j.OTHER}", 1))


async def listed(who: j.Walker) -> list[int]:
    """How many lines each list shows."""
    return [len((await who.get(path)).json()["items"]) for path in LISTS]


async def opened(who: j.Walker, *paths: str) -> list[int]:
    """How each look is answered."""
    return [(await who.get(path)).status_code for path in paths]


async def test_an_unproven_account_reads_nothing_that_is_the_holders(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    request, _ = await j.in_force(rui, ana)
    commissioning = await j.commissioning_filed(rui, request)
    shown = (await rui.get(request)).json()["draft"]["documents"][0]["document_id"]
    looks = [request, f"{request}/timeline", f"{request}/clocks", f"{request}/checklist", commissioning, f"{commissioning}/timeline"]
    views = f"/v1/request-documents/{shown}/views"
    assert (await opened(ana, *looks), await listed(ana), (await ana.post(views, {"purpose": "own"})).status_code) == (
        [200] * 6,
        [1, 1, 1],
        200,
    )
    text, copied, files = await copy(ana)
    assert (ADDRESS in text, len(copied["histories"]) > 2, len(files) >= len(j.DOCUMENTS)) == (True, True, True)

    await forgotten(door)
    assert (await opened(ana, *looks), await listed(ana), (await ana.post(views, {"purpose": "own"})).status_code) == (
        [404] * 6,
        [0, 0, 0],
        404,
    )
    assert (await ana.post(f"{request}/budget-receipt")).status_code == 404
    text, copied, files = await copy(ana)
    assert (ADDRESS in text, copied["histories"], copied["documents"], files) == (False, {}, [], [])
    assert copied["records"] == {"taken_part_in": []}
    assert (await opened(rui, *looks), await listed(rui)) == ([200] * 6, [1, 1, 1]), "who acts under a grant still does"

    await proven_again(door)
    assert (await opened(ana, *looks), await listed(ana), (await ana.post(views, {"purpose": "own"})).status_code) == (
        [200] * 6,
        [1, 1, 1],
        200,
    )


async def test_who_filed_without_any_proof_still_sees_that_it_exists(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    request, _ = await j.filed(rui)
    ended = AccessRevoked(
        grant_id=j.GRANT,
        unit_id=j.UNIT,
        holder_id=j.ANA,
        professional_id=j.RUI,
        by="holder",
        reason="revoked-by-holder",
        revoked_at=utc_now(),
    )
    await happened(door, service(), told(ended, f"grant-{j.GRANT}", 3))
    seen = (await rui.get(request)).json()
    assert (seen["protocol"] is None, seen["state"], seen["draft"]) == (False, None, None)
    assert (await listed(rui))[0] == 1
    assert [line["id"] for line in (await copy(rui))[1]["records"]["taken_part_in"]] == [request[-36:]]
    assert (await ana.get(request)).json()["draft"] is not None


async def test_who_was_the_holder_keeps_what_was_theirs_while_proven(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    request, _ = await j.filed(rui)
    changed = HolderChanged(unit_id=j.UNIT, holder_id=j.OTHER, holder_kind="cpf", previous_holder_id=j.ANA, changed_at=utc_now())
    await happened(door, service(), told(changed, f"consumer-unit-{j.UNIT}", 2))
    assert (await ana.get(request)).json()["draft"] is not None
    await forgotten(door)
    assert (await opened(ana, request), await listed(ana)) == ([404], [0, 0, 0])
