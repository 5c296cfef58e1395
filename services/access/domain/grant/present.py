"""When and under which terms a command is decided: the present, the calendar, and the lengths that are ours to set."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.calendar import Calendar

_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class Terms:
    """Lengths in days, years and asks, as configured."""

    lapse_days: int = 7
    remind_after_days: int = 3
    announce_days: int = 7
    longest_years: int = 5
    asks_per_day: int = 20


@dataclass(frozen=True, slots=True)
class Present:
    """Now, here."""

    now: datetime
    calendar: Calendar
    terms: Terms = field(default_factory=Terms)

    @property
    def today(self) -> date:
        """The date here."""
        return self.calendar.today(self.now)

    @property
    def lapses_at(self) -> datetime:
        """When an offer made now lapses: at the end of its last day."""
        return self.calendar.end_of_day(self.today + timedelta(days=self.terms.lapse_days))

    @property
    def latest_end(self) -> date:
        """The furthest last day that may be agreed now."""
        year = self.today.year + self.terms.longest_years
        if (self.today.month, self.today.day) == _LEAP_DAY:
            return date(year, 3, 1) if not _leap(year) else date(year, 2, 29)
        return self.today.replace(year=year)

    def ended(self, ends_on: date) -> bool:
        """Whether the end of that last day has passed."""
        return self.now >= self.calendar.end_of_day(ends_on)

    def announces(self, ends_on: date) -> datetime:
        """When the end on that day is to be told."""
        return self.calendar.start_of_day(ends_on - timedelta(days=self.terms.announce_days))


def _leap(year: int) -> bool:
    return (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
