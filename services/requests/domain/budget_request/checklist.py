"""The documents of one request, computed from the edition of the catalogue in force: which, in which order, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.requests.domain.budget_request import power
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import DocumentRule, Unit
from shared.contracts.requests.parts import Power

_EXEMPT_FROM_GUARANTEE = frozenset({"consorcio", "cooperativa"})


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the checklist."""

    code: str
    label: str
    article: str | None
    generated: bool
    required: bool
    most: int


def power_of(draft: Draft, unit: Unit) -> Power:
    """The installed power of the draft, with what is already connected where the motive adds to it."""
    return power.installed(draft.modules.values(), draft.inverters.values(), unit.existing_kw)


def checklist(draft: Draft, unit: Unit, rules: Sequence[DocumentRule]) -> tuple[Slot, ...]:
    """The documents that this request has, in catalogue order."""
    found = power_of(draft, unit)
    facts = _facts(draft, unit, found)
    slots = []
    for rule in sorted(rules, key=lambda one: one.order):
        asked = rule.micro if found.porte == "micro" else rule.mini
        if asked == "never" or not _applies(rule.when, facts):
            continue
        slots.append(Slot(rule.code, rule.label, rule.article, rule.generated, asked == "required", rule.most))
    return tuple(slots)


def missing(draft: Draft, unit: Unit, rules: Sequence[DocumentRule]) -> tuple[Slot, ...]:
    """The required places that are empty."""
    there = {document.code for document in draft.documents.values()}
    return tuple(slot for slot in checklist(draft, unit, rules) if slot.required and not slot.generated and slot.code not in there)


def _facts(draft: Draft, unit: Unit, found: Power) -> Mapping[str, object]:
    site = draft.site
    wanted_phases = draft.motive.wanted_phases if draft.motive else None
    return {
        "motive": draft.motive.motive if draft.motive else None,
        "purpose": draft.purpose.purpose if draft.purpose else None,
        "source": draft.purpose.source if draft.purpose else None,
        "above_kw": found.installed_kw,
        "converter": bool(draft.inverters),
        "phases_change": wanted_phases is not None and wanted_phases != unit.phases,
        "protected_area": site is not None and site.protected_area,
        "condominium": site is not None and site.condominium,
        "guarantee_due": guarantee_due(draft, found),
    }


def guarantee_due(draft: Draft, found: Power) -> bool:
    """Whether the guarantee of art. 655-C is due: mini above 500 kW, unless exempt."""
    if found.installed_kw <= power.GUARANTEE_ABOVE_KW or draft.purpose is None:
        return False
    return draft.purpose.purpose != "emuc" and draft.purpose.sharing not in _EXEMPT_FROM_GUARANTEE


def _applies(when: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    return all(_holds(name, wanted, facts.get(name)) for name, wanted in when.items())


def _holds(name: str, wanted: object, actual: object) -> bool:
    if name == "above_kw":
        return isinstance(actual, Decimal) and actual > Decimal(str(wanted))
    if isinstance(wanted, list | tuple):
        return actual in wanted
    return actual == wanted
