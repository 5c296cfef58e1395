"""Staff over HTTP, once they are in: who am I, a second factor lost and given back, the last of two admins, a link that was never used."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pyotp
import pytest

from services.identity.domain.staff_member.decider import INVITATION_LIVES
from services.identity.invitations import invite_admin
from shared.ids import new_id
from shared.testing.people import Person
from tests.component.identity.conftest import Identity, key


async def join(
    identity: Identity, admin: httpx.AsyncClient, browser: httpx.AsyncClient, person: Person, role: str
) -> tuple[pyotp.TOTP, str]:
    """Invited, and logged in with both factors."""
    body = {"cpf": person.document, "name": person.name, "email": person.email, "roles": [role]}
    invited = await admin.post("/v1/staff", json=body, headers=key())
    assert invited.status_code == 201, invited.text
    totp = await identity.accept(browser, person)
    await identity.staff_log_in(browser, person, totp)
    return totp, str(invited.json()["id"])


def codes_of(me: dict[str, Any]) -> dict[str, str | None]:
    return {deed: line["code"] for deed, line in me["actions"].items()}


async def test_staff_see_who_they_are_and_until_when_the_second_factor_is_fresh(identity: Identity) -> None:
    async with identity.browser() as admin:
        totp = await identity.admin(admin)
        me = (await admin.get("/v1/staff/me")).json()
        assert (me["display_name"], me["roles"]) == (identity.cast.supervisor.name, ["admin"])
        assert codes_of(me) == {
            "change-staff": None,
            "attend": "role-required",
            "import-customers": "role-required",
            "replay-parked": "role-required",
        }
        identity.clock.move(timedelta(minutes=6))
        admin.headers["Authorization"] = f"Bearer {(await admin.post('/v1/staff/sessions/refreshes')).json()['access_token']}"
        assert codes_of((await admin.get("/v1/staff/me")).json())["change-staff"] == "step-up-required"
        answer = await admin.post(f"/v1/staff/{me['staff_id']}/totp-resets")
        assert (answer.status_code, answer.json()["code"]) == (403, "step-up-required")
        fresh = await admin.post("/v1/staff/step-ups", json={"totp": totp.at(identity.clock())})
        admin.headers["Authorization"] = f"Bearer {fresh.json()['access_token']}"
        assert codes_of((await admin.get("/v1/staff/me")).json())["change-staff"] is None
        answer = await admin.post(f"/v1/staff/{me['staff_id']}/totp-resets")
        assert (answer.status_code, answer.json()["code"]) == (403, "own-roles-are-not-yours")


async def test_a_lost_second_factor_is_reset_by_another_and_enrolled_anew(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        old, staff_id = await join(identity, admin, browser, reviewer, "reviewer")
        assert (await admin.post(f"/v1/staff/{staff_id}/totp-resets")).status_code == 202
        assert (await browser.get("/v1/staff/me")).json()["code"] == "session-over"
        identity.clock.move(timedelta(minutes=1))
        body = {"cpf": reviewer.document, "password": reviewer.password, "totp": old.at(identity.clock())}
        assert (await browser.post("/v1/staff/sessions", json=body)).json()["code"] == "credentials-not-recognised"
        new = await identity.accept(browser, reviewer)
        assert new.secret != old.secret
        await identity.staff_log_in(browser, reviewer, new)
        assert (await browser.get("/v1/staff/me")).json()["roles"] == ["reviewer"]
    published = await identity.parts.platform.pool.fetchval("select data::text from events where type = 'TotpReset'")
    assert "token_digest" not in published
    assert await identity.parts.platform.pool.fetchval(
        "select count(*) from mails where fact = 'new-browser' and address = $1", reviewer.email
    )


async def test_a_code_of_the_half_minute_to_come_or_long_past_is_wrong(identity: Identity) -> None:
    person = identity.cast.supervisor
    async with identity.browser() as admin:
        totp = await identity.admin(admin)
        identity.clock.move(timedelta(minutes=10))
        body = {"cpf": person.document, "password": person.password}
        for seconds in (60, -90, -60):
            code = totp.at(identity.clock() + timedelta(seconds=seconds))
            assert (await admin.post("/v1/staff/sessions", json={**body, "totp": code})).json()["code"] == "credentials-not-recognised"
        assert "bloqueado até" in await identity.last_mail("login-blocked")
        right = {**body, "totp": totp.at(identity.clock())}
        assert (await admin.post("/v1/staff/sessions", json=right)).json()["code"] == "login-is-blocked"


async def test_a_code_of_the_half_minute_before_opens_once(identity: Identity) -> None:
    person = identity.cast.supervisor
    async with identity.browser() as admin:
        totp = await identity.admin(admin)
        identity.clock.move(timedelta(minutes=10, seconds=35 - identity.clock().timestamp() % 30))
        before = totp.at(identity.clock() - timedelta(seconds=30))
        assert before != totp.at(identity.clock())
        body = {"cpf": person.document, "password": person.password, "totp": before}
        assert (await admin.post("/v1/staff/sessions", json=body)).status_code == 201
        again = await admin.post("/v1/staff/sessions", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "totp-replayed")


async def test_of_two_admins_who_take_each_others_role_at_once_one_stays(identity: Identity) -> None:
    async with identity.browser() as first, identity.browser() as second:
        await identity.admin(first)
        mine = (await first.get("/v1/staff/me")).json()["staff_id"]
        _, theirs = await join(identity, first, second, identity.cast.analyst, "admin")
        as_first = identity.issuer.staff(new_id(), "admin", sub=UUID(mine))
        as_second = identity.issuer.staff(new_id(), "admin", sub=UUID(theirs))
        answers = await asyncio.gather(
            first.post(f"/v1/staff/{theirs}/roles/admin/removal", headers=as_first),
            second.post(f"/v1/staff/{mine}/roles/admin/removal", headers=as_second),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await identity.parts.platform.pool.fetchval("select count(*) from staff where 'admin' = any(roles) and state = 'active'") == 1


async def test_the_first_admin_whose_link_lapsed_gets_another_and_a_second_one_does_not(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    person = identity.cast.supervisor
    arguments = ["--cpf", person.document, "--name", person.name, "--email", person.email]
    async with identity.browser() as browser:
        assert await invite_admin(identity.parts, arguments) == 0
        old = (await identity.last_mail("staff-invitation")).partition("#")[2].split()[0]
        identity.clock.move(INVITATION_LIVES)
        late = await browser.post("/v1/staff/invitations/acceptance", json={"token": old, "password": person.password})
        assert late.json()["code"] == "invitation-invalid"
        assert await invite_admin(identity.parts, arguments) == 0
        await identity.staff_log_in(browser, person, await identity.accept(browser, person))
    capsys.readouterr()
    other = identity.cast.analyst
    assert await invite_admin(identity.parts, ["--cpf", other.document, "--name", other.name, "--email", other.email]) == 1
    assert capsys.readouterr().err.startswith("admin-exists: Já há um administrador ativo")
