"""What a grant can be, and how a deed narrows it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, assert_never
from uuid import UUID

from services.access.domain.grant.events import Side
from services.access.domain.grant.present import Present
from services.access.domain.grant.refusals import AccessNotLive, HolderNotProven, NotTheHolder, NotTheInvited, OfferOver, UnknownGrant

type End = Literal["declined", "withdrawn", "lapsed", "revoked", "expired"]


@dataclass(frozen=True, slots=True)
class Between:
    """Who, with whom, for what."""

    grant_id: UUID
    unit_id: UUID
    site_id: UUID | None
    holder_id: UUID
    professional_id: UUID


@dataclass(frozen=True, slots=True)
class Unmade:
    """Nothing has been offered or asked; `typed` when an ask is being written down."""

    typed: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """The professional has to confirm."""

    between: Between
    ends_on: date
    may_decide: bool
    offered_at: datetime
    lapses_at: datetime
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """The holder has to answer."""

    between: Between
    requested_at: datetime
    lapses_at: datetime
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An ask for a pair that does not belong together; looks like Requested to who asked."""

    grant_id: UUID
    professional_id: UUID
    requested_at: datetime
    lapses_at: datetime
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """A later last day that one side proposes."""

    proposed_by: Side
    ends_on: date


@dataclass(frozen=True, slots=True)
class Live:
    """The professional may act until the end of the last day."""

    between: Between
    ends_on: date
    may_decide: bool
    granted_at: datetime
    extension: Extension | None = None
    announced_for: date | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """Over, and how."""

    how: End
    professional_id: UUID
    holder_id: UUID | None


type Grant = Unmade | Offered | Requested | Unmatched | Live | Ended
type Open = Offered | Requested | Unmatched


def offered(state: Grant, present: Present) -> Offered:
    """The open offer; raises UnknownGrant, OfferOver."""
    match state:
        case Unmade():
            raise UnknownGrant
        case Offered() if present.now < state.lapses_at:
            return state
        case _:
            raise OfferOver


def requested(state: Grant, present: Present) -> Requested:
    """The open ask; an unmatched one does not exist for anybody but who asked. Raises UnknownGrant, OfferOver."""
    match state:
        case Unmade() | Unmatched():
            raise UnknownGrant
        case Requested() if present.now < state.lapses_at:
            return state
        case _:
            raise OfferOver


def live(state: Grant, present: Present) -> Live:
    """The grant that has not ended, by the calendar too; raises UnknownGrant, AccessNotLive."""
    match state:
        case Unmade() | Unmatched():
            raise UnknownGrant
        case Live() if not present.ended(state.ends_on):
            return state
        case _:
            raise AccessNotLive


def the_holder(between: Between, by: UUID, *, proven: bool) -> None:
    """Raises NotTheHolder, HolderNotProven."""
    if by != between.holder_id:
        raise NotTheHolder
    if not proven:
        raise HolderNotProven


def the_invited(professional_id: UUID, by: UUID) -> None:
    """Raises NotTheInvited."""
    if by != professional_id:
        raise NotTheInvited


def side_of(between: Between, by: UUID, *, proven: bool) -> Side:
    """On which side somebody stands; the holder must be proven. Raises NotTheHolder, HolderNotProven."""
    if by == between.professional_id:
        return "professional"
    the_holder(between, by, proven=proven)
    return "holder"


def parties(state: Grant) -> tuple[UUID, ...]:
    """Whose grant it is, and who may therefore see it."""
    match state:
        case Unmade():
            return ()
        case Offered() | Requested() | Live():
            return (state.between.holder_id, state.between.professional_id)
        case Unmatched():
            return (state.professional_id,)
        case Ended():
            return (state.professional_id,) if state.holder_id is None else (state.holder_id, state.professional_id)
        case _:
            assert_never(state)
