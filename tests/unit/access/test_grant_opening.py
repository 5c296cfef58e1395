"""Offering, asking and answering: two words make a grant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.access.domain.grant.commands import (
    AllowRequest,
    CancelRequest,
    ConfirmOffer,
    DeclineOffer,
    DeclineRequest,
    LapseOffer,
    ProfileNow,
    RemindOffer,
    UnitNow,
    WithdrawOffer,
)
from services.access.domain.grant.decider import GRANT
from services.access.domain.grant.events import (
    AccessDeclined,
    AccessOfferLapsed,
    AccessOfferWithdrawn,
    ReminderDue,
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
    NotTheInvited,
    OfferOver,
    ProfessionalNotApproved,
    TooManyAsks,
    UnknownGrant,
)
from services.access.domain.grant.states import Ended, Live
from shared.calendar import Calendar
from shared.eventsourcing.refusal import Refusal
from shared.testing.given import given
from tests.unit.access.cast import (
    ANA,
    APPROVED,
    ASK,
    BRUNO,
    END,
    GRANT_ID,
    GRANTED,
    HOUSE,
    LAPSES,
    MONDAY,
    NOT_MATCHED,
    NOW,
    OFFER,
    OFFERED,
    REQUESTED,
    RUI,
    TIAGO,
    TYPED,
    UNIT,
    after,
    at,
)

CONFIRM = ConfirmOffer(RUI, HOUSE, APPROVED, NOW)
ALLOW = AllowRequest(ANA, END, may_decide=False, proven=True, unit=HOUSE, profile=APPROVED, present=NOW)
DORMANT = (
    ProfileNow(approved=False, valid_until=END),
    ProfileNow(approved=True, valid_until=date(2026, 11, 22)),
    ProfileNow(approved=False, valid_until=None),
)


def test_the_holder_offers() -> None:
    given(GRANT).when(OFFER).then(OFFERED)


def test_an_offer_repeated_says_nothing() -> None:
    given(GRANT, OFFERED).when(OFFER).then_nothing()


@pytest.mark.parametrize("unit", [UnitNow(UNIT, BRUNO, active=True), UnitNow(UNIT, ANA, active=False)])
def test_only_the_holder_of_an_active_unit_offers(unit: UnitNow) -> None:
    given(GRANT).when(replace(OFFER, unit=unit)).then_refused(NotTheHolder)


def test_an_account_is_not_a_holder() -> None:
    given(GRANT).when(replace(OFFER, proven=False)).then_refused(HolderNotProven)


def test_nobody_grants_to_themselves() -> None:
    given(GRANT).when(replace(OFFER, professional_id=ANA)).then_refused(GrantToOneself)
    given(GRANT).when(replace(ASK, asked_of_id=RUI)).then_refused(GrantToOneself)


def test_a_profile_is_good_on_its_last_day() -> None:
    given(GRANT).when(replace(OFFER, profile=ProfileNow(approved=True, valid_until=NOW.today))).then(OFFERED)


@pytest.mark.parametrize("profile", DORMANT)
def test_access_goes_only_to_approved_professionals(profile: ProfileNow) -> None:
    given(GRANT).when(replace(OFFER, profile=profile)).then_refused(ProfessionalNotApproved)
    given(GRANT).when(replace(ASK, profile=profile)).then_refused(ProfessionalNotApproved)
    given(GRANT, OFFERED).when(replace(CONFIRM, profile=profile)).then_refused(ProfessionalNotApproved)
    given(GRANT, TYPED, REQUESTED).when(replace(ALLOW, profile=profile)).then_refused(ProfessionalNotApproved)


@pytest.mark.parametrize(
    ("ends_on", "refusal"),
    [(date(2026, 11, 23), EndNotInTheFuture), (date(2026, 1, 1), EndNotInTheFuture), (date(2031, 11, 24), EndTooFar)],
)
def test_the_last_day_lies_ahead_but_not_too_far(ends_on: date, refusal: type[Refusal]) -> None:
    given(GRANT).when(replace(OFFER, ends_on=ends_on)).then_refused(refusal)
    given(GRANT, TYPED, REQUESTED).when(replace(ALLOW, ends_on=ends_on)).then_refused(refusal)


def test_five_years_to_the_day_are_allowed() -> None:
    given(GRANT).when(replace(OFFER, ends_on=date(2031, 11, 23))).then_types(type(OFFERED))


def test_late_in_the_evening_here_is_still_today() -> None:
    evening = Present(datetime(2026, 11, 24, 3, 59, tzinfo=UTC), Calendar())
    given(GRANT).when(replace(OFFER, ends_on=date(2026, 11, 23), present=evening)).then_refused(EndNotInTheFuture)
    given(GRANT).when(replace(OFFER, ends_on=date(2026, 11, 24), present=evening)).then_types(type(OFFERED))


def test_who_has_access_is_not_offered_it_again() -> None:
    given(GRANT).when(replace(OFFER, already_live=True)).then_refused(AccessAlreadyLive)
    given(GRANT).when(replace(ASK, already_live=True)).then_refused(AccessAlreadyLive)


def test_the_professional_confirms() -> None:
    state = given(GRANT, OFFERED).when(CONFIRM).then(GRANTED)
    assert isinstance(state, Live)


def test_confirming_twice_grants_once() -> None:
    given(GRANT, OFFERED, GRANTED).when(CONFIRM).then_nothing()


def test_only_the_invited_confirms_or_declines() -> None:
    given(GRANT, OFFERED).when(replace(CONFIRM, by=TIAGO)).then_refused(NotTheInvited)
    given(GRANT, OFFERED).when(DeclineOffer(TIAGO, NOW)).then_refused(NotTheInvited)


def test_an_offer_of_a_former_holder_cannot_be_confirmed() -> None:
    given(GRANT, OFFERED).when(replace(CONFIRM, unit=UnitNow(UNIT, BRUNO, active=True))).then_refused(NotTheHolder)
    given(GRANT, OFFERED).when(replace(CONFIRM, unit=None)).then_refused(UnknownGrant)


def test_an_offer_is_open_until_the_end_of_its_last_day() -> None:
    given(GRANT, OFFERED).when(replace(CONFIRM, present=at(LAPSES - timedelta(microseconds=1)))).then_types(type(GRANTED))
    given(GRANT, OFFERED).when(replace(CONFIRM, present=at(LAPSES))).then_refused(OfferOver)


def test_the_professional_declines() -> None:
    no = AccessDeclined(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, declined_by="professional", declined_at=MONDAY)
    given(GRANT, OFFERED).when(DeclineOffer(RUI, NOW)).then(no)
    given(GRANT, OFFERED, no).when(DeclineOffer(RUI, NOW)).then_nothing()
    given(GRANT, OFFERED, no).when(CONFIRM).then_refused(OfferOver)


def test_the_holder_takes_the_offer_back() -> None:
    gone = AccessOfferWithdrawn(
        grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, withdrawn_by="holder", withdrawn_at=MONDAY
    )
    given(GRANT, OFFERED).when(WithdrawOffer(ANA, proven=True, present=NOW)).then(gone)
    given(GRANT, OFFERED).when(WithdrawOffer(RUI, proven=True, present=NOW)).then_refused(NotTheHolder)
    given(GRANT, OFFERED, gone).when(CONFIRM).then_refused(OfferOver)


def test_the_professional_asks() -> None:
    given(GRANT).when(ASK).then(TYPED, REQUESTED)


@pytest.mark.parametrize("unit", [None, UnitNow(UNIT, BRUNO, active=True), UnitNow(UNIT, ANA, active=False)])
def test_a_wrong_pair_is_written_down_and_nobody_is_told(unit: UnitNow | None) -> None:
    given(GRANT).when(replace(ASK, unit=unit)).then(TYPED, NOT_MATCHED)


def test_twenty_asks_a_day_are_enough() -> None:
    given(GRANT).when(replace(ASK, asks_today=19)).then(TYPED, REQUESTED)
    refusal = given(GRANT).when(replace(ASK, asks_today=20, unit=None)).then_refused(TooManyAsks)
    assert refusal.until == datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_the_holder_allows() -> None:
    given(GRANT, TYPED, REQUESTED).when(ALLOW).then(GRANTED)
    given(GRANT, TYPED, REQUESTED, GRANTED).when(ALLOW).then_nothing()


def test_only_the_proven_holder_answers_an_ask() -> None:
    given(GRANT, TYPED, REQUESTED).when(replace(ALLOW, by=BRUNO)).then_refused(NotTheHolder)
    given(GRANT, TYPED, REQUESTED).when(replace(ALLOW, proven=False)).then_refused(HolderNotProven)
    given(GRANT, TYPED, REQUESTED).when(DeclineRequest(ANA, proven=False, present=NOW)).then_refused(HolderNotProven)


def test_the_holder_declines_an_ask() -> None:
    no = AccessDeclined(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, declined_by="holder", declined_at=MONDAY)
    given(GRANT, TYPED, REQUESTED).when(DeclineRequest(ANA, proven=True, present=NOW)).then(no)
    given(GRANT, TYPED, REQUESTED, no).when(DeclineRequest(ANA, proven=True, present=NOW)).then_nothing()


def test_an_unmatched_ask_is_nobodys_to_answer() -> None:
    given(GRANT, TYPED, NOT_MATCHED).when(ALLOW).then_refused(UnknownGrant)
    given(GRANT, TYPED, NOT_MATCHED).when(CONFIRM).then_refused(OfferOver)


def test_asks_are_taken_back_alike() -> None:
    gone = AccessOfferWithdrawn(
        grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, withdrawn_by="professional", withdrawn_at=MONDAY
    )
    silent = UnmatchedAskCancelled(grant_id=GRANT_ID, professional_id=RUI, cancelled_at=MONDAY)
    cancel = CancelRequest(RUI, NOW)
    for asked, end in ((REQUESTED, gone), (NOT_MATCHED, silent)):
        state = given(GRANT, TYPED, asked).when(cancel).then(end)
        assert isinstance(state, Ended)
        assert state.how == "withdrawn"
        given(GRANT, TYPED, asked, end).when(cancel).then_nothing()
        given(GRANT, TYPED, asked).when(CancelRequest(TIAGO, NOW)).then_refused(NotTheInvited)
        given(GRANT, TYPED, asked).when(CancelRequest(RUI, at(LAPSES))).then_refused(OfferOver)


def test_silence_is_reminded_once_on_the_third_day() -> None:
    reminder = ReminderDue(grant_id=GRANT_ID, due_at=MONDAY + timedelta(days=3))
    for history in ((OFFERED,), (TYPED, REQUESTED), (TYPED, NOT_MATCHED)):
        given(GRANT, *history).when(RemindOffer(after(days=2.9))).then_nothing()
        given(GRANT, *history).when(RemindOffer(after(days=3.2))).then(reminder)
        given(GRANT, *history, reminder).when(RemindOffer(after(days=4))).then_nothing()
    given(GRANT, OFFERED, GRANTED).when(RemindOffer(after(days=4))).then_nothing()


def test_offers_and_asks_lapse_at_the_instant_they_were_due() -> None:
    lapsed = AccessOfferLapsed(grant_id=GRANT_ID, unit_id=UNIT, holder_id=ANA, professional_id=RUI, lapsed_at=LAPSES)
    silent = UnmatchedAskLapsed(grant_id=GRANT_ID, professional_id=RUI, lapsed_at=LAPSES)
    for history, end in (((OFFERED,), lapsed), ((TYPED, REQUESTED), lapsed), ((TYPED, NOT_MATCHED), silent)):
        given(GRANT, *history).when(LapseOffer(at(LAPSES - timedelta(seconds=1)))).then_nothing()
        given(GRANT, *history).when(LapseOffer(at(LAPSES + timedelta(hours=9)))).then(end)
        given(GRANT, *history, end).when(LapseOffer(at(LAPSES + timedelta(hours=9)))).then_nothing()


def test_nothing_is_unknown_before_it_is_offered() -> None:
    for command in (CONFIRM, ALLOW, WithdrawOffer(UUID(int=9), proven=True, present=NOW), CancelRequest(RUI, NOW)):
        given(GRANT).when(command).then_refused(UnknownGrant)
