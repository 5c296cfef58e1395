"""The chain: what follows from what, and what a change looks like."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from services.backoffice.domain.audit.chain import START, Entry, check, digest, instant, linked, row_of
from services.backoffice.domain.audit.commands import RecordExport, SealAudit
from services.backoffice.domain.audit.decider import audit
from services.backoffice.domain.audit.events import AuditSealed, ExportMade
from services.backoffice.views.audit_log import mentions
from shared.testing.given import given
from tests.unit.backoffice.cast import NOW, RUI, who

DAY = date(2026, 10, 4)


def entry(number: int, actor: str = "staff:somebody") -> Entry:
    return Entry(NOW, "backoffice.review", who(f"event-{number}"), "ReviewClaimed", f"review-{who('review')}", actor, "staff")


def exported(count: int) -> list[dict[str, Any]]:
    links = linked(0, START, [entry(n) for n in range(count)])
    return [{**row_of(link.n, link.entry), "previous": link.previous.hex(), "hash": link.hash.hex()} for link in links]


def test_a_chain_as_it_was_written_is_intact() -> None:
    found = check(exported(4))
    assert (found.rows, found.last, found.fault) == (4, 4, None)


def test_a_part_of_a_chain_is_checked_by_itself() -> None:
    assert check(exported(4)[2:]).fault is None


@given_any(st.integers(0, 3), st.sampled_from(["at", "topic", "event_id", "type", "stream", "actor", "channel"]))
def test_any_changed_field_of_any_row_is_seen(place: int, field: str) -> None:
    rows = exported(4)
    rows[place] = {**rows[place], field: "changed"}
    found = check(rows)
    assert found.rows == place
    assert found.fault == f"row {place + 1} was changed: its hash does not fit its content"


@given_any(st.integers(1, 2))
def test_a_removed_row_is_seen(place: int) -> None:
    rows = exported(4)
    del rows[place]
    assert check(rows).fault is not None


def test_a_row_that_was_changed_and_hashed_anew_breaks_the_next() -> None:
    rows = exported(3)
    changed = {**rows[1], "actor": "staff:nobody"}
    content = {name: value for name, value in changed.items() if name not in {"previous", "hash"}}
    rows[1] = {**changed, "hash": digest(bytes.fromhex(changed["previous"]), content).hex()}
    assert check(rows).fault == "row 3 does not name the hash of the row before it"


def test_a_first_row_begins_at_nothing() -> None:
    [link] = linked(0, b"\x01" * 32, [entry(1)])
    row = {**row_of(1, link.entry), "previous": link.previous.hex(), "hash": link.hash.hex()}
    assert check([row]).fault is not None
    assert check([{"n": 1}]).fault is not None


def test_instants_are_hashed_in_one_form() -> None:
    assert instant(datetime(2026, 10, 5, 14, tzinfo=UTC)) == "2026-10-05T14:00:00.000000Z"


def test_a_day_is_sealed_once_and_days_go_on() -> None:
    sealed = AuditSealed(day=DAY, n=7, hash="ab", sealed_at=NOW)
    given(audit).when(SealAudit(DAY, 7, "ab", NOW)).then(sealed)
    given(audit, sealed).when(SealAudit(DAY, 9, "cd", NOW)).then_nothing()
    given(audit, sealed).when(SealAudit(DAY + timedelta(days=1), 9, "cd", NOW)).then_types(AuditSealed)
    given(audit, sealed).when(RecordExport("reviews 2026-10", 3, "ef", NOW)).then_types(ExportMade)


def test_an_event_is_found_by_the_ids_and_protocols_it_names() -> None:
    data = (
        f'{{"protocol": "20262000000017", "person_id": "{RUI}", "documents": [{{"id": "{who("d")}", "code": "X"}}], "n": 1, "why": null}}'
    )
    assert mentions(data) == {"20262000000017", str(RUI), str(who("d"))}
    assert mentions("not json") == frozenset()
