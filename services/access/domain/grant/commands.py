"""What may be asked of a grant. `by` is the PersonId of who acts; what a decision needs of others comes in as values."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.access.domain.grant.present import Present


@dataclass(frozen=True, slots=True)
class UnitNow:
    """A unit as the register has it at this moment."""

    unit_id: UUID
    holder_id: UUID
    active: bool


@dataclass(frozen=True, slots=True)
class ProfileNow:
    """A professional's profile at this moment; dormant when not approved or past its last day."""

    approved: bool
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class OfferAccess:
    """The holder offers access to a unit until a last day."""

    grant_id: UUID
    by: UUID
    professional_id: UUID
    unit: UnitNow
    ends_on: date
    may_decide: bool
    proven: bool
    profile: ProfileNow
    already_live: bool
    present: Present


@dataclass(frozen=True, slots=True)
class RequestAccess:
    """The professional asks for access to a unit. `unit` is None when the pair typed does not belong together."""

    grant_id: UUID
    by: UUID
    number: str
    asked_of_id: UUID
    unit: UnitNow | None
    profile: ProfileNow
    already_live: bool
    asks_today: int
    protocol: str
    present: Present


@dataclass(frozen=True, slots=True)
class ConfirmOffer:
    """The professional accepts what was offered."""

    by: UUID
    unit: UnitNow | None
    profile: ProfileNow
    present: Present


@dataclass(frozen=True, slots=True)
class AllowRequest:
    """The holder allows what was asked, until a last day."""

    by: UUID
    ends_on: date
    may_decide: bool
    proven: bool
    unit: UnitNow | None
    profile: ProfileNow
    present: Present


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """The professional does not want it."""

    by: UUID
    present: Present


@dataclass(frozen=True, slots=True)
class DeclineRequest:
    """The holder does not allow it."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """The holder takes the offer back."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """The professional takes the ask back."""

    by: UUID
    present: Present


@dataclass(frozen=True, slots=True)
class ProposeExtension:
    """Either side proposes a later last day."""

    by: UUID
    ends_on: date
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class AcceptExtension:
    """The other side accepts it."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class DeclineExtension:
    """The other side, or the proposer, lets it be."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class RevokeAccess:
    """The holder ends it."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class RenounceAccess:
    """The professional ends it."""

    by: UUID
    present: Present


@dataclass(frozen=True, slots=True)
class ReinstateAccess:
    """The proven holder keeps a grant that a hand-over had put in dispute."""

    by: UUID
    proven: bool
    present: Present


@dataclass(frozen=True, slots=True)
class EndForRegister:
    """The register has another holder, or the unit is closed."""

    reason: Literal["holder-changed", "unit-closed"]
    present: Present


@dataclass(frozen=True, slots=True)
class SuspendAccess:
    """One side's account was handed over to its real owner."""

    present: Present


@dataclass(frozen=True, slots=True)
class RemindOffer:
    """The timer: who was asked has been silent for days."""

    present: Present


@dataclass(frozen=True, slots=True)
class LapseOffer:
    """The timer: the last day to answer is over."""

    present: Present


@dataclass(frozen=True, slots=True)
class AnnounceEnd:
    """The timer: the last day comes near."""

    present: Present


@dataclass(frozen=True, slots=True)
class ExpireAccess:
    """The timer: the last day is over."""

    present: Present


type GrantCommand = (
    OfferAccess
    | RequestAccess
    | ConfirmOffer
    | AllowRequest
    | DeclineOffer
    | DeclineRequest
    | WithdrawOffer
    | CancelRequest
    | ProposeExtension
    | AcceptExtension
    | DeclineExtension
    | RevokeAccess
    | RenounceAccess
    | ReinstateAccess
    | EndForRegister
    | SuspendAccess
    | RemindOffer
    | LapseOffer
    | AnnounceEnd
    | ExpireAccess
)
