"""What access publishes about grants: a holder lets a professional act for one consumer unit until a last day.

Each event says between whom and for what, so that a reader needs no other: `holder_id` and `professional_id` are
PersonIds; `unit_id` is the unit, or, where `site_id` is set, the place of a unit that does not exist yet (the same id).
"Live" always means: granted, not ended, not suspended, `ends_on` today or later, and the holder still the unit's holder.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type Side = Literal["holder", "professional"]
type EndReason = Literal["revoked-by-holder", "renounced-by-professional", "holder-changed", "unit-closed"]


class AccessOffered(Event):
    """A holder offers access; nothing may be done with it before the professional confirms."""

    grant_id: UUID
    unit_id: UUID
    site_id: UUID | None = None
    holder_id: UUID
    professional_id: UUID
    may_decide: bool
    ends_on: date
    offered_at: datetime
    lapses_at: datetime


class AccessRequested(Event):
    """A professional asks for access; the holder says until when, or no."""

    grant_id: UUID
    unit_id: UUID
    site_id: UUID | None = None
    holder_id: UUID
    professional_id: UUID
    protocol: str
    requested_at: datetime
    lapses_at: datetime


class AccessGranted(Event):
    """The professional may act for the unit until the end of `ends_on`; `may_decide`: also approve and choose."""

    grant_id: UUID
    unit_id: UUID
    site_id: UUID | None = None
    holder_id: UUID
    professional_id: UUID
    may_decide: bool
    ends_on: date
    granted_at: datetime


class AccessDeclined(Event):
    """The side that was asked said no."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    declined_by: Side
    declined_at: datetime


class AccessOfferWithdrawn(Event):
    """The side that offered, or asked, took it back before an answer; or the register showed that nothing stands behind it any more."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    withdrawn_by: Literal["holder", "professional", "register"]
    withdrawn_at: datetime


class AccessOfferLapsed(Event):
    """Nobody answered in time."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    lapsed_at: datetime


class AccessExtended(Event):
    """Both sides agreed on a later last day."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    previous_ends_on: date
    ends_on: date
    extended_at: datetime


class AccessRevoked(Event):
    """A live grant ended before its last day; `by` whom, or by the utility's register."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    by: Literal["holder", "professional", "register"]
    reason: EndReason
    revoked_at: datetime


class AccessExpired(Event):
    """A grant ended at the end of its last day; `expired_at` is that instant, not when it was noticed."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    expired_at: datetime


class AccessSuspended(Event):
    """The holder's account was handed over: what was granted while a stranger had it is in dispute."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    suspended_at: datetime


class AccessReinstated(Event):
    """The dispute is over; the grant is as it was."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    reinstated_at: datetime
