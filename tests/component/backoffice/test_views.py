"""The views of the back office, and the timers of claims, are what their events make of them."""

from shared.eventsourcing.verify import Report, check_views
from tests.component.backoffice.house import MARCOS, PAULA, House, house, submitted, who
from tests.conftest import Database


async def findings(its: House) -> Report:
    """What verify says of the views."""
    report = Report("backoffice")
    async with its.parts.platform.pool.acquire() as db:
        await check_views(db, report, its.parts.store, its.parts.store.views)
    return report


async def test_every_view_equals_its_rebuild_and_a_claim_without_its_timer_is_found(database: Database) -> None:
    async with house(database) as its:
        for name in ("rui", "clara", "tiago"):
            await its.tell(f"profile-{who(name)}", submitted(who(name), "20262000000017"))
        paula, marcos = its.staff(PAULA, "reviewer"), its.staff(MARCOS, "reviewer")
        held = await its.claim_next("profiles", paula)
        await its.judge_all(held, paula)
        released = await its.claim_next("profiles", marcos)
        assert (await its.post(f"/v1/reviews/{released}/releases", marcos)).status_code == 200
        report = await findings(its)
        assert report.findings == []
        assert {"reviews", "decisions", "timers"} <= {one.table for one in report.views}
        assert [one.partition(" (")[0] for one in report.not_compared] == ["notices_by_mail_1"]
        assert await its.parts.platform.pool.execute("delete from timers where name = 'expire-claim'") == "DELETE 1"
        assert (await findings(its)).findings == ["view claim_timers_1, table timers: 0 rows only live, 1 only in its rebuild"]
