"""What may be asked of the audit's own stream."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SealAudit:
    """Seal the chain as it stood at the end of a day."""

    day: date
    n: int
    hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordExport:
    """Remember that a file was made."""

    kind: str
    rows: int
    sha256: str
    now: datetime


type AuditCommand = SealAudit | RecordExport
