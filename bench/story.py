"""Drafts that only have to be filed: one prepared through the door of requests, then copied for as many houses as are needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

from services.requests.app import service
from services.requests.parts import RequestsParts
from shared.clock import utc_now
from shared.contracts.identity.user import HolderProven
from shared.eventsourcing.bulk import Appending, append_many
from shared.eventsourcing.event import Cause, Event
from shared.eventsourcing.silence import note_progress
from shared.eventsourcing.transaction import transact
from shared.identifiers import parse_document
from shared.postgres import Db
from shared.testing.happened import happened, told
from shared.testing.running import Running, running
from tests.component.requests.facts import TOPICS, approved, granted, house
from tests.component.requests.journey import ANA, GRANT, RUI, UNIT, prepared, walker

CPF = "52998224725"
_AT_ONCE = 50
_CAUSE = Cause("service:bench", uuid4())


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that may be filed, and who files it."""

    request_id: UUID
    filer: UUID


async def drafts(count: int) -> Sequence[Draft]:
    """So many complete drafts, each for its own house of one holder; the settings come from the environment."""
    made_of = service()
    async with running(made_of, made_of.settings()) as it:
        parts = cast("RequestsParts", it.parts)
        holder = parts.platform.people.of(parse_document(CPF))
        await _told(it)
        path = await prepared(walker(it, RUI))
        first = UUID(path[-36:])
        async with parts.platform.pool.acquire() as db:
            history, _ = await parts.requests.store.history(db, parts.requests.stream(first))
        found: list[Draft] = []
        for start in range(0, count, _AT_ONCE):
            wanted = [(uuid4(), uuid4()) for _ in range(min(_AT_ONCE, count - start))]

            async def copy(db: Db, wanted: Sequence[tuple[UUID, UUID]] = wanted) -> None:
                await _houses(db, [unit for _, unit in wanted], holder)
                batch = [
                    Appending(
                        parts.requests.stream(request),
                        0,
                        [_moved(event, {first: request, UNIT: unit, ANA: holder}) for event in history],
                        holder,
                    )
                    for request, unit in wanted
                ]
                for one in batch:
                    await append_many(db, parts.store, [one], _CAUSE)

            await transact(parts.platform.pool, copy)
            found += [Draft(request, RUI) for request, _ in wanted]
        return found


def _moved(event: Event, ids: dict[UUID, UUID]) -> Event:
    text = event.model_dump_json()
    for old, new in ids.items():
        text = text.replace(str(old), str(new))
    return type(event).model_validate_json(text)


async def _houses(db: Db, units: Sequence[UUID], holder: UUID) -> None:
    """The first house and the grant for it, once more for each of these."""
    for table, changed in (
        ("units", {"unit_id": "u", "holder_id": "$3"}),
        ("grants", {"grant_id": "gen_random_uuid()", "unit_id": "u", "holder_id": "$3"}),
    ):
        columns = [row["attname"] for row in await db.fetch(_COLUMNS, table)]
        chosen = ", ".join(changed.get(name, name) for name in columns)
        await db.execute(
            f"insert into {table} ({', '.join(columns)}) select {chosen} from {table}, unnest($1::uuid[]) u where {table}.unit_id = $2",
            units,
            UNIT,
            holder,
        )


_COLUMNS = "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum"


async def _told(it: Running) -> None:
    """What the other services have published: a house, its proven holder, an engineer under a live grant."""
    proven = HolderProven(user_id=ANA, person_id=ANA, how="attendant", proven_at=utc_now())
    profile, grant = approved(RUI, "engenheiro", technical=True), granted(GRANT, RUI)
    await happened(it, service(), told(house(), f"consumer-unit-{UNIT}", 1))
    await happened(it, service(), told(proven, f"user-{ANA}", 1))
    await happened(it, service(), told(profile, f"profile-{RUI}", 1), told(grant, f"grant-{GRANT}", 2))
    async with it.parts.platform.pool.acquire() as db:
        await note_progress(db, "requests.views", [(topic, 0) for topic in TOPICS])
        await db.execute("update reader_progress set caught_up_at = caught_up_at + interval '1 day'")
