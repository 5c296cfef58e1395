"""What a profession may do and what it has to show: the catalogues as the rules see them."""

from dataclasses import dataclass
from decimal import Decimal

from services.professional.domain.profile.events import Council, Filing


@dataclass(frozen=True, slots=True)
class Profession:
    """One profession of the edition in force."""

    code: str
    version: int
    councils: tuple[Council, ...]
    may_file: tuple[Filing, ...]
    ceiling_kva: Decimal | None
    needs_attribution: bool
    """Whether the reviewer has to confirm the title's attribution before it may file technical requests."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the checklist."""

    code: str
    label: str
    required: bool
    company_only: bool = False
    professions: tuple[str, ...] = ()
    """The professions it is asked of; none named: all."""
    most: int = 2


@dataclass(frozen=True, slots=True)
class Checklist:
    """The documents of a profile by the edition in force."""

    version: int
    slots: tuple[Slot, ...]

    def asked(self, profession: str | None, *, company: bool) -> tuple[Slot, ...]:
        """The places that this profession, alone or in a company, is asked to fill."""
        return tuple(
            slot
            for slot in self.slots
            if (company or not slot.company_only) and (not slot.professions or profession is None or profession in slot.professions)
        )
