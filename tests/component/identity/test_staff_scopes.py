"""Staff over HTTP: invited, a second factor at the first log-in, roles by another admin, the last admin stays."""

from datetime import timedelta
from typing import Any

from services.identity.invitations import invite_admin
from shared.clock import utc_now
from shared.ids import new_id
from tests.component.identity.conftest import Identity, key


async def test_anonymous_and_customers_and_other_roles_may_not_invite(identity: Identity) -> None:
    person = identity.cast.reviewer
    body = {"cpf": person.document, "name": person.name, "email": person.email, "roles": ["reviewer"]}
    async with identity.browser() as browser:
        assert (await browser.post("/v1/staff", json=body, headers=key())).status_code == 401
        for headers in (identity.issuer.person(new_id()), identity.issuer.staff(new_id(), "supervisor")):
            answer = await browser.post("/v1/staff", json=body, headers={**headers, **key()})
            assert (answer.status_code, answer.json()["code"]) == (403, "role-required")
        stale = identity.issuer.staff(new_id(), "admin", auth_time=utc_now() - timedelta(minutes=7))
        answer = await browser.post("/v1/staff", json=body, headers={**stale, **key()})
        assert (answer.status_code, answer.json()["code"]) == (403, "step-up-required")


async def test_the_first_admin_comes_by_command_line_and_invites(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        again = ["--cpf", identity.cast.analyst.document, "--name", "Outra", "--email", "outra@exemplo.test"]
        assert await invite_admin(identity.parts, again) == 1
        body = {"cpf": reviewer.document, "name": reviewer.name, "email": reviewer.email, "roles": ["reviewer"]}
        invited = await admin.post("/v1/staff", json=body, headers=key())
        assert invited.status_code == 201
        totp = await identity.accept(browser, reviewer)
        session = await identity.staff_log_in(browser, reviewer, totp)
        assert session["roles"] == ["reviewer"]
        assert (await browser.get("/v1/staff")).status_code == 403
        identity.clock.move(timedelta(minutes=1))
        body_of_log_in = {"cpf": reviewer.document, "password": reviewer.password, "totp": totp.at(identity.clock())}
        assert (await browser.post("/v1/staff/sessions", json=body_of_log_in)).status_code == 201
        replayed = await browser.post("/v1/staff/sessions", json=body_of_log_in)
        assert (replayed.status_code, replayed.json()["code"]) == (409, "totp-replayed")
        listed = await admin.get("/v1/staff")
        assert {line["state"] for line in listed.json()["staff"]} == {"active"}
        twice = await admin.post("/v1/staff", json=body, headers=key())
        assert (twice.status_code, twice.json()["code"]) == (409, "staff-already-invited")


async def test_an_invitation_is_good_once_and_only_with_its_secret(identity: Identity) -> None:
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        used = (await identity.last_mail("staff-invitation")).partition("#")[2].split()[0]
        answer = await browser.post("/v1/staff/invitations/acceptance", json={"token": used, "password": "girassol-amarelo"})
        assert answer.json()["code"] == "invitation-used"
        staff_id = used.partition(".")[0]
        forged = f"{staff_id}.{'x' * 43}"
        answer = await browser.post("/v1/staff/invitations/acceptance", json={"token": forged, "password": "girassol-amarelo"})
        assert (answer.status_code, answer.json()["code"]) == (404, "invitation-invalid")


async def test_nobody_changes_their_own_roles_and_the_last_admin_stays(identity: Identity) -> None:
    async with identity.browser() as admin:
        await identity.admin(admin)
        me = (await admin.get("/v1/staff")).json()["staff"][0]["staff_id"]
        answer = await admin.post(f"/v1/staff/{me}/roles", json={"role": "auditor"})
        assert (answer.status_code, answer.json()["code"]) == (403, "own-roles-are-not-yours")
        other = identity.issuer.staff(new_id(), "admin")
        answer = await admin.post(f"/v1/staff/{me}/roles/admin/removal", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (409, "last-admin-stays")
        answer = await admin.post(f"/v1/staff/{me}/suspension", headers=other)
        assert answer.json()["code"] == "last-admin-stays"
        granted = await admin.post(f"/v1/staff/{me}/roles", json={"role": "auditor"}, headers=other)
        assert granted.json()["roles"] == ["admin", "auditor"]


async def test_suspension_ends_sessions_and_closes_the_door(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        body = {"cpf": reviewer.document, "name": reviewer.name, "email": reviewer.email, "roles": ["reviewer"]}
        staff_id = (await admin.post("/v1/staff", json=body, headers=key())).json()["id"]
        totp = await identity.accept(browser, reviewer)
        await identity.staff_log_in(browser, reviewer, totp)
        assert (await admin.post(f"/v1/staff/{staff_id}/suspension")).json()["state"] == "suspended"
        assert (await browser.get("/v1/me/sessions")).json()["code"] == "session-over"
        assert (await browser.post("/v1/staff/sessions/refreshes")).status_code == 401
        assert (await admin.post(f"/v1/staff/{staff_id}/reinstatement")).json()["state"] == "active"


async def test_step_up_needs_a_right_code(identity: Identity) -> None:
    async with identity.browser() as admin:
        totp = await identity.admin(admin)
        identity.clock.move(timedelta(seconds=30))
        right = totp.at(identity.clock())
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        answer = await admin.post("/v1/staff/step-ups", json={"totp": wrong})
        assert (answer.status_code, answer.json()["code"]) == (401, "credentials-not-recognised")
        assert (await admin.post("/v1/staff/step-ups", json={"totp": right})).status_code == 200
        assert (await admin.post("/v1/staff/step-ups", json={"totp": right})).json()["code"] == "totp-replayed"


def codes_of(shown: dict[str, Any]) -> dict[str, str | None]:
    return {deed: line["code"] for deed, line in shown["actions"].items()}


async def test_each_member_is_shown_with_what_may_be_done_and_that_is_what_the_rules_say(identity: Identity) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        totp = await identity.admin(admin)
        me = (await admin.get("/v1/staff/me")).json()["staff_id"]
        body = {"cpf": reviewer.document, "name": reviewer.name, "email": reviewer.email, "roles": ["reviewer"]}
        staff_id = (await admin.post("/v1/staff", json=body, headers=key())).json()["id"]
        invited = (await admin.get(f"/v1/staff/{staff_id}")).json()
        free = ("invite-again", "reset-totp", "grant-role", "take-role", "suspend")
        assert (codes_of(invited), invited["server_time"] > invited["invited_at"]) == (dict.fromkeys(free), True)
        assert (await admin.post(f"/v1/staff/{staff_id}/invitations")).status_code == 202
        await identity.staff_log_in(browser, reviewer, await identity.accept(browser, reviewer))

        listed = {line["staff_id"]: codes_of(line) for line in (await admin.get("/v1/staff")).json()["staff"]}
        assert listed[staff_id] == {**dict.fromkeys(free), "invite-again": "invitation-used"}
        assert (await admin.post(f"/v1/staff/{staff_id}/invitations")).json()["code"] == "invitation-used"
        own = {"reset-totp", "grant-role", "take-admin-role", "suspend"}
        assert listed[me] == {"invite-again": "invitation-used", **dict.fromkeys(own, "own-roles-are-not-yours")}

        colleagues = new_id(), new_id()
        last = (await browser.get(f"/v1/staff/{me}", headers=identity.issuer.staff(colleagues[0], "admin"))).json()
        assert codes_of(last) == {
            "invite-again": "invitation-used",
            "reset-totp": None,
            "grant-role": None,
            "take-admin-role": "last-admin-stays",
            "suspend": "last-admin-stays",
        }
        auditor = (await browser.get(f"/v1/staff/{me}", headers=identity.issuer.staff(colleagues[1], "auditor"))).json()
        assert set(codes_of(auditor).values()) == {"role-required"}
        looks = "select actor, purpose, channel from access_log where what = 'staff-member' and object = $1 order by at, id"
        seen = [tuple(look) for look in await identity.parts.platform.pool.fetch(looks, me)]
        assert seen == [(f"staff:{colleague}", "look", "staff") for colleague in colleagues]

        suspended = (await admin.post(f"/v1/staff/{staff_id}/suspension")).json()
        assert codes_of(suspended) == {
            "invite-again": "staff-is-suspended",
            "reset-totp": None,
            "grant-role": None,
            "take-role": None,
            "reinstate": None,
        }
        identity.clock.move(timedelta(minutes=6))
        admin.headers["Authorization"] = f"Bearer {(await admin.post('/v1/staff/sessions/refreshes')).json()['access_token']}"
        assert set(codes_of((await admin.get(f"/v1/staff/{staff_id}")).json()).values()) == {"step-up-required"}
        fresh = await admin.post("/v1/staff/step-ups", json={"totp": totp.at(identity.clock())})
        admin.headers["Authorization"] = f"Bearer {fresh.json()['access_token']}"
        assert codes_of((await admin.get(f"/v1/staff/{staff_id}")).json())["reinstate"] is None
        assert (await admin.post(f"/v1/staff/{staff_id}/reinstatement")).status_code == 200
