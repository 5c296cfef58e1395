"""What happens to grants when people change: an account handed over, a person forgotten, a profile expired."""

from datetime import timedelta

from shared.clock import utc_now
from shared.contracts.erasure import ErasureApplied
from shared.contracts.identity.user import AccountHandedOver, PersonalDataErased
from tests.component.access.story import ANA, CLARA, RUI, Story


async def test_a_hand_over_suspends_grants_until_the_proven_holder_decides(story: Story) -> None:
    path, open_offer = await story.granted(1), (await story.offer(2)).headers["location"]
    person = story.pid(ANA)
    handed = AccountHandedOver(user_id=person, person_id=person, acted_since=utc_now() - timedelta(hours=1), at=utc_now())
    await story.hear(handed, f"user-{person}")
    seen = (await story.get(path, RUI)).json()
    assert (seen["state"], seen["suspended"]) == ("live", True)
    assert (await story.get(open_offer, RUI)).json()["state"] == "withdrawn"
    unit = f"/v1/consumer-units/{await story.unit_id(1)}"
    assert (await story.get(unit, RUI)).status_code == 404
    refused = await story.post(f"{path}/reinstatement", ANA)
    assert (refused.status_code, refused.json()["code"]) == (409, "holder-not-proven")
    await story.proven(ANA)
    kept = await story.post(f"{path}/reinstatement", ANA)
    assert (kept.status_code, kept.json()["suspended"]) == (200, False)
    assert (await story.get(unit, RUI)).status_code == 200


async def test_who_is_forgotten_is_told_what_is_kept(story: Story) -> None:
    await story.granted(1)
    for somebody in (ANA, CLARA):
        person = story.pid(somebody)
        await story.hear(PersonalDataErased(user_id=person, person_id=person, at=utc_now()), f"user-{person}")
    async with story.parts.platform.pool.acquire() as db:
        events = [record.event for record in await story.parts.store.after(db, 0)]
    answers = {event.person_id: event for event in events if isinstance(event, ErasureApplied)}
    assert [kept.what for kept in answers[story.pid(ANA)].kept] == ["grants", "consumer-units"]
    assert answers[story.pid(CLARA)].kept == ()
    assert (await story.get("/v1/consumer-units", ANA)).json()["listing"]["code"] == "holder-not-proven"
