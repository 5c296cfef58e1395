"""How long a session lives: unused for so long, so long at most, and no longer than the next log-in of its browser."""

from datetime import timedelta

import httpx

from tests.component.identity.conftest import Identity


async def refreshed(browser: httpx.AsyncClient) -> int:
    return (await browser.post("/v1/sessions/refreshes")).status_code


async def test_a_session_nobody_used_is_over_and_one_in_use_goes_on(identity: Identity) -> None:
    idle = identity.parts.settings.session_idle
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        identity.clock.move(idle - timedelta(minutes=1))
        assert await refreshed(browser) == 200
        identity.clock.move(idle - timedelta(minutes=1))
        assert await refreshed(browser) == 200
        identity.clock.move(idle)
        assert await refreshed(browser) == 401


async def test_a_session_in_daily_use_ends_at_its_limit(identity: Identity) -> None:
    settings = identity.parts.settings
    step = settings.session_idle - timedelta(days=1)
    async with identity.browser() as browser:
        await identity.sign_up(browser, identity.cast.ana)
        for _ in range(settings.session_limit // step):
            identity.clock.move(step)
            assert await refreshed(browser) == 200
        identity.clock.move(settings.session_limit % step)
        assert await refreshed(browser) == 401


async def test_staff_are_out_sooner(identity: Identity) -> None:
    async with identity.browser() as browser:
        await identity.admin(browser)
        assert (await browser.post("/v1/staff/sessions/refreshes")).status_code == 200
        identity.clock.move(identity.parts.settings.staff_idle)
        assert (await browser.post("/v1/staff/sessions/refreshes")).status_code == 401


async def test_a_new_log_in_ends_the_earlier_session_of_its_browser_alone(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser, identity.browser() as other, identity.browser() as thief:
        await identity.sign_up(browser, ana)
        assert (await identity.log_in(other, ana)).status_code == 201
        thief.cookies.update(browser.cookies)
        assert (await identity.log_in(browser, ana)).status_code == 201
        assert await refreshed(thief) == 401
        assert await refreshed(browser) == 200
        assert await refreshed(other) == 200
    ended = await identity.parts.platform.pool.fetch("select because from sessions where because is not null")
    assert [row["because"] for row in ended] == ["logged-in-again"]
