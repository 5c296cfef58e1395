"""How a grant decides and remembers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.access.domain.grant import commands as c
from services.access.domain.grant import events as e
from services.access.domain.grant import living, opening
from services.access.domain.grant.states import (
    Between,
    End,
    Ended,
    Extension,
    Grant,
    Live,
    Offered,
    Requested,
    Unmade,
    Unmatched,
    parties,
)
from shared.eventsourcing.decider import Decider


def decide(command: c.GrantCommand, state: Grant) -> Sequence[e.GrantEvent]:
    """What a command leads to."""
    match command:
        case c.OfferAccess():
            return opening.offer(command, state)
        case c.RequestAccess():
            return opening.ask(command, state)
        case c.ConfirmOffer():
            return opening.confirm(command, state)
        case c.AllowRequest():
            return opening.allow(command, state)
        case c.DeclineOffer():
            return opening.decline_offer(command, state)
        case c.DeclineRequest():
            return opening.decline_request(command, state)
        case c.WithdrawOffer():
            return opening.withdraw(command, state)
        case c.CancelRequest():
            return opening.cancel(command, state)
        case c.RemindOffer():
            return opening.remind(command, state)
        case c.LapseOffer():
            return opening.lapse(command, state)
        case c.ProposeExtension():
            return living.propose(command, state)
        case c.AcceptExtension():
            return living.accept(command, state)
        case c.DeclineExtension():
            return living.decline(command, state)
        case c.RevokeAccess():
            return living.revoke(command, state)
        case c.RenounceAccess():
            return living.renounce(command, state)
        case c.EndForRegister():
            return living.end_for_register(command, state)
        case c.SuspendAccess():
            return living.suspend(command, state)
        case c.ReinstateAccess():
            return living.reinstate(command, state)
        case c.AnnounceEnd():
            return living.announce(command, state)
        case c.ExpireAccess():
            return living.expire(command, state)
        case _:
            assert_never(command)


def evolve(state: Grant, event: e.GrantEvent) -> Grant:
    """What the grant remembers."""
    match event:
        case e.AccessOffered():
            return Offered(_between(event), event.ends_on, event.may_decide, event.offered_at, event.lapses_at)
        case e.UnitTyped():
            return Unmade(typed=True)
        case e.AccessRequested():
            return Requested(_between(event), event.requested_at, event.lapses_at)
        case e.AskNotMatched():
            return Unmatched(event.grant_id, event.professional_id, event.requested_at, event.lapses_at)
        case e.AccessGranted():
            return Live(_between(event), event.ends_on, event.may_decide, event.granted_at)
        case e.AccessDeclined():
            return _ended("declined", state)
        case e.AccessOfferWithdrawn() | e.UnmatchedAskCancelled():
            return _ended("withdrawn", state)
        case e.AccessOfferLapsed() | e.UnmatchedAskLapsed():
            return _ended("lapsed", state)
        case e.AccessRevoked():
            return _ended("revoked", state)
        case e.AccessExpired():
            return _ended("expired", state)
        case e.ReminderDue():
            return replace(_open(state), reminded=True)
        case e.ExtensionProposed():
            return replace(_live(state), extension=Extension(event.proposed_by, event.ends_on))
        case e.ExtensionDeclined():
            return replace(_live(state), extension=None)
        case e.AccessExtended():
            return replace(_live(state), extension=None, ends_on=event.ends_on)
        case e.EndAnnounced():
            return replace(_live(state), announced_for=event.ends_on)
        case e.AccessSuspended():
            return replace(_live(state), suspended=True)
        case e.AccessReinstated():
            return replace(_live(state), suspended=False)
        case _:
            assert_never(event)


def _between(event: e.AccessOffered | e.AccessRequested | e.AccessGranted) -> Between:
    return Between(event.grant_id, event.unit_id, event.site_id, event.holder_id, event.professional_id)


def _ended(how: End, state: Grant) -> Ended:
    *holder, professional = parties(state)
    return Ended(how, professional, holder[0] if holder else None)


def _open(state: Grant) -> Offered | Requested | Unmatched:
    assert isinstance(state, Offered | Requested | Unmatched)  # noqa: S101 - a history that decide cannot make
    return state


def _live(state: Grant) -> Live:
    assert isinstance(state, Live)  # noqa: S101 - a history that decide cannot make
    return state


GRANT: Decider[c.GrantCommand, Grant, e.GrantEvent] = Decider(Unmade(), decide, evolve)
