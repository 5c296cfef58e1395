"""The clocks of a request as data: length, article, whom it binds, the type of Annex IV; dates come from the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from shared.calendar import Calendar
from shared.contracts.requests.parts import Clock, DueDate, Porte

_LOW_VOLTAGE = Decimal(2300)
_HIGH_VOLTAGE = Decimal(69000)
_ASK_FOR_INSPECTION_WITHIN_DAYS = 120
_AT_LEAST_ONCE_IN_FORCE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """What a clock is, apart from its length."""

    article: str
    bound: Literal["distributor", "customer"]
    annex_iv_type: int | None = None


RULES: Mapping[Clock, Rule] = {
    "triage": Rule("REN 1.000/2021, art. 71", "distributor"),
    "budget": Rule("REN 1.000/2021, art. 64", "distributor", 3),
    "approval": Rule("REN 1.000/2021, art. 83", "customer"),
    "contracts-out": Rule("REN 1.000/2021, art. 84", "distributor", 3),
    "contracts-back": Rule("REN 1.000/2021, art. 85", "customer"),
    "works": Rule("REN 1.000/2021, art. 88", "distributor", 3),
    "inspection": Rule("REN 1.000/2021, art. 91", "distributor", 3),
    "failure-report": Rule("REN 1.000/2021, art. 94", "distributor", 2),
    "inspection-request": Rule("REN 1.000/2021, art. 68, §2º", "customer"),
    "new-inspection": Rule("REN 1.000/2021, art. 94, §3º", "customer"),
}


def due(clock: Clock, start: date | datetime, length: int, unit: Literal["days", "business-days"], calendar: Calendar) -> DueDate:
    """When a clock that starts then is due."""
    rule = RULES[clock]
    found = calendar.due(start, length, unit, rule.bound)
    return DueDate(
        clock=clock,
        article=rule.article,
        starts_on=found.starts_on,
        due_on=found.due_on,
        other_reading=found.other_reading,
        length=length,
        unit=unit,
        bound=rule.bound,
        annex_iv_type=rule.annex_iv_type,
    )


def at_filing(filed_at: datetime, porte: Porte, voltage_v: Decimal, calendar: Calendar) -> tuple[DueDate, ...]:
    """Triage, and the budget without works: 15 days for micro below 69 kV, 45 for the rest (arts. 71, 64)."""
    days = 15 if porte == "micro" and voltage_v < _HIGH_VOLTAGE else 45
    return due("triage", filed_at, 5, "business-days", calendar), due("budget", filed_at, days, "days", calendar)


def approval(received_at: datetime, participation: Decimal, validity: int, calendar: Calendar) -> DueDate:
    """10 business days where nothing is to be paid, else the validity of the budget, never less (art. 83)."""
    length = 10 if participation == 0 else max(10, validity)
    return due("approval", received_at, length, "business-days", calendar)


def works(start: datetime, days: int, calendar: Calendar) -> DueDate:
    """60, 120 or 365 days, whichever the works fit in (art. 88)."""
    length = next((bound for bound in (60, 120, 365) if days <= bound), days)
    return due("works", start, length, "days", calendar)


def inspection(start: datetime, voltage_v: Decimal, calendar: Calendar) -> DueDate:
    """5, 10 or 15 business days by voltage (art. 91)."""
    length = 5 if voltage_v < _LOW_VOLTAGE else 10 if voltage_v < _HIGH_VOLTAGE else 15
    return due("inspection", start, length, "business-days", calendar)


def must_ask_in_time(group: str | None, voltage_v: Decimal) -> bool:
    """Whether the budget is lost where no inspection is asked for: in group B only (art. 68, §2).

    Requests filed before the group was kept tell it by their voltage: group B is supplied below 2.3 kV (art. 2, XXIV).
    """
    return voltage_v < _LOW_VOLTAGE if group is None else group == "B"


def inspection_request(approved_at: datetime, works: tuple[date, int] | None, in_force_at: datetime, calendar: Calendar) -> DueDate:
    """Until when the first inspection is asked for: the later of 120 days from the approval and the end of the works (art. 68, §2).

    The end of the works is the term that the budget states, counted from the day they began (art. 88, §2), which `works` has
    with the days. Contracts, a payment or works that took longer leave nobody without time: an inspection can be asked for
    only under a budget in force, and the budget is lost by silence, so there are always the 30 days, from the entry into
    force, that art. 85 gives the customer for the last thing asked of them. That minimum is our reading; the text has none.
    """
    found = [
        due("inspection-request", approved_at, _ASK_FOR_INSPECTION_WITHIN_DAYS, "days", calendar),
        due("inspection-request", in_force_at, _AT_LEAST_ONCE_IN_FORCE_DAYS, "days", calendar),
    ]
    if works is not None:
        began_on, days = works
        found.append(due("inspection-request", began_on, days, "days", calendar))
    return max(found, key=lambda one: one.due_on)


def days_late(missed: DueDate, today: date) -> int:
    """How many days after the due day it is; zero while it is not over."""
    return max(0, (today - missed.due_on).days)


def running(clocks: Mapping[str, DueDate], added: Sequence[DueDate] = (), *, ended: Sequence[Clock] = ()) -> Mapping[str, DueDate]:
    """The clocks that run after some began and some ended."""
    kept = {clock: value for clock, value in clocks.items() if clock not in ended}
    return {**kept, **{value.clock: value for value in added}}
