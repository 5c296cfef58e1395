"""What happens between the check of a password and the deed that it allows: a hand-over, a new password, a suspension, a role."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.identity.api import own_contacts, staff_sessions
from services.identity.hashing import Passwords, Turn
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from tests.component.identity.conftest import Identity
from tests.component.identity.test_hand_overs_scopes import REAL, proofed
from tests.component.identity.test_recoveries_scopes import ask
from tests.component.identity.test_staff_life import join

NEW = "girassol-amarelo-99"
type Deed = Callable[[], Awaitable[object]]


@pytest.fixture
def once_checked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Deed], list[bool]]:
    """Have something done right after the next password was looked at, before anything follows from it; answers what was found."""

    def arrange(deed: Deed) -> list[bool]:
        original, found = Turn.fits, list[bool]()

        async def fits(self: Turn, hashed: str | None, password: str) -> bool:
            fitted = await original(self, hashed, password)
            found.append(fitted)
            if len(found) == 1:
                await deed()
            return fitted

        monkeypatch.setattr(Turn, "fits", fits)
        return found

    return arrange


async def count(identity: Identity, event: str) -> int:
    found: int = await identity.parts.platform.pool.fetchval("select count(*) from events where type = $1", event)
    return found


DEEDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "PasswordChanged": ("POST", "/v1/me/password-changes", {"new_password": NEW}),
    "PhoneGiven": ("PUT", "/v1/me/phone", {"phone": "92 98777-6655"}),
    "ContactProofStarted": ("POST", "/v1/me/email-changes", {"email": "impostor@exemplo.test"}),
    "PersonalDataErased": ("POST", "/v1/me/erasure", {}),
}


@pytest.mark.parametrize("event", DEEDS)
async def test_nothing_that_an_impostors_password_allowed_is_done_after_the_hand_over(
    identity: Identity, event: str, once_checked: Callable[[Deed], list[bool]]
) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    method, path, body = DEEDS[event]
    async with identity.browser() as impostor, identity.browser() as counter, identity.browser() as again:
        await identity.sign_up(impostor, ana)
        etag = (await impostor.get("/v1/me")).headers["etag"]
        at_desk = await proofed(counter, desk, ana.document)

        async def hand_over() -> None:
            assert (await counter.post(f"{at_desk}/hand-overs", json=REAL, headers=desk)).status_code == 200

        found, before = once_checked(hand_over), await count(identity, event) + (event == "PhoneGiven")
        sent = {**body, "current_password": ana.password}
        answer = await impostor.request(method, path, json=sent, headers={"If-Match": etag})
        assert (answer.status_code, answer.json()["code"], found) == (401, "session-over", [True])
        assert await count(identity, event) == before
        assert (await identity.log_in(again, ana, NEW)).status_code == 401


async def test_an_impostors_code_does_not_change_the_email_of_an_account_that_is_handed_over_meanwhile(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, desk = identity.cast.ana, identity.issuer.staff(uuid4(), "attendant")
    async with identity.browser() as impostor, identity.browser() as counter:
        await identity.sign_up(impostor, ana)
        body = {"email": "impostor@exemplo.test", "current_password": ana.password}
        assert (await impostor.post("/v1/me/email-changes", json=body)).status_code == 202
        code = await identity.code("new-email-code")
        at_desk = await proofed(counter, desk, ana.document)

        async def too_late(pool: Any, work: Any) -> object:
            assert (await counter.post(f"{at_desk}/hand-overs", json=REAL, headers=desk)).status_code == 200
            return await transact(pool, work)

        monkeypatch.setattr(own_contacts, "transact", too_late)
        answer = await impostor.post("/v1/me/email-changes/proofs", json={"code": code})
    assert (answer.status_code, answer.json()["code"]) == (401, "session-over")
    assert await identity.parts.platform.pool.fetchval("select email from accounts") == REAL["email"]


async def test_two_sessions_that_both_knew_the_old_password_do_not_both_choose_a_new_one(
    identity: Identity, once_checked: Callable[[Deed], list[bool]]
) -> None:
    """The session that came second lives no more: the first one's new password has ended it."""
    ana = identity.cast.ana
    async with identity.browser() as here, identity.browser() as there:
        await identity.sign_up(here, ana)
        await identity.log_in(there, ana)
        body = {"current_password": ana.password, "new_password": NEW}

        async def first() -> None:
            assert (await there.post("/v1/me/password-changes", json=body)).status_code == 204

        once_checked(first)
        second = await here.post("/v1/me/password-changes", json={**body, "new_password": "outra-senha-qualquer-1"})
        assert (second.status_code, second.json()["code"]) == (401, "session-over")
        again = await there.post("/v1/me/password-changes", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "current-password-wrong")


async def test_one_session_that_asks_twice_at_once_changes_the_password_once(
    identity: Identity, once_checked: Callable[[Deed], list[bool]]
) -> None:
    ana = identity.cast.ana
    async with identity.browser() as here:
        await identity.sign_up(here, ana)
        body = {"current_password": ana.password, "new_password": NEW}

        async def first() -> None:
            assert (await here.post("/v1/me/password-changes", json=body)).status_code == 204

        once_checked(first)
        second = await here.post("/v1/me/password-changes", json={**body, "new_password": "outra-senha-qualquer-1"})
        assert (second.status_code, second.json()["code"]) == (409, "current-password-wrong")
    assert await count(identity, "PasswordChanged") == 1


async def test_a_log_in_with_the_old_password_does_not_survive_the_recovery(
    identity: Identity, once_checked: Callable[[Deed], list[bool]]
) -> None:
    ana = identity.cast.ana
    async with identity.browser() as owner, identity.browser() as thief:
        await identity.sign_up(owner, ana)
        recovery = f"/v1/recoveries/{(await ask(owner, ana)).json()['id']}"
        assert (await owner.post(f"{recovery}/proofs", json={"code": await identity.code("recovery-code")})).is_success

        async def recover() -> None:
            assert (await owner.post(f"{recovery}/password", json={"password": NEW})).status_code == 204

        found = once_checked(recover)
        late = await identity.log_in(thief, ana)
        assert (late.status_code, late.json()["code"], found) == (401, "credentials-not-recognised", [True, False])
        assert (await thief.post("/v1/sessions/refreshes")).status_code == 401
        assert (await identity.log_in(owner, ana, NEW)).status_code == 201
    assert await count(identity, "LoggedIn") == 2


async def test_a_password_that_was_only_hashed_anew_meanwhile_still_opens(
    identity: Identity, once_checked: Callable[[Deed], list[bool]]
) -> None:
    ana = identity.cast.ana
    async with identity.browser() as first, identity.browser() as second:
        await identity.sign_up(first, ana)
        dearer = identity.parts.settings.model_copy(update={"argon2_time_cost": identity.parts.settings.argon2_time_cost + 1})
        object.__setattr__(identity.parts, "passwords", Passwords(dearer))

        async def also() -> None:
            assert (await identity.log_in(first, ana)).status_code == 201

        once_checked(also)
        assert (await identity.log_in(second, ana)).status_code == 201
    assert await count(identity, "PasswordRehashed") == 1


def _suspend(admin: httpx.AsyncClient, staff_id: str) -> Awaitable[httpx.Response]:
    return admin.post(f"/v1/staff/{staff_id}/suspension")


def _reset(admin: httpx.AsyncClient, staff_id: str) -> Awaitable[httpx.Response]:
    return admin.post(f"/v1/staff/{staff_id}/totp-resets")


def _take(admin: httpx.AsyncClient, staff_id: str) -> Awaitable[httpx.Response]:
    return admin.post(f"/v1/staff/{staff_id}/roles/reviewer/removal")


@pytest.mark.parametrize(("deed", "answered"), [(_suspend, 401), (_reset, 401), (_take, 201)])
async def test_a_staff_log_in_goes_by_the_state_the_second_factor_and_the_roles_of_now(
    identity: Identity, deed: Callable[..., Awaitable[httpx.Response]], answered: int, once_checked: Callable[[Deed], list[bool]]
) -> None:
    reviewer = identity.cast.reviewer
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        totp, staff_id = await join(identity, admin, browser, reviewer, "reviewer")
        identity.clock.move(timedelta(minutes=1))

        async def meanwhile() -> None:
            assert (await deed(admin, staff_id)).is_success

        found = once_checked(meanwhile)
        body = {"cpf": reviewer.document, "password": reviewer.password, "totp": totp.at(identity.clock())}
        answer = await browser.post("/v1/staff/sessions", json=body)
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, found[0]) == (answered, True)
    assert said.get("code", said.get("roles")) == ("credentials-not-recognised" if answered == 401 else [])


@pytest.mark.parametrize("suspended", [True, False])
async def test_a_step_up_goes_by_the_state_and_the_roles_of_now(
    identity: Identity, suspended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with identity.browser() as admin, identity.browser() as browser:
        await identity.admin(admin)
        totp, staff_id = await join(identity, admin, browser, identity.cast.reviewer, "reviewer")
        identity.clock.move(timedelta(minutes=2))
        calls = list[int]()

        async def then_changed(pool: Any, work: Any) -> object:
            done = await transact(pool, work)
            calls.append(len(calls))
            if calls == [0]:
                path = "suspension" if suspended else "roles"
                changed = await admin.post(f"/v1/staff/{staff_id}/{path}", json=None if suspended else {"role": "analyst"})
                assert changed.status_code == 200, changed.text
            return done

        monkeypatch.setattr(staff_sessions, "transact", then_changed)
        answer = await browser.post("/v1/staff/step-ups", json={"totp": totp.at(identity.clock())})
    if suspended:
        assert (answer.status_code, answer.json()["code"]) == (401, "session-over")
    else:
        assert (answer.status_code, answer.json()["roles"]) == (200, ["analyst", "reviewer"])


async def test_of_two_who_hold_one_invitation_the_second_gets_nothing(identity: Identity) -> None:
    person, pool = identity.cast.reviewer, identity.parts.platform.pool
    body = {"cpf": person.document, "name": person.name, "email": person.email, "roles": ["reviewer"]}
    async with identity.browser() as admin, identity.browser() as invited, identity.browser() as other:
        await identity.admin(admin)
        headers = {"Idempotency-Key": str(new_id())}
        staff_id = (await admin.post("/v1/staff", json=body, headers=headers)).json()["id"]
        token = (await identity.last_mail("staff-invitation")).partition("#")[2].split()[0]
        totp = await identity.accept(invited, person)
        late = await other.post("/v1/staff/invitations/acceptance", json={"token": token, "password": NEW})
        assert (late.status_code, late.json()["code"]) == (409, "invitation-used")
        assert await pool.fetchval("select totp_secret from staff where staff_id = $1", UUID(staff_id)) == totp.secret

        assert (await admin.post(f"/v1/staff/{staff_id}/invitations")).status_code == 202
        old = {"cpf": person.document, "password": person.password, "totp": totp.at(identity.clock())}
        assert (await other.post("/v1/staff/sessions", json=old)).json()["code"] == "credentials-not-recognised"
        anew = await identity.accept(invited, person)
        await identity.staff_log_in(invited, person, anew)
        used = await other.post("/v1/staff/invitations/acceptance", json={"token": token, "password": NEW})
        assert (used.status_code, used.json()["code"]) == (404, "invitation-invalid")


async def test_a_link_that_opens_nothing_is_refused_before_anything_is_hashed(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    async with identity.browser() as browser:
        await identity.admin(browser)
        used = (await identity.last_mail("staff-invitation")).partition("#")[2].split()[0]
        monkeypatch.setattr(Passwords, "hash", None)
        again = await browser.post("/v1/staff/invitations/acceptance", json={"token": used, "password": NEW})
        assert (again.status_code, again.json()["code"]) == (409, "invitation-used")
        for token in (f"{used.partition('.')[0]}.{'x' * 43}", f"{new_id()}.{'x' * 43}", "x" * 43):
            answer = await browser.post("/v1/staff/invitations/acceptance", json={"token": token, "password": NEW})
            assert (answer.status_code, answer.json()["code"]) == (404, "invitation-invalid")
