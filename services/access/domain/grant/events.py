"""What happens to a grant; the private events, and the published ones."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts.access.grant import AccessDeclined as AccessDeclined
from shared.contracts.access.grant import AccessExpired as AccessExpired
from shared.contracts.access.grant import AccessExtended as AccessExtended
from shared.contracts.access.grant import AccessGranted as AccessGranted
from shared.contracts.access.grant import AccessOffered as AccessOffered
from shared.contracts.access.grant import AccessOfferLapsed as AccessOfferLapsed
from shared.contracts.access.grant import AccessOfferWithdrawn as AccessOfferWithdrawn
from shared.contracts.access.grant import AccessReinstated as AccessReinstated
from shared.contracts.access.grant import AccessRequested as AccessRequested
from shared.contracts.access.grant import AccessRevoked as AccessRevoked
from shared.contracts.access.grant import AccessSuspended as AccessSuspended
from shared.contracts.access.grant import EndReason as EndReason
from shared.contracts.access.grant import Side as Side
from shared.eventsourcing.event import Event


class UnitTyped(Event):
    """What a professional typed when asking: the unit's number and whose it should be. Every ask begins with it."""

    grant_id: UUID
    professional_id: UUID
    number: str
    asked_of_id: UUID
    typed_at: datetime


class AskNotMatched(Event):
    """The unit typed is not that person's: nobody is told, and the asker sees what every asker sees."""

    grant_id: UUID
    professional_id: UUID
    protocol: str
    requested_at: datetime
    lapses_at: datetime


class UnmatchedAskCancelled(Event):
    """The asker took an ask back that nobody was told of."""

    grant_id: UUID
    professional_id: UUID
    cancelled_at: datetime


class UnmatchedAskLapsed(Event):
    """An ask that nobody was told of lapsed like every other."""

    grant_id: UUID
    professional_id: UUID
    lapsed_at: datetime


class ReminderDue(Event):
    """Who was asked has not answered yet, and is reminded once."""

    grant_id: UUID
    due_at: datetime


class ExtensionProposed(Event):
    """One side proposes a later last day; the present one stands until the other accepts."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    proposed_by: Side
    ends_on: date
    proposed_at: datetime


class ExtensionDeclined(Event):
    """The other side keeps the present last day."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    declined_by: Side
    declined_at: datetime


class EndAnnounced(Event):
    """Both sides are told that the last day comes near."""

    grant_id: UUID
    unit_id: UUID
    holder_id: UUID
    professional_id: UUID
    ends_on: date
    announced_at: datetime


type GrantEvent = (
    AccessOffered
    | UnitTyped
    | AccessRequested
    | AskNotMatched
    | AccessGranted
    | AccessDeclined
    | AccessOfferWithdrawn
    | UnmatchedAskCancelled
    | AccessOfferLapsed
    | UnmatchedAskLapsed
    | ReminderDue
    | ExtensionProposed
    | ExtensionDeclined
    | AccessExtended
    | EndAnnounced
    | AccessRevoked
    | AccessExpired
    | AccessSuspended
    | AccessReinstated
)

PUBLISHED = (
    AccessOffered,
    AccessRequested,
    AccessGranted,
    AccessDeclined,
    AccessOfferWithdrawn,
    AccessOfferLapsed,
    AccessExtended,
    AccessRevoked,
    AccessExpired,
    AccessSuspended,
    AccessReinstated,
)
PRIVATE = (
    UnitTyped,
    AskNotMatched,
    UnmatchedAskCancelled,
    UnmatchedAskLapsed,
    ReminderDue,
    ExtensionProposed,
    ExtensionDeclined,
    EndAnnounced,
)
