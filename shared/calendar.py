"""Counting days: REN ANEEL 1.000/2021, art. 656, in one function.

The day of notice is excluded and the due day included; a start or a due day that is not a business day moves to the next
one. "Start" may be read as the excluded day or as the first counted day. For deadlines that bind the distributor the
earlier result holds, for those that bind the customer the later; the other reading is kept beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

type Unit = Literal["days", "business-days"]
type Bound = Literal["distributor", "customer"]

_SATURDAY = 5
_DAY = timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March where that year has no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@lru_cache(maxsize=64)
def _holidays_of(subdivision: str, year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("BR", subdiv=subdivision, years=year, language="pt_BR"))


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of a count, and why it counted, did not, or moved."""

    on: date
    kind: Literal["excluded", "counted", "skipped", "due"]
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due: the reading that holds, and the other one where it differs."""

    starts_on: date
    due_on: date
    other_reading: date | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business days of one place: national and state holidays, plus configured dates (municipal, decreed)."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Manaus"))
    subdivision: str = "AM"
    extra: Mapping[date, str] = field(default_factory=dict)
    version: int = 1

    def today(self, now: datetime) -> date:
        """The date of an instant, here."""
        return now.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """The first instant after a day, in UTC: its last moment is exclusive."""
        following = day + _DAY
        return datetime(following.year, following.month, following.day, tzinfo=self.zone).astimezone(UTC)

    def start_of_day(self, day: date) -> datetime:
        """The first instant of a day, in UTC."""
        return self.end_of_day(day - _DAY)

    def not_business(self, day: date) -> str | None:
        """Why a day is not a business day; None when it is one."""
        if day in self.extra:
            return self.extra[day]
        if name := _holidays_of(self.subdivision, day.year).get(day):
            return name
        if day.weekday() >= _SATURDAY:
            return "sábado" if day.weekday() == _SATURDAY else "domingo"
        return None

    def is_business_day(self, day: date) -> bool:
        """Whether a day is a business day."""
        return self.not_business(day) is None

    def next_business_day(self, day: date) -> date:
        """The day itself when it is a business day, else the first one after it."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def add_business_days(self, day: date, length: int) -> date:
        """The business day that is `length` business days after a day."""
        for _ in range(length):
            day = self.next_business_day(day + _DAY)
        return day

    def due(self, start: date | datetime, length: int, unit: Unit, bound: Bound) -> Due:
        """The due day of a deadline of `length` days or business days that starts with a notice on `start` (art. 656)."""
        notice = self.today(start) if isinstance(start, datetime) else start
        excluded = self._run(self.next_business_day(notice), length, unit)
        counted = self._run(self.next_business_day(notice + _DAY) - _DAY, length, unit)
        chosen, other = sorted((excluded, counted)) if bound == "distributor" else sorted((excluded, counted), reverse=True)
        return Due(notice, chosen, other if other != chosen else None)

    def _run(self, excluded: date, length: int, unit: Unit) -> date:
        if unit == "business-days":
            return self.add_business_days(excluded, length)
        return self.next_business_day(excluded + length * _DAY)

    def counted(self, due: Due, unit: Unit) -> Iterable[CountedDay]:
        """The days of a deadline as they were counted, for who wants to see why it is due when it is."""
        yield CountedDay(due.starts_on, "excluded", self.not_business(due.starts_on) or "dia da ciência")
        day = due.starts_on + _DAY
        while day < due.due_on:
            why = self.not_business(day)
            yield CountedDay(day, "skipped" if why and unit == "business-days" else "counted", why)
            day += _DAY
        yield CountedDay(due.due_on, "due", None)
