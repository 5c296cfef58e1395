"""What happens to the audit's own stream."""

from shared.contracts.backoffice.audit import AuditSealed, ExportMade

__all__ = ["AuditEvent", "AuditSealed", "ExportMade"]

type AuditEvent = AuditSealed | ExportMade
