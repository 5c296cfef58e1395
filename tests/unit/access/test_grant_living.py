"""A live grant: extended by two words, ended by one, over by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime

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
from services.access.domain.grant.decider import GRANT
from services.access.domain.grant.events import (
    AccessExpired,
    AccessExtended,
    AccessOfferWithdrawn,
    AccessReinstated,
    AccessRevoked,
    AccessSuspended,
    EndAnnounced,
    ExtensionDeclined,
    ExtensionProposed,
)
from services.access.domain.grant.refusals import (
    AccessNotLive,
    AnotherExtensionOpen,
    EndNotInTheFuture,
    EndTooFar,
    HolderNotProven,
    NothingProposed,
    NotSuspended,
    NotTheHolder,
    NotTheInvited,
    UnknownGrant,
)
from shared.testing.given import given
from tests.unit.access.cast import ANA, GRANT_ID, GRANTED, MONDAY, NOT_MATCHED, NOW, OFFERED, REQUESTED, RUI, TIAGO, TYPED, UNIT, at

LIVE = (OFFERED, GRANTED)
LONGER = date(2028, 11, 23)
MIDNIGHT = datetime(2027, 11, 24, 4, tzinfo=UTC)
PROPOSED = ExtensionProposed(
    grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, proposed_by="professional", ends_on=LONGER, proposed_at=MONDAY
)
PROPOSE = ProposeExtension(RUI, LONGER, proven=False, present=NOW)
ACCEPT = AcceptExtension(ANA, proven=True, present=NOW)
REVOKED = AccessRevoked(
    grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, by="holder", reason="revoked-by-holder", revoked_at=MONDAY
)
SUSPENDED = AccessSuspended(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, suspended_at=MONDAY)


def test_either_side_ends_it() -> None:
    renounced = REVOKED.__class__.model_validate(
        REVOKED.model_dump() | {"by": "professional", "reason": "renounced-by-professional"}, strict=False
    )
    given(GRANT, *LIVE).when(RevokeAccess(ANA, proven=True, present=NOW)).then(REVOKED)
    given(GRANT, *LIVE).when(RenounceAccess(RUI, NOW)).then(renounced)
    given(GRANT, *LIVE, REVOKED).when(RevokeAccess(ANA, proven=True, present=NOW)).then_nothing()
    given(GRANT, *LIVE, renounced).when(RenounceAccess(RUI, NOW)).then_nothing()


def test_each_side_ends_it_in_its_own_way() -> None:
    given(GRANT, *LIVE).when(RevokeAccess(RUI, proven=True, present=NOW)).then_refused(NotTheHolder)
    given(GRANT, *LIVE).when(RevokeAccess(ANA, proven=False, present=NOW)).then_refused(HolderNotProven)
    given(GRANT, *LIVE).when(RenounceAccess(TIAGO, NOW)).then_refused(NotTheInvited)


def test_what_is_not_live_cannot_end() -> None:
    given(GRANT, OFFERED).when(RevokeAccess(ANA, proven=True, present=NOW)).then_refused(AccessNotLive)
    given(GRANT, *LIVE).when(RevokeAccess(ANA, proven=True, present=at(MIDNIGHT))).then_refused(AccessNotLive)
    given(GRANT, TYPED, NOT_MATCHED).when(RevokeAccess(ANA, proven=True, present=NOW)).then_refused(UnknownGrant)


def test_an_extension_needs_both() -> None:
    given(GRANT, *LIVE).when(PROPOSE).then(PROPOSED)
    extended = AccessExtended(
        grant_id=GRANT_ID,
        unit_id=UNIT,
        holder_id=ANA,
        professional_id=RUI,
        previous_ends_on=GRANTED.ends_on,
        ends_on=LONGER,
        extended_at=MONDAY,
    )
    given(GRANT, *LIVE, PROPOSED).when(ACCEPT).then(extended)
    given(GRANT, *LIVE, PROPOSED).when(AcceptExtension(RUI, proven=True, present=NOW)).then_refused(NothingProposed)
    given(GRANT, *LIVE).when(ACCEPT).then_refused(NothingProposed)


def test_the_old_end_stands_until_accepted() -> None:
    given(GRANT, *LIVE, PROPOSED).when(ExpireAccess(at(MIDNIGHT))).then_types(AccessExpired)


def test_one_proposal_at_a_time_and_only_for_later() -> None:
    given(GRANT, *LIVE, PROPOSED).when(PROPOSE).then_nothing()
    given(GRANT, *LIVE, PROPOSED).when(replace(PROPOSE, by=ANA, proven=True)).then_refused(AnotherExtensionOpen)
    given(GRANT, *LIVE, PROPOSED).when(replace(PROPOSE, ends_on=date(2028, 1, 1))).then_types(ExtensionProposed)
    given(GRANT, *LIVE).when(replace(PROPOSE, ends_on=GRANTED.ends_on)).then_refused(EndNotInTheFuture)
    given(GRANT, *LIVE).when(replace(PROPOSE, ends_on=date(2040, 1, 1))).then_refused(EndTooFar)
    given(GRANT, *LIVE).when(replace(PROPOSE, by=TIAGO)).then_refused(NotTheHolder)


def test_an_extension_may_be_declined() -> None:
    no = ExtensionDeclined(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, declined_by="holder", declined_at=MONDAY)
    given(GRANT, *LIVE, PROPOSED).when(DeclineExtension(ANA, proven=True, present=NOW)).then(no)
    given(GRANT, *LIVE, PROPOSED, no).when(DeclineExtension(ANA, proven=True, present=NOW)).then_nothing()
    given(GRANT, *LIVE, PROPOSED, no).when(ACCEPT).then_refused(NothingProposed)


def test_it_ends_by_itself_at_the_end_of_the_last_day_here() -> None:
    expired = AccessExpired(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, expired_at=MIDNIGHT)
    given(GRANT, *LIVE).when(ExpireAccess(at(datetime(2027, 11, 24, 3, 59, 59, tzinfo=UTC)))).then_nothing()
    given(GRANT, *LIVE).when(ExpireAccess(at(datetime(2027, 11, 25, tzinfo=UTC)))).then(expired)
    given(GRANT, *LIVE, expired).when(ExpireAccess(at(datetime(2027, 11, 25, tzinfo=UTC)))).then_nothing()


def test_the_end_is_told_once_seven_days_before() -> None:
    told_at = datetime(2027, 11, 16, 4, tzinfo=UTC)
    told = EndAnnounced(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, ends_on=GRANTED.ends_on, announced_at=told_at)
    given(GRANT, *LIVE).when(AnnounceEnd(at(datetime(2027, 11, 16, 3, tzinfo=UTC)))).then_nothing()
    given(GRANT, *LIVE).when(AnnounceEnd(at(told_at))).then(told)
    given(GRANT, *LIVE, told).when(AnnounceEnd(at(told_at))).then_nothing()
    given(GRANT, *LIVE).when(AnnounceEnd(at(MIDNIGHT))).then_nothing()


def test_another_holder_ends_what_the_former_one_granted() -> None:
    ended = given(GRANT, *LIVE).when(EndForRegister("holder-changed", NOW)).events
    assert ended is not None
    assert [(type(event), event.by, event.reason) for event in ended if isinstance(event, AccessRevoked)] == [
        (AccessRevoked, "register", "holder-changed")
    ]
    given(GRANT, OFFERED).when(EndForRegister("holder-changed", NOW)).then_types(AccessOfferWithdrawn)
    given(GRANT, TYPED, REQUESTED).when(EndForRegister("unit-closed", NOW)).then_types(AccessOfferWithdrawn)
    given(GRANT, *LIVE, REVOKED).when(EndForRegister("holder-changed", NOW)).then_nothing()


def test_a_hand_over_puts_grants_in_dispute_until_the_holder_decides() -> None:
    reinstated = AccessReinstated(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, reinstated_at=MONDAY)
    reinstate = ReinstateAccess(ANA, proven=True, present=NOW)
    given(GRANT, *LIVE).when(SuspendAccess(NOW)).then(SUSPENDED)
    given(GRANT, *LIVE, SUSPENDED).when(SuspendAccess(NOW)).then_nothing()
    given(GRANT, OFFERED).when(SuspendAccess(NOW)).then_types(AccessOfferWithdrawn)
    given(GRANT, *LIVE, SUSPENDED).when(reinstate).then(reinstated)
    given(GRANT, *LIVE).when(reinstate).then_refused(NotSuspended)
    given(GRANT, *LIVE, SUSPENDED).when(replace(reinstate, by=RUI)).then_refused(NotTheHolder)
    given(GRANT, *LIVE, SUSPENDED).when(RevokeAccess(ANA, proven=True, present=NOW)).then(REVOKED)
