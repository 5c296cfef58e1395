"""Deeds on a live grant: extending, ending, expiring, and the dispute after a hand-over."""

from collections.abc import Sequence
from typing import Literal

from services.access.domain.grant.commands import (
    AcceptExtension,
    AnnounceEnd,
    DeclineExtension,
    EndForRegister,
    ExpireAccess,
    ProposeExtension,
    ReinstateAccess,
    RenounceAccess,
    RevokeAccess,
    SuspendAccess,
)
from services.access.domain.grant.events import (
    AccessExpired,
    AccessExtended,
    AccessOfferWithdrawn,
    AccessReinstated,
    AccessRevoked,
    AccessSuspended,
    EndAnnounced,
    EndReason,
    ExtensionDeclined,
    ExtensionProposed,
    GrantEvent,
)
from services.access.domain.grant.opening import end_fits
from services.access.domain.grant.present import Present
from services.access.domain.grant.refusals import AnotherExtensionOpen, EndNotInTheFuture, NothingProposed, NotSuspended
from services.access.domain.grant.states import (
    Between,
    Ended,
    Extension,
    Grant,
    Live,
    Offered,
    Requested,
    live,
    side_of,
    the_holder,
    the_invited,
)


def propose(command: ProposeExtension, state: Grant) -> Sequence[GrantEvent]:
    """One side's word for a later last day."""
    grant = live(state, command.present)
    side = side_of(grant.between, command.by, proven=command.proven)
    if grant.extension == Extension(side, command.ends_on):
        return []
    if grant.extension is not None and grant.extension.proposed_by != side:
        raise AnotherExtensionOpen
    if command.ends_on <= grant.ends_on:
        raise EndNotInTheFuture("A nova data deve ser depois do fim atual.")
    end_fits(command.ends_on, command.present)
    return [
        ExtensionProposed(
            grant_id=grant.between.grant_id,
            unit_id=grant.between.unit_id,
            holder_id=grant.between.holder_id,
            professional_id=grant.between.professional_id,
            proposed_by=side,
            ends_on=command.ends_on,
            proposed_at=command.present.now,
        )
    ]


def accept(command: AcceptExtension, state: Grant) -> Sequence[GrantEvent]:
    """The other side's word: the later last day holds from now on."""
    grant = live(state, command.present)
    side = side_of(grant.between, command.by, proven=command.proven)
    if grant.extension is None or grant.extension.proposed_by == side:
        raise NothingProposed
    return [
        AccessExtended(
            grant_id=grant.between.grant_id,
            unit_id=grant.between.unit_id,
            holder_id=grant.between.holder_id,
            professional_id=grant.between.professional_id,
            previous_ends_on=grant.ends_on,
            ends_on=grant.extension.ends_on,
            extended_at=command.present.now,
        )
    ]


def decline(command: DeclineExtension, state: Grant) -> Sequence[GrantEvent]:
    """The present last day stands."""
    grant = live(state, command.present)
    side = side_of(grant.between, command.by, proven=command.proven)
    if grant.extension is None:
        return []
    return [
        ExtensionDeclined(
            grant_id=grant.between.grant_id,
            unit_id=grant.between.unit_id,
            holder_id=grant.between.holder_id,
            professional_id=grant.between.professional_id,
            declined_by=side,
            declined_at=command.present.now,
        )
    ]


def revoke(command: RevokeAccess, state: Grant) -> Sequence[GrantEvent]:
    """The holder ends it, at any time."""
    if isinstance(state, Ended) and state.how == "revoked" and state.holder_id == command.by:
        return []
    grant = live(state, command.present)
    the_holder(grant.between, command.by, proven=command.proven)
    return [_revoked(grant.between, "holder", "revoked-by-holder", command.present)]


def renounce(command: RenounceAccess, state: Grant) -> Sequence[GrantEvent]:
    """The professional ends it, at any time."""
    if isinstance(state, Ended) and state.how == "revoked" and state.professional_id == command.by:
        return []
    grant = live(state, command.present)
    the_invited(grant.between.professional_id, command.by)
    return [_revoked(grant.between, "professional", "renounced-by-professional", command.present)]


def end_for_register(command: EndForRegister, state: Grant) -> Sequence[GrantEvent]:
    """The holder is no longer the unit's holder: what they granted, offered or were asked for ends."""
    match state:
        case Live():
            return [_revoked(state.between, "register", command.reason, command.present)]
        case Offered(between=between) | Requested(between=between):
            return [
                AccessOfferWithdrawn(
                    grant_id=between.grant_id,
                    unit_id=between.unit_id,
                    holder_id=between.holder_id,
                    professional_id=between.professional_id,
                    withdrawn_by="register",
                    withdrawn_at=command.present.now,
                )
            ]
        case _:
            return []


def suspend(command: SuspendAccess, state: Grant) -> Sequence[GrantEvent]:
    """One side's account had been a stranger's: a live grant waits for its real owner, an open one is taken back."""
    match state:
        case Live(suspended=False, between=between):
            return [
                AccessSuspended(
                    grant_id=between.grant_id,
                    unit_id=between.unit_id,
                    holder_id=between.holder_id,
                    professional_id=between.professional_id,
                    suspended_at=command.present.now,
                )
            ]
        case Offered() | Requested():
            return end_for_register(EndForRegister("holder-changed", command.present), state)
        case _:
            return []


def reinstate(command: ReinstateAccess, state: Grant) -> Sequence[GrantEvent]:
    """The real holder keeps it."""
    grant = live(state, command.present)
    the_holder(grant.between, command.by, proven=command.proven)
    if not grant.suspended:
        raise NotSuspended
    return [
        AccessReinstated(
            grant_id=grant.between.grant_id,
            unit_id=grant.between.unit_id,
            holder_id=grant.between.holder_id,
            professional_id=grant.between.professional_id,
            reinstated_at=command.present.now,
        )
    ]


def announce(command: AnnounceEnd, state: Grant) -> Sequence[GrantEvent]:
    """Once for each last day, some days before it."""
    if not isinstance(state, Live) or state.announced_for == state.ends_on or command.present.ended(state.ends_on):
        return []
    if command.present.now < command.present.announces(state.ends_on):
        return []
    between = state.between
    return [
        EndAnnounced(
            grant_id=between.grant_id,
            unit_id=between.unit_id,
            holder_id=between.holder_id,
            professional_id=between.professional_id,
            ends_on=state.ends_on,
            announced_at=command.present.now,
        )
    ]


def expire(command: ExpireAccess, state: Grant) -> Sequence[GrantEvent]:
    """The last day is over; the fact carries the instant it was due."""
    if not isinstance(state, Live) or not command.present.ended(state.ends_on):
        return []
    between = state.between
    return [
        AccessExpired(
            grant_id=between.grant_id,
            unit_id=between.unit_id,
            holder_id=between.holder_id,
            professional_id=between.professional_id,
            expired_at=command.present.calendar.end_of_day(state.ends_on),
        )
    ]


def _revoked(between: Between, by: Literal["holder", "professional", "register"], reason: EndReason, present: Present) -> AccessRevoked:
    return AccessRevoked(
        grant_id=between.grant_id,
        unit_id=between.unit_id,
        holder_id=between.holder_id,
        professional_id=between.professional_id,
        by=by,
        reason=reason,
        revoked_at=present.now,
    )
