"""Installed power by a named, versioned rule, and what follows from it: porte, limits, available power."""

from collections.abc import Iterable
from decimal import Decimal

from services.requests.domain.budget_request.events import Inverter, Module
from services.requests.domain.facts import Unit
from shared.contracts.requests.parts import Porte, Power

RULE = "menor-valor-por-fonte/1"
"""Per source the lesser of Σ modules (kWp) and Σ inverters (kW), plus what is already connected; never rounded (art. 657)."""

MICRO_UP_TO_KW = Decimal(75)
LIMIT_KW = Decimal(3000)
LIMIT_OF_UNITS_BEFORE_2022_KW = Decimal(5000)
FAST_TRACK_UP_TO_KW = Decimal("7.5")
GUARANTEE_ABOVE_KW = Decimal(500)
USUAL_DC_AC = (Decimal("0.5"), Decimal("1.5"))


def installed(modules: Iterable[Module], inverters: Iterable[Inverter], existing_kw: Decimal) -> Power:
    """The installed power of a plant."""
    modules_kwp = sum((module.kwp for module in modules), Decimal(0))
    inverters_kw = sum((inverter.kw for inverter in inverters), Decimal(0))
    total = min(modules_kwp, inverters_kw) + existing_kw
    return Power(
        installed_kw=total,
        modules_kwp=modules_kwp,
        inverters_kw=inverters_kw,
        existing_kw=existing_kw,
        rule=RULE,
        porte=porte(total),
    )


def porte(kw: Decimal) -> Porte:
    """Micro up to 75 kW, mini above (art. 2, XXIX)."""
    return "micro" if kw <= MICRO_UP_TO_KW else "mini"


def limit_kw(unit: Unit) -> Decimal:
    """What the law allows at this unit for a source that is not dispatchable, or photovoltaic."""
    return LIMIT_OF_UNITS_BEFORE_2022_KW if unit.connected_before_2022_01_07 else LIMIT_KW


def available_kw(unit: Unit, size: Porte, wanted_kw: Decimal | None) -> Decimal:
    """The power that generation may reach: what is wanted, where it changes; contracted demand for mini (art. 31)."""
    if wanted_kw is not None:
        return wanted_kw
    return unit.contracted_kw if size == "mini" and unit.contracted_kw is not None else unit.available_kw


def dc_ac(power: Power) -> Decimal | None:
    """How many kWp stand before each kW of inverter; None without inverters."""
    return power.modules_kwp / power.inverters_kw if power.inverters_kw else None


def unusual(power: Power) -> bool:
    """Whether the ratio of modules to inverters is one that is rarely meant."""
    ratio = dc_ac(power)
    return ratio is not None and not USUAL_DC_AC[0] <= ratio <= USUAL_DC_AC[1]
