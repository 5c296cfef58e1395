"""What access has of a person, for their account: the units that are theirs today, and the grants in which they take part."""

from collections.abc import Sequence
from uuid import UUID

from services.access.views.consumer_units import streams_held
from services.access.views.grants import streams_naming
from services.access.views.proven_holders import is_proven
from shared.postgres import Db


async def own_streams(db: Db, person: UUID) -> Sequence[str]:
    """Units are the present holder's, whoever was when their keys were made; what is a holder's is so only for a proven one."""
    proven = await is_proven(db, person)
    return [*(await streams_held(db, person) if proven else ()), *await streams_naming(db, person, proven=proven)]


async def none_by_key(_db: Db, _person: UUID) -> bool:
    """A unit's key was made for its first holder and outlives every change of holder: whose it is, is not asked of the keys."""
    return False
