"""One fact ends, or puts in dispute, more grants than a transaction may append: every one, and each once."""

from datetime import timedelta
from uuid import UUID, uuid4

from shared.clock import utc_now
from shared.contracts.access.grant import AccessGranted, AccessOffered
from shared.contracts.identity.user import AccountHandedOver
from shared.eventsourcing.bulk import Appending, append_many
from shared.eventsourcing.event import Cause
from shared.eventsourcing.limit import MAXIMUM_APPENDS
from shared.eventsourcing.transaction import transact
from shared.testing.happened import happened
from tests.component.access.story import ANA, CLARA, ENDS_ON, Story, record

MANY = MAXIMUM_APPENDS + 30


async def _granted(story: Story, unit: UUID, times: int) -> None:
    now = utc_now()
    batch = []
    for _ in range(times):
        between = {"grant_id": uuid4(), "unit_id": unit, "holder_id": story.pid(ANA), "professional_id": uuid4()}
        offered = AccessOffered(**between, may_decide=False, ends_on=ENDS_ON, offered_at=now, lapses_at=now + timedelta(days=30))
        granted = AccessGranted(**between, may_decide=False, ends_on=ENDS_ON, granted_at=now)
        batch.append(Appending(f"grant-{between['grant_id']}", 0, [offered, granted]))
    await transact(story.parts.platform.pool, lambda db: append_many(db, story.parts.store, batch, Cause("service:test", uuid4())))


async def _count(story: Story, event: str) -> tuple[int, int]:
    row = await story.parts.platform.pool.fetchrow("select count(*), count(distinct stream) from events where type = $1", event)
    assert row is not None
    return row[0], row[1]


async def test_another_holder_ends_every_grant_of_the_former_one_once(story: Story) -> None:
    await _granted(story, await story.unit_id(1), MANY)
    await story.register(record(1, CLARA, sequence=2))
    async with story.parts.platform.pool.acquire() as db:
        [changed] = [one for one in await story.parts.store.after(db, 0, limit=1000) if type(one.event).__name__ == "HolderChanged"]
    for _ in range(2):
        await happened(story.it, story.service, changed)
    assert await _count(story, "AccessRevoked") == (MANY, MANY)
    assert await story.parts.platform.pool.fetchval("select count(*) from grants where state <> 'revoked'") == 0
    await story.parts.platform.pool.execute("delete from applied where reader = 'when_holder_changed'")
    await happened(story.it, story.service, changed)
    assert await _count(story, "AccessRevoked") == (MANY, MANY)


async def test_a_hand_over_puts_every_grant_in_dispute_once(story: Story) -> None:
    await _granted(story, await story.unit_id(1), MANY)
    person = story.pid(ANA)
    handed = AccountHandedOver(user_id=person, person_id=person, acted_since=utc_now() - timedelta(hours=1), at=utc_now())
    await story.hear(handed, f"user-{person}")
    assert await _count(story, "AccessSuspended") == (MANY, MANY)
    assert await story.parts.platform.pool.fetchval("select count(*) from grants where not suspended") == 0
