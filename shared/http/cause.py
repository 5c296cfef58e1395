"""Why an event is recorded: who acts, and the id that ties a request to everything that follows from it."""

from uuid import UUID

from fastapi import Request

from shared.eventsourcing.event import Cause
from shared.http.principal import Principal, principal_of
from shared.ids import new_id
from shared.tracing import handed_on


def cause_of(request: Request, principal: Principal | None, *, actor: str | None = None) -> Cause:
    """The cause of what this request leads to. Nobody signed in: `actor`, or the service itself."""
    correlation = getattr(request.state, "request_id", None)
    service = getattr(request.app.state, "service_name", "door")
    return Cause(
        actor=principal.actor if principal else actor or f"service:{service}",
        correlation=correlation if isinstance(correlation, UUID) else new_id(),
        trace=handed_on(request.headers.get("traceparent")),
    )


async def cause(request: Request) -> Cause:
    """The dependency: the cause of what the caller of this route does."""
    return cause_of(request, await principal_of(request))
