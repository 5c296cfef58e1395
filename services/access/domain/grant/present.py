"""When and under which terms a command is decided: the present, the calendar, and the lengths that are ours to set."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.calendar import Calendar, years_after


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
        return years_after(self.today, self.terms.longest_years)

    def ended(self, ends_on: date) -> bool:
        """Whether the end of that last day has passed."""
        return self.now >= self.calendar.end_of_day(ends_on)

    def announces(self, ends_on: date) -> datetime:
        """When the end on that day is to be told."""
        return self.calendar.start_of_day(ends_on - timedelta(days=self.terms.announce_days))
