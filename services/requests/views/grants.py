"""Who may act for which unit, until when? A foreign view of access."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.requests.domain.facts import LiveGrant
from shared.contracts.access.grant import AccessExpired, AccessExtended, AccessGranted, AccessReinstated, AccessRevoked, AccessSuspended
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes

READS = (AccessGranted, AccessExtended, AccessRevoked, AccessExpired, AccessSuspended, AccessReinstated)


class GrantsView:
    """Keeps the table `grants`."""

    name: ClassVar[str] = "grants_1"
    tables: ClassVar[tuple[str, ...]] = ("grants",)
    on: ClassVar[frozenset[type[Event]]] = frozenset(READS)

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """Write what happened, in order."""
        for record in records:
            self._one(writes, record)

    def _one(self, writes: Writes, record: Recorded[Any]) -> None:
        fact = record.event
        match fact:
            case AccessGranted():
                writes.add(
                    "insert into grants (grant_id, unit_id, holder_id, professional_id, may_decide, ends_on, state, version)"
                    " values ($1, $2, $3, $4, $5, $6, 'live', $7) on conflict (grant_id) do update set may_decide = excluded.may_decide,"
                    " ends_on = excluded.ends_on, state = 'live', version = excluded.version",
                    fact.grant_id,
                    fact.unit_id,
                    fact.holder_id,
                    fact.professional_id,
                    fact.may_decide,
                    fact.ends_on,
                    record.version,
                )
            case AccessExtended():
                writes.add("update grants set ends_on = $2, version = $3 where grant_id = $1", fact.grant_id, fact.ends_on, record.version)
            case AccessRevoked():
                self._state(writes, fact.grant_id, "revoked", fact.revoked_at, record.version)
            case AccessExpired():
                self._state(writes, fact.grant_id, "expired", fact.expired_at, record.version)
            case AccessSuspended():
                self._state(writes, fact.grant_id, "suspended", None, record.version)
            case AccessReinstated():
                self._state(writes, fact.grant_id, "live", None, record.version)

    def _state(self, writes: Writes, grant_id: UUID, state: str, ended_at: datetime | None, version: int) -> None:
        writes.add("update grants set state = $2, ended_at = $3, version = $4 where grant_id = $1", grant_id, state, ended_at, version)


GRANT = ", ".join(LiveGrant.__dataclass_fields__)
"""The columns of a grant, in the order of LiveGrant."""

LIVE = "state = 'live' and ends_on >= $3"
"""What makes a grant live today, the third value of the statement: its end needs no event to bite."""
