"""What happens to a consumer unit; the private event, and the published ones."""

from datetime import datetime
from uuid import UUID

from shared.contracts.access.consumer_unit import (
    ConsumerUnitChanged as ConsumerUnitChanged,
)
from shared.contracts.access.consumer_unit import (
    ConsumerUnitClosed as ConsumerUnitClosed,
)
from shared.contracts.access.consumer_unit import (
    ConsumerUnitRegistered as ConsumerUnitRegistered,
)
from shared.contracts.access.consumer_unit import (
    ConsumerUnitRenumbered as ConsumerUnitRenumbered,
)
from shared.contracts.access.consumer_unit import (
    HolderChanged as HolderChanged,
)
from shared.contracts.access.consumer_unit import HolderKind as HolderKind
from shared.contracts.access.consumer_unit import Plant as Plant
from shared.eventsourcing.event import Event, Personal


class AddressGiven(Event):
    """Where the unit is; shown to its holder and to who may act for them."""

    unit_id: UUID
    address: Personal[str] | None
    coordinates: Personal[str] | None
    given_at: datetime


type ConsumerUnitEvent = (
    ConsumerUnitRegistered | HolderChanged | ConsumerUnitChanged | ConsumerUnitRenumbered | ConsumerUnitClosed | AddressGiven
)

PUBLISHED = (ConsumerUnitRegistered, HolderChanged, ConsumerUnitChanged, ConsumerUnitRenumbered, ConsumerUnitClosed)
PRIVATE = (AddressGiven,)
