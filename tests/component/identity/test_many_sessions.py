"""Whoever ends all other sessions ends all of them, however many there are."""

from uuid import UUID, uuid4

from services.identity.domain.session.events import LoggedIn
from shared.clock import utc_now
from shared.eventsourcing.bulk import Appending, append_many
from shared.eventsourcing.event import Cause
from shared.eventsourcing.limit import MAXIMUM_APPENDS
from shared.eventsourcing.transaction import transact
from tests.component.identity.conftest import Identity

MANY = 2 * MAXIMUM_APPENDS + 30


async def test_all_other_sessions_end_also_when_there_are_hundreds(identity: Identity) -> None:
    async with identity.browser() as browser:
        mine = await identity.sign_up(browser, identity.cast.rui)
        subject, person = UUID(mine["subject_id"]), UUID(mine["person_id"])
        batch = [Appending(f"session-{one}", 0, [_began(one, subject, person)], person) for one in (uuid4() for _ in range(MANY))]
        pool = identity.parts.platform.pool
        await transact(pool, lambda db: append_many(db, identity.parts.store, batch, Cause("service:test", uuid4())))
        assert (await browser.post("/v1/me/sessions/end-others")).status_code == 204
        live = await pool.fetch("select session_id from sessions where subject_id = $1 and ended_at is null", subject)
        assert [str(row["session_id"]) for row in live] == [mine["session_id"]]
        assert await pool.fetchval("select count(distinct stream) from events where type = 'SessionEnded'") == MANY


def _began(session: UUID, subject: UUID, person: UUID) -> LoggedIn:
    return LoggedIn(
        session_id=session,
        subject_id=subject,
        person_id=person,
        kind="customer",
        amr=("pwd",),
        browser_id=uuid4(),
        browser="Firefox",
        known_browser=False,
        shared_device=False,
        logged_in_at=utc_now(),
    )
