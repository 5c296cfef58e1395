"""How the audit's own stream decides: a day is sealed once, days in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.backoffice.domain.audit.commands import AuditCommand, RecordExport, SealAudit
from services.backoffice.domain.audit.events import AuditEvent, AuditSealed, ExportMade
from shared.eventsourcing.decider import Decider


@dataclass(frozen=True, slots=True)
class Sealed:
    """The last day that was sealed."""

    day: date = date.min


def decide(command: AuditCommand, state: Sealed) -> Sequence[AuditEvent]:
    """A day that is sealed is already so."""
    match command:
        case SealAudit():
            if command.day <= state.day:
                return []
            return [AuditSealed(day=command.day, n=command.n, hash=command.hash, sealed_at=command.now)]
        case RecordExport():
            return [ExportMade(kind=command.kind, rows=command.rows, sha256=command.sha256, made_at=command.now)]
        case _:
            assert_never(command)


def evolve(state: Sealed, event: AuditEvent) -> Sealed:
    """The latest seal."""
    match event:
        case AuditSealed():
            return Sealed(event.day)
        case ExportMade():
            return state
        case _:
            assert_never(event)


audit = Decider[AuditCommand, Sealed, AuditEvent](initial=Sealed(), decide=decide, evolve=evolve)
