"""The views of identity, and the timers of sign-ups, are what their events make of them."""

from shared.eventsourcing.verify import Report, check_views
from tests.component.identity.conftest import Identity


async def findings(identity: Identity) -> Report:
    """What verify says of the views."""
    report = Report("identity")
    async with identity.parts.platform.pool.acquire() as db:
        await check_views(db, report, identity.parts.store, identity.parts.store.views, identity.clock)
    return report


async def test_every_view_equals_its_rebuild_and_a_lost_timer_is_found(identity: Identity) -> None:
    async with identity.browser() as ana, identity.browser() as rui, identity.browser() as admin:
        await identity.sign_up(ana, identity.cast.ana)
        await identity.begin(rui, identity.cast.rui)
        await identity.admin(admin)
        assert (await ana.post("/v1/me/sessions/end-all")).status_code == 204
    report = await findings(identity)
    assert report.findings == []
    assert {"accounts", "sessions", "staff", "timers"} <= {one.table for one in report.views}
    assert {one.partition(" (")[0] for one in report.not_compared} == {"own_notices_1", "own_ended_sessions_1"}
    assert await identity.parts.platform.pool.execute("delete from timers where name = 'sign-up-abandoned'") == "DELETE 1"
    assert (await findings(identity)).findings == ["view sign_up_deadlines_1, table timers: 0 rows only live, 1 only in its rebuild"]
