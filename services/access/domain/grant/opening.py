"""Deeds before a grant is live: offering, asking, answering, taking back, lapsing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.access.domain.grant.commands import (
    AllowRequest,
    CancelRequest,
    ConfirmOffer,
    DeclineOffer,
    DeclineRequest,
    LapseOffer,
    OfferAccess,
    ProfileNow,
    RemindOffer,
    RequestAccess,
    UnitNow,
    WithdrawOffer,
)
from services.access.domain.grant.events import (
    AccessDeclined,
    AccessGranted,
    AccessOffered,
    AccessOfferLapsed,
    AccessOfferWithdrawn,
    AccessRequested,
    AskNotMatched,
    GrantEvent,
    ReminderDue,
    Side,
    UnitTyped,
    UnmatchedAskCancelled,
    UnmatchedAskLapsed,
)
from services.access.domain.grant.present import Present
from services.access.domain.grant.refusals import (
    AccessAlreadyLive,
    EndNotInTheFuture,
    EndTooFar,
    GrantToOneself,
    HolderNotProven,
    NotTheHolder,
    OfferOver,
    ProfessionalNotApproved,
    TooManyAsks,
    UnknownGrant,
)
from services.access.domain.grant.states import (
    Between,
    Ended,
    Grant,
    Live,
    Offered,
    Requested,
    Unmade,
    Unmatched,
    offered,
    requested,
    the_holder,
    the_invited,
)


def offer(command: OfferAccess, state: Grant) -> Sequence[GrantEvent]:
    """The holder's word; the professional's is still missing."""
    if not isinstance(state, Unmade):
        return []
    if not command.unit.active or command.by != command.unit.holder_id:
        raise NotTheHolder
    if not command.proven:
        raise HolderNotProven
    if command.professional_id == command.by:
        raise GrantToOneself
    approved(command.profile, command.present)
    end_fits(command.ends_on, command.present)
    if command.already_live:
        raise AccessAlreadyLive
    return [
        AccessOffered(
            grant_id=command.grant_id,
            unit_id=command.unit.unit_id,
            holder_id=command.by,
            professional_id=command.professional_id,
            may_decide=command.may_decide,
            ends_on=command.ends_on,
            offered_at=command.present.now,
            lapses_at=command.present.lapses_at,
        )
    ]


def ask(command: RequestAccess, state: Grant) -> Sequence[GrantEvent]:
    """The professional's word; whether the pair typed is right shows in nothing that the asker sees."""
    if not isinstance(state, Unmade):
        return []
    if command.asked_of_id == command.by:
        raise GrantToOneself
    approved(command.profile, command.present)
    if command.asks_today >= command.present.terms.asks_per_day:
        raise TooManyAsks(until=command.present.calendar.end_of_day(command.present.today))
    if command.already_live:
        raise AccessAlreadyLive
    now, lapses_at = command.present.now, command.present.lapses_at
    typed = UnitTyped(
        grant_id=command.grant_id, professional_id=command.by, number=command.number, asked_of_id=command.asked_of_id, typed_at=now
    )
    unit = command.unit
    if unit is None or not unit.active or unit.holder_id != command.asked_of_id:
        missed = AskNotMatched(
            grant_id=command.grant_id, professional_id=command.by, protocol=command.protocol, requested_at=now, lapses_at=lapses_at
        )
        return [typed, missed]
    asked = AccessRequested(
        grant_id=command.grant_id,
        unit_id=unit.unit_id,
        holder_id=unit.holder_id,
        professional_id=command.by,
        protocol=command.protocol,
        requested_at=now,
        lapses_at=lapses_at,
    )
    return [typed, asked]


def confirm(command: ConfirmOffer, state: Grant) -> Sequence[GrantEvent]:
    """Both words are given."""
    if isinstance(state, Live) and state.between.professional_id == command.by:
        return []
    open_offer = offered(state, command.present)
    the_invited(open_offer.between.professional_id, command.by)
    still_theirs(command.unit, open_offer.between)
    approved(command.profile, command.present)
    end_fits(open_offer.ends_on, command.present)
    return [granted(open_offer.between, open_offer.ends_on, command.present, may_decide=open_offer.may_decide)]


def allow(command: AllowRequest, state: Grant) -> Sequence[GrantEvent]:
    """The holder answers an ask with a last day."""
    if isinstance(state, Live) and state.between.holder_id == command.by and state.ends_on == command.ends_on:
        return []
    asked = requested(state, command.present)
    the_holder(asked.between, command.by, proven=command.proven)
    still_theirs(command.unit, asked.between)
    approved(command.profile, command.present)
    end_fits(command.ends_on, command.present)
    return [granted(asked.between, command.ends_on, command.present, may_decide=command.may_decide)]


def decline_offer(command: DeclineOffer, state: Grant) -> Sequence[GrantEvent]:
    """The professional says no."""
    if isinstance(state, Ended) and state.how == "declined" and state.professional_id == command.by:
        return []
    open_offer = offered(state, command.present)
    the_invited(open_offer.between.professional_id, command.by)
    return [_declined(open_offer.between, "professional", command.present)]


def decline_request(command: DeclineRequest, state: Grant) -> Sequence[GrantEvent]:
    """The holder says no."""
    if isinstance(state, Ended) and state.how == "declined" and state.holder_id == command.by:
        return []
    asked = requested(state, command.present)
    the_holder(asked.between, command.by, proven=command.proven)
    return [_declined(asked.between, "holder", command.present)]


def withdraw(command: WithdrawOffer, state: Grant) -> Sequence[GrantEvent]:
    """The holder takes the offer back."""
    if isinstance(state, Ended) and state.how == "withdrawn" and state.holder_id == command.by:
        return []
    open_offer = offered(state, command.present)
    the_holder(open_offer.between, command.by, proven=command.proven)
    return [withdrawn(open_offer.between, "holder", command.present)]


def cancel(command: CancelRequest, state: Grant) -> Sequence[GrantEvent]:
    """The professional takes the ask back; it looks the same whether somebody was told of it or not."""
    match state:
        case Ended(how="withdrawn", professional_id=professional_id) if professional_id == command.by:
            return []
        case Unmatched():
            the_invited(state.professional_id, command.by)
            if command.present.now >= state.lapses_at:
                raise OfferOver
            gone = UnmatchedAskCancelled(grant_id=state.grant_id, professional_id=state.professional_id, cancelled_at=command.present.now)
            return [gone]
        case _:
            asked = requested(state, command.present)
            the_invited(asked.between.professional_id, command.by)
            return [withdrawn(asked.between, "professional", command.present)]


def remind(command: RemindOffer, state: Grant) -> Sequence[GrantEvent]:
    """Once, some days after the offer or ask."""
    match state:
        case Offered():
            grant_id, since = state.between.grant_id, state.offered_at
        case Requested():
            grant_id, since = state.between.grant_id, state.requested_at
        case Unmatched():
            grant_id, since = state.grant_id, state.requested_at
        case Unmade() | Live() | Ended():
            return []
        case _:
            assert_never(state)
    due_at = since + timedelta(days=command.present.terms.remind_after_days)
    if state.reminded or command.present.now < due_at:
        return []
    return [ReminderDue(grant_id=grant_id, due_at=due_at)]


def lapse(command: LapseOffer, state: Grant) -> Sequence[GrantEvent]:
    """Nobody answered; the fact carries the instant it was due, not when it was noticed."""
    match state:
        case Offered() | Requested() if command.present.now >= state.lapses_at:
            between = state.between
            return [
                AccessOfferLapsed(
                    grant_id=between.grant_id,
                    unit_id=between.unit_id,
                    holder_id=between.holder_id,
                    professional_id=between.professional_id,
                    lapsed_at=state.lapses_at,
                )
            ]
        case Unmatched() if command.present.now >= state.lapses_at:
            return [UnmatchedAskLapsed(grant_id=state.grant_id, professional_id=state.professional_id, lapsed_at=state.lapses_at)]
        case _:
            return []


def approved(profile: ProfileNow, present: Present) -> None:
    """Raises ProfessionalNotApproved: a profile past its last day counts as none."""
    if not profile.approved or profile.valid_until is None or present.ended(profile.valid_until):
        raise ProfessionalNotApproved


def end_fits(ends_on: date, present: Present) -> None:
    """Raises EndNotInTheFuture, EndTooFar."""
    if ends_on <= present.today:
        raise EndNotInTheFuture
    if ends_on > present.latest_end:
        raise EndTooFar


def still_theirs(unit: UnitNow | None, between: Between) -> None:
    """The unit is still the holder's; raises UnknownGrant, NotTheHolder."""
    if unit is None:
        raise UnknownGrant
    if not unit.active or unit.holder_id != between.holder_id:
        raise NotTheHolder


def granted(between: Between, ends_on: date, present: Present, *, may_decide: bool) -> AccessGranted:
    """The grant is live."""
    return AccessGranted(
        grant_id=between.grant_id,
        unit_id=between.unit_id,
        site_id=between.site_id,
        holder_id=between.holder_id,
        professional_id=between.professional_id,
        may_decide=may_decide,
        ends_on=ends_on,
        granted_at=present.now,
    )


def withdrawn(between: Between, by: Side, present: Present) -> AccessOfferWithdrawn:
    """It was taken back."""
    return AccessOfferWithdrawn(
        grant_id=between.grant_id,
        unit_id=between.unit_id,
        holder_id=between.holder_id,
        professional_id=between.professional_id,
        withdrawn_by=by,
        withdrawn_at=present.now,
    )


def _declined(between: Between, by: Side, present: Present) -> AccessDeclined:
    return AccessDeclined(
        grant_id=between.grant_id,
        unit_id=between.unit_id,
        holder_id=between.holder_id,
        professional_id=between.professional_id,
        declined_by=by,
        declined_at=present.now,
    )
