"""Counting of art. 656: the worked dates, in Manaus, whatever zone the machine is in."""

from datetime import UTC, date, datetime

import pytest

from shared.calendar import Bound, Calendar, Unit

CALENDAR = Calendar()


def day(text: str) -> date:
    """A date as `dd/mm` of the season from November 2026 to January 2027."""
    number, month = map(int, text.split("/"))
    return date(2027 if month == 1 else 2026, month, number)


WORKED: list[tuple[str, int, Unit, Bound, str, str | None]] = [
    ("04/11", 5, "business-days", "distributor", "11/11", None),
    ("04/11", 15, "days", "distributor", "19/11", None),
    ("04/11", 30, "days", "distributor", "04/12", None),
    ("04/11", 45, "days", "distributor", "21/12", None),
    ("04/11", 10, "business-days", "customer", "18/11", None),
    ("06/11", 5, "business-days", "distributor", "13/11", None),
    ("06/11", 15, "days", "distributor", "23/11", None),
    ("06/11", 30, "days", "distributor", "07/12", "08/12"),
    ("06/11", 45, "days", "distributor", "21/12", "23/12"),
    ("06/11", 10, "business-days", "customer", "23/11", None),
    ("07/11", 5, "business-days", "distributor", "13/11", "16/11"),
    ("07/11", 15, "days", "distributor", "23/11", "24/11"),
    ("07/11", 30, "days", "distributor", "08/12", "09/12"),
    ("07/11", 45, "days", "distributor", "23/12", "24/12"),
    ("07/11", 10, "business-days", "customer", "24/11", "23/11"),
    ("19/11", 5, "business-days", "distributor", "27/11", None),
    ("19/11", 15, "days", "distributor", "04/12", "07/12"),
    ("19/11", 30, "days", "distributor", "21/12", "22/12"),
    ("19/11", 45, "days", "distributor", "04/01", "06/01"),
    ("19/11", 10, "business-days", "customer", "04/12", None),
]


@pytest.mark.parametrize(("start", "length", "unit", "bound", "due_on", "other"), WORKED)
def test_the_worked_dates(start: str, length: int, unit: Unit, bound: Bound, due_on: str, other: str | None) -> None:
    due = CALENDAR.due(day(start), length, unit, bound)
    assert due.due_on == day(due_on)
    assert due.other_reading == (day(other) if other else None)


def test_a_notice_one_second_before_midnight_is_of_that_day() -> None:
    late = datetime(2026, 11, 5, 3, 59, 59, tzinfo=UTC)
    assert CALENDAR.due(late, 5, "business-days", "distributor").starts_on == day("04/11")
    assert CALENDAR.today(datetime(2026, 11, 5, 4, 0, tzinfo=UTC)) == day("05/11")


def test_the_end_of_a_day_is_the_next_midnight_in_manaus() -> None:
    assert CALENDAR.end_of_day(day("04/11")) == datetime(2026, 11, 5, 4, 0, tzinfo=UTC)


def test_municipal_holidays_count_only_when_configured() -> None:
    city = date(2028, 10, 24)
    assert CALENDAR.is_business_day(city)
    assert not Calendar(extra={city: "aniversário de Manaus"}).is_business_day(city)


def test_every_day_of_a_count_says_why() -> None:
    due = CALENDAR.due(day("19/11"), 5, "business-days", "distributor")
    counted = list(CALENDAR.counted(due, "business-days"))
    assert counted[0].kind == "excluded"
    assert [(c.on, c.kind) for c in counted if c.kind == "skipped"] == [
        (day("20/11"), "skipped"),
        (day("21/11"), "skipped"),
        (day("22/11"), "skipped"),
    ]
    assert counted[-1].on == due.due_on
