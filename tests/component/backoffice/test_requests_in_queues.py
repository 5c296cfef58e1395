"""Requests in the queues: triage, analysis, visits, and what only a supervisor decides."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from services.backoffice.app import service
from services.backoffice.views.tasks import Tasks
from shared.clock import utc_now
from shared.contracts.access.consumer_unit import HolderChanged
from shared.contracts.requests.budget_request import (
    BudgetAccepted,
    BudgetApproved,
    BudgetRequested,
    BudgetWithdrawn,
    FiledAfterAccessEnded,
    FilingContested,
)
from shared.contracts.requests.commissioning import CommissioningAccepted, InspectionScheduled
from shared.contracts.requests.parts import DueDate
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.view import project
from shared.testing.happened import happened, told
from tests.component.backoffice.house import PAULA, SARA, House, house, who
from tests.conftest import Database

REQUEST, UNIT, ANA, RUI = who("request"), who("unit"), who("ana"), who("rui")
STREAM, PROTOCOL = f"budget-request-{REQUEST}", "20264000000017"
COMMISSIONING = f"commissioning-{who('commissioning')}"
PARTIES = (ANA, RUI)


def due(clock: str, on: date) -> tuple[DueDate, ...]:
    """One deadline."""
    values = {"clock": clock, "article": "art. 71", "starts_on": "2026-10-05", "due_on": on.isoformat(), "length": 5}
    return (DueDate.model_validate({**values, "unit": "business-days", "bound": "distributor"}, strict=False),)


def requested() -> BudgetRequested:
    """Rui files for Ana."""
    facts: dict[str, Any] = {
        "request_id": REQUEST,
        "protocol": PROTOCOL,
        "submission": 1,
        "filed_at": utc_now() - timedelta(days=1),
        "unit_id": UNIT,
        "unit_number": "000000123400256",
        "holder_id": ANA,
        "filed_by": RUI,
        "responsible_id": RUI,
        "company_id": None,
        "grant_id": who("grant"),
        "grant_version": 2,
        "may_decide": False,
        "motive": "gd-sem-alteracao",
        "purpose": "autoconsumo-local",
        "source": "solar",
        "porte": "micro",
        "installed_kw": Decimal("6.6"),
        "power": {
            "installed_kw": Decimal("6.6"),
            "modules_kwp": Decimal("6.6"),
            "inverters_kw": Decimal(7),
            "existing_kw": Decimal(0),
            "rule": "min-1",
            "porte": "micro",
        },
        "voltage_v": Decimal(220),
        "municipality": "1302603",
        "options": {"inspection": "as-soon-as-possible", "contracts_with_budget": True},
        "rules_version": (),
        "documents": ({"id": who("art"), "code": "RESP_TECNICA", "sha256": "a" * 64},),
        "due": due("triage", date(2030, 1, 10)),
        "parties": PARTIES,
    }
    return BudgetRequested.model_validate({name: facts[name] for name in BudgetRequested.model_fields if name in facts})


async def rows(its: House, slug: str, *roles: str) -> Sequence[dict[str, Any]]:
    """What waits in a queue, for somebody with these roles."""
    answer = await its.get(f"/v1/queues/{slug}/reviews", its.staff(SARA, *roles))
    assert answer.status_code == 200, answer.text
    found: Sequence[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_request_walks_through_its_queues(database: Database) -> None:
    async with house(database) as its:
        await its.tell(STREAM, requested())
        [triage] = await rows(its, "triage", "reviewer")
        assert (triage["protocol"], triage["due_on"], triage["documents"]) == (PROTOCOL, "2030-01-10", 1)
        accepted = BudgetAccepted(
            request_id=REQUEST,
            protocol=PROTOCOL,
            submission=1,
            filed_at=utc_now() - timedelta(days=1),
            accepted_at=utc_now(),
            due=due("budget", date(2030, 1, 20)),
            parties=PARTIES,
        )
        await its.tell(STREAM, accepted)
        [analysis] = await rows(its, "analysis", "analyst")
        assert analysis["due_on"] == "2030-01-20"
        approved = BudgetApproved(
            request_id=REQUEST,
            protocol=PROTOCOL,
            manner="express",
            approved_by=ANA,
            approved_at=utc_now(),
            due=due("contracts-out", date(2030, 2, 1)),
            parties=PARTIES,
        )
        await its.tell(STREAM, approved)
        assert [row["due_on"] for row in await rows(its, "contracts-out", "analyst")] == ["2030-02-01"]
        withdrawn = BudgetWithdrawn(
            request_id=REQUEST, protocol=PROTOCOL, by=ANA, reason="desistencia", withdrawn_at=utc_now(), parties=PARTIES
        )
        await its.tell(STREAM, withdrawn)
        for slug, role in (("triage", "reviewer"), ("analysis", "analyst"), ("contracts-out", "analyst")):
            assert await rows(its, slug, role) == []


async def test_a_visit_is_to_be_scheduled_then_inspected_and_moves(database: Database) -> None:
    async with house(database) as its:
        accepted = CommissioningAccepted(
            commissioning_id=who("commissioning"), protocol=PROTOCOL, submission=1, accepted_at=utc_now(), due=(), parties=PARTIES
        )
        await its.tell(COMMISSIONING, accepted)
        assert [row["protocol"] for row in await rows(its, "visits-to-schedule", "inspector")] == [PROTOCOL]
        for submission, day in ((2, date(2030, 1, 10)), (3, date(2030, 1, 12))):
            visit = InspectionScheduled(
                commissioning_id=who("commissioning"),
                protocol=PROTOCOL,
                submission=submission,
                filed_at=utc_now(),
                visit_on=day,
                window="morning",
                scheduled_by=SARA,
                scheduled_at=utc_now(),
                due=(),
                parties=PARTIES,
            )
            await its.tell(COMMISSIONING, visit)
        assert await rows(its, "visits-to-schedule", "inspector") == []
        assert [(row["submission"], row["due_on"]) for row in await rows(its, "inspections", "inspector")] == [(3, "2030-01-12")]


async def test_a_filing_whose_access_had_ended_is_a_supervisors(database: Database) -> None:
    async with house(database) as its:
        await its.tell(STREAM, requested())
        ended = FiledAfterAccessEnded(
            request_id=REQUEST,
            protocol=PROTOCOL,
            grant_id=who("grant"),
            access_ended_at=utc_now(),
            filed_at=utc_now(),
            parties=PARTIES,
        )
        await its.tell(STREAM, ended)
        nothing = await its.post("/v1/queues/triage/next-claims", its.staff(PAULA, "reviewer"))
        assert nothing.json()["code"] == "nothing-waits"
        [row] = await rows(its, "triage", "supervisor")
        refused = await its.post(f"/v1/reviews/{row['review_id']}/claims", its.staff(PAULA, "reviewer"), {})
        assert (row["escalated"], refused.status_code, refused.json()["code"]) == (True, 403, "only-supervisor-decides")
        assert [task["protocol"] for task in await rows(its, "access-ended", "supervisor")] == [PROTOCOL]
        assert await its.claim_next("triage", its.staff(SARA, "supervisor")) == row["review_id"]


async def test_a_filing_by_an_account_that_was_handed_over_is_a_supervisors(database: Database) -> None:
    async with house(database) as its:
        await its.tell(STREAM, requested())
        contested = FilingContested(
            request_id=REQUEST,
            protocol=PROTOCOL,
            person_id=ANA,
            acted_since=utc_now(),
            filed_at=utc_now(),
            contested_at=utc_now(),
            parties=PARTIES,
        )
        await its.tell(STREAM, contested)
        nothing = await its.post("/v1/queues/triage/next-claims", its.staff(PAULA, "reviewer"))
        assert nothing.json()["code"] == "nothing-waits"
        [row] = await rows(its, "triage", "supervisor")
        assert row["escalated"] is True
        assert [task["protocol"] for task in await rows(its, "filing-contested", "supervisor")] == [PROTOCOL]


async def test_a_unit_with_another_holder_is_a_supervisors(database: Database) -> None:
    async with house(database) as its:
        await its.tell(STREAM, requested())
        for unit in (UNIT, who("another unit")):
            changed = HolderChanged(unit_id=unit, previous_holder_id=ANA, holder_id=who("bruno"), holder_kind="cpf", changed_at=utc_now())
            await its.tell(f"consumer-unit-{unit}", changed)
        assert [task["protocol"] for task in await rows(its, "holder-mismatch", "supervisor")] == [PROTOCOL]


def change(name: str, version: int, days_ago: int) -> Recorded[Event]:
    """The unit got another holder."""
    at = utc_now() - timedelta(days=days_ago)
    fact = HolderChanged(unit_id=UNIT, previous_holder_id=ANA, holder_id=who(name), holder_kind="cpf", changed_at=at)
    return told(fact, f"consumer-unit-{UNIT}", version)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1), (2, 0, 1, 0)], ids=str)
@pytest.mark.parametrize(("first", "second", "waits"), [("bruno", "clara", True), ("bruno", "ana", False), ("ana", "bruno", True)])
async def test_what_a_supervisor_sees_does_not_hang_on_which_topic_is_read_first(
    database: Database, order: tuple[int, ...], first: str, second: str, waits: bool
) -> None:
    """Whom a request was filed for is held against the latest holder that was told; also where requests had old news of the unit."""
    backlog = [change(first, 1, 2), change(second, 2, 1), told(requested(), STREAM, 1)]
    async with house(database) as its:
        await happened(its.it, service(), *(backlog[n] for n in order))
        tasks = await its.parts.platform.pool.fetch("select protocol, since from tasks where queue = 'holder-mismatch'")
        latest = cast("HolderChanged", backlog[1].event).changed_at
        assert [(task["protocol"], task["since"]) for task in tasks] == ([(PROTOCOL, latest)] if waits else [])


@pytest.mark.parametrize("earlier", ["request", "change"])
async def test_two_workers_that_read_a_request_and_a_change_at_once_miss_neither(database: Database, earlier: str) -> None:
    both = [told(requested(), STREAM, 1), change("bruno", 1, 1)]
    async with house(database) as its:
        await _at_once(its, *(both if earlier == "request" else reversed(both)))
        assert await its.parts.platform.pool.fetchval("select count(*) from tasks where queue = 'holder-mismatch'") == 1


@pytest.mark.parametrize("earlier", ["end", "change"])
async def test_a_request_that_ends_while_its_unit_changes_leaves_nothing_to_look_at(database: Database, earlier: str) -> None:
    given_up = BudgetWithdrawn(request_id=REQUEST, protocol=PROTOCOL, by=ANA, reason="desisti", withdrawn_at=utc_now(), parties=PARTIES)
    ended = told(given_up, STREAM, 2)
    both = [ended, change("bruno", 1, 1)]
    async with house(database) as its:
        await happened(its.it, service(), told(requested(), STREAM, 1))
        await _at_once(its, *(both if earlier == "end" else reversed(both)))
        assert await its.parts.platform.pool.fetchval("select count(*) from tasks where queue = 'holder-mismatch'") == 0


async def _at_once(its: House, one: Recorded[Event], other: Recorded[Event]) -> None:
    """In two transactions: the other begins while what the one wrote is not yet committed."""
    pool = its.parts.platform.pool
    async with pool.acquire() as first, pool.acquire() as second:
        ahead, behind = first.transaction(), second.transaction()
        await ahead.start()
        await behind.start()
        await project(first, [(Tasks(), [one])])
        waiting = asyncio.ensure_future(project(second, [(Tasks(), [other])]))
        await asyncio.sleep(0.3)
        await ahead.commit()
        await waiting
        await behind.commit()
