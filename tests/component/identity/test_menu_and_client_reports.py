"""Identity's part of the menu, and what browsers report: closed words that are counted, never a text, an address or a person."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from services.identity.api.client_reports import AT_ONCE
from shared.ids import new_id
from tests.component.identity.conftest import Identity
from tests.component.identity.test_between_services import tell

MENU = "/identity/v1/abilities"
REPORTS = "/v1/client-reports"
CRASH = {"kind": "crash", "error": "TypeError"}


async def menu(browser: httpx.AsyncClient, headers: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    answer = await browser.get(MENU, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["server_time"]
    return {line.pop("deed"): line for line in answer.json()["abilities"]}


async def test_the_menu_says_what_one_may_do_why_not_and_where_the_way_out_begins(identity: Identity) -> None:
    ana = identity.cast.ana
    async with identity.browser() as browser, identity.browser() as nobody:
        assert (await nobody.get(MENU)).status_code == 401
        await identity.sign_up(browser, ana)
        before = await menu(browser)
        me = (await browser.get("/v1/me")).json()["actions"]
        assert {deed: (line["allowed"], line["code"]) for deed, line in before.items()} == {
            deed: (line["allowed"], line["code"]) for deed, line in me.items()
        }
        refused = before["act-as-holder"]
        assert (refused["allowed"], refused["code"], refused["way_out"]["href"]) == (False, "holder-not-proven", "/v1/me/holder-codes")
        assert refused["sentence"]
        assert (before["change-password"]["allowed"], before["change-password"]["way_out"]) == (True, None)
        assert before["name-representative"]["code"] == "only-companies-are-represented"
        await tell(identity, ana, 1)
        assert (await menu(browser))["act-as-holder"]["allowed"] is True


async def test_the_menu_of_staff_follows_their_roles_and_their_second_factor(identity: Identity) -> None:
    async with identity.browser() as admin:
        await identity.admin(admin)
        fresh = await menu(admin)
        assert {deed for deed, line in fresh.items() if line["allowed"]} == {"change-staff"}
        identity.clock.move(timedelta(minutes=6))
        admin.headers["Authorization"] = f"Bearer {(await admin.post('/v1/staff/sessions/refreshes')).json()['access_token']}"
        stale = (await menu(admin))["change-staff"]
        assert (stale["code"], stale["way_out"]["href"]) == ("step-up-required", "/v1/staff/step-ups")
        desk = await menu(admin, identity.issuer.staff(new_id(), "attendant", now=identity.clock()))
        assert (desk["attend"]["allowed"], desk["change-staff"]["code"]) == (True, "role-required")


def sent(*reports: object, **more: object) -> dict[str, object]:
    return {"application": "portal", "release": "1.12.0", "reports": list(reports), **more}


def counted(kind: str, what: str, rating: str = "") -> float:
    labels = {"application": "portal", "kind": kind, "what": what, "rating": rating}
    return REGISTRY.get_sample_value("client_reports_total", labels) or 0.0


async def test_what_browsers_noticed_is_counted_whoever_they_are_and_says_nothing_of_anybody(
    identity: Identity, capfd: pytest.CaptureFixture[str]
) -> None:
    vital = {"kind": "web-vital", "metric": "LCP", "rating": "poor"}
    csp = {"kind": "csp", "directive": "script-src"}
    kinds = (("crash", "TypeError"), ("csp", "script-src"), ("web-vital", "LCP", "poor"))
    before = [counted(*kind) for kind in kinds]
    async with identity.browser() as nobody, identity.browser() as ana:
        session = await identity.sign_up(ana, identity.cast.ana)
        capfd.readouterr()
        for browser in (nobody, ana):
            assert (await browser.post(REPORTS, json=sent(CRASH, csp, vital, vital))).status_code == 204
    assert [counted(*kind) - earlier for kind, earlier in zip(kinds, before, strict=True)] == [2, 2, 4]
    logged = "".join(capfd.readouterr())
    assert logged.count("client_report ") == 4
    assert [word for word in (session["person_id"], session["subject_id"], session["session_id"]) if word in logged] == []


@pytest.mark.parametrize(
    "body",
    [
        sent(*[CRASH] * (AT_ONCE + 1)),
        sent(),
        sent({**CRASH, "message": "Ana Souza não é função"}),
        sent({"kind": "crash", "error": "Ana Souza"}),
        sent({"kind": "csp", "directive": "script-src", "url": "https://door/cadastro?cpf=52998224725"}),
        sent({"kind": "words", "text": "Ana Souza"}),
        sent(CRASH, page="/v1/me"),
        sent(CRASH, release="52998224725"),
        sent(CRASH, application="ana.souza@exemplo.test"),
    ],
)
async def test_text_addresses_and_too_many_at_once_are_refused_and_never_echoed_or_logged(
    identity: Identity, body: dict[str, object], capfd: pytest.CaptureFixture[str]
) -> None:
    async with identity.browser() as nobody:
        answer = await nobody.post(REPORTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")
    said = answer.text + "".join(capfd.readouterr())
    assert [word for word in ("Ana", "52998224725", "ana.souza", "client_report ") if word in said] == []
