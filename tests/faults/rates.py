"""Faust's counts beside the exact ones: near while the hour runs, replaced when it is over."""

from datetime import timedelta
from math import ceil

from deploy.local.home import LOOPBACK, Home
from deploy.local.servers.postgres import admin_url
from services.backoffice.live_rates import LiveRates
from shared.clock import utc_now
from shared.postgres import open_pool
from tests.faults.truth import rows

PER_KILL = 3
"""What was counted between two commits of Faust is counted again after a kill."""
EXACT = "select (select count(*) from reviews) as arrivals, (select count(*) from decisions) as decisions"
LIVE = (
    "select coalesce(sum(count) filter (where metric = 'arrivals'), 0)::int as arrivals,"
    " coalesce(sum(count) filter (where metric = 'decisions'), 0)::int as decisions from live_rates"
)


async def rates(home: Home) -> dict[str, tuple[int, int]]:
    """Per metric, the live and the exact count."""
    [live], [exact] = await rows(home, "backoffice", LIVE), await rows(home, "backoffice", EXACT)
    return {metric: (live[metric], exact[metric]) for metric in ("arrivals", "decisions")}


def apart(counted: dict[str, tuple[int, int]]) -> str:
    """Both counts of each metric, and by how much of the exact one they differ."""
    return ", ".join(f"{metric} {live} and {exact} ({(live - exact) / max(exact, 1):+.1%})" for metric, (live, exact) in counted.items())


async def near(home: Home, kills: int) -> bool:
    """Within one per cent, and what each kill may cost."""
    return all(abs(live - exact) <= ceil(exact / 100) + PER_KILL * kills for live, exact in (await rates(home)).values())


async def after_the_hour(home: Home) -> dict[str, tuple[int, int]]:
    """The same once the hour is over for the service's clock: now every count is exact."""
    pool = await open_pool(admin_url(home, "backoffice"), maximum=2)
    try:
        bootstrap = f"{LOOPBACK}:{home.ports['kafka']}"
        await LiveRates(pool, bootstrap, lambda: utc_now() + timedelta(hours=1)).settle_now()
    finally:
        await pool.close()
    return await rates(home)
