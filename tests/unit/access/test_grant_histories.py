"""Every history that decide can make, evolve accepts, and some things hold in all of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.access.domain.grant import commands as c
from services.access.domain.grant.decider import GRANT
from services.access.domain.grant.events import AccessGranted, AccessOffered, AccessRequested, AskNotMatched, GrantEvent
from services.access.domain.grant.states import Ended, Live, Unmatched
from shared.eventsourcing.refusal import Refusal
from tests.unit.access.cast import ANA, APPROVED, BRUNO, GRANT_ID, HOUSE, MONDAY, NUMBER, PROTOCOL, RUI, UNIT, at

people = st.sampled_from([ANA, RUI, BRUNO])
days = st.dates(date(2026, 11, 1), date(2032, 1, 1))
units = st.sampled_from([HOUSE, c.UnitNow(UNIT, BRUNO, active=True), c.UnitNow(UNIT, ANA, active=False)])


@st.composite
def commands(draw: st.DrawFn, elapsed: int) -> c.GrantCommand:
    """Any command by anybody at that hour."""
    now = at(MONDAY + timedelta(hours=elapsed))
    by, proven, ends_on, unit = draw(people), draw(st.booleans()), draw(days), draw(units)
    may_decide = draw(st.booleans())
    every: Sequence[c.GrantCommand] = [
        c.OfferAccess(GRANT_ID, by, RUI, unit, ends_on, may_decide, proven, APPROVED, already_live=False, present=now),
        c.RequestAccess(
            GRANT_ID, RUI, NUMBER, by, draw(st.none() | units), APPROVED, already_live=False, asks_today=0, protocol=PROTOCOL, present=now
        ),
        c.ConfirmOffer(by, unit, APPROVED, now),
        c.AllowRequest(by, ends_on, may_decide, proven, unit, APPROVED, now),
        c.DeclineOffer(by, now),
        c.DeclineRequest(by, proven, now),
        c.WithdrawOffer(by, proven, now),
        c.CancelRequest(by, now),
        c.ProposeExtension(by, ends_on, proven, now),
        c.AcceptExtension(by, proven, now),
        c.DeclineExtension(by, proven, now),
        c.RevokeAccess(by, proven, now),
        c.RenounceAccess(by, now),
        c.ReinstateAccess(by, proven, now),
        c.EndForRegister("holder-changed", now),
        c.SuspendAccess(now),
        c.RemindOffer(now),
        c.LapseOffer(now),
        c.AnnounceEnd(now),
        c.ExpireAccess(now),
    ]
    return draw(st.sampled_from(every))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_evolve_accepts_every_history(data: st.DataObject) -> None:
    state: Any = GRANT.initial
    history: list[GrantEvent] = []
    elapsed = 0
    for _ in range(data.draw(st.integers(1, 12))):
        elapsed += data.draw(st.sampled_from([0, 1, 30, 80, 200, 9000]))
        before = state
        try:
            decided = GRANT.decide(data.draw(commands(elapsed)), state)
        except Refusal:
            continue
        history.extend(decided)
        state = GRANT.fold(decided, state)
        if isinstance(before, Ended):
            assert not decided
    assert GRANT.fold(history) == state
    granted = [event for event in history if isinstance(event, AccessGranted)]
    assert len(granted) <= 1
    if granted:
        assert any(isinstance(event, AccessOffered | AccessRequested) for event in history)
    if any(isinstance(event, AskNotMatched) for event in history):
        assert not granted
        assert isinstance(state, Unmatched | Ended)
        assert all("holder_id" not in type(event).model_fields for event in history)
    if isinstance(state, Live):
        assert granted
