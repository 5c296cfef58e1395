"""How the distributor's deadlines stand, as its watchers are told."""

from datetime import timedelta

from prometheus_client import REGISTRY

from services.requests.deadlines import Deadlines
from shared.testing.running import Running


def counted(clock: str, standing: str) -> float:
    return REGISTRY.get_sample_value("deadlines_open", {"clock": clock, "standing": standing}) or 0


async def test_a_deadline_is_in_time_then_at_risk_then_missed_and_gone_when_kept(door: Running) -> None:
    platform = door.parts.platform
    today = platform.calendar.today(platform.clock())
    measure = Deadlines(platform.pool, platform.calendar, platform.clock).measure
    row = (
        "insert into clocks (stream, clock, article, starts_on, due_on, length, unit, bound, state)"
        " values ($1, $2, 'art. 64', $3, $3, 1, 'days', $4, 'running')"
    )
    await platform.pool.execute(row, "budget-request-a", "budget", today, "distributor")
    await platform.pool.execute(row, "budget-request-b", "approval", today, "customer")
    seen = []
    for days in (5, 2, 1, 0, -1):
        await platform.pool.execute("update clocks set due_on = $1", today + timedelta(days=days))
        await measure()
        seen.append(next(standing for standing in ("in-time", "at-risk", "missed") if counted("budget", standing)))
        assert counted("approval", "missed") == 0, "a customer's deadline is no risk of the distributor's"
    assert seen == ["in-time", "in-time", "at-risk", "at-risk", "missed"]
    await platform.pool.execute("update clocks set ended_at = now()")
    await measure()
    assert counted("budget", "missed") == 0
