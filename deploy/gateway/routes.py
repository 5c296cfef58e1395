"""Which path belongs to which service; every plural is unique in the system."""

from collections.abc import Mapping, Sequence

PLURALS: Mapping[str, Sequence[str]] = {
    "identity": ("sign-ups", "terms", "erasures", "sessions", "recoveries", "me", "customers", "staff", "service-desk", "client-reports"),
    "professional": ("profiles", "profile-documents"),
    "access": ("consumer-units", "grants", "clients"),
    "requests": ("budget-requests", "commissionings", "commissionable-units", "tracking", "catalogues", "request-documents"),
    "backoffice": ("reviews", "queues", "dashboards", "audit", "exports", "live"),
}
"""`/v1/<plural>` and all below it."""

HIDDEN = ("/v1/people", "/v1/mails", "/health", "/metrics")
"""Between services only, or for the machine that runs them: never routed."""

ENTRANCES = ("/v1/sessions", "/v1/recoveries", "/v1/sign-ups", "/v1/staff/sessions", "/v1/client-reports")
"""Where guessing would be tried, or anybody may write: a POST here has the tighter limit."""

TRACKING = "/v1/tracking"


def service_of(path: str) -> str | None:
    """The service that a path is routed to, if any."""
    first, _, rest = path.strip("/").partition("/")
    if first in PLURALS:
        return first if rest.startswith("v1/") else None
    plural = rest.partition("/")[0]
    return next((service for service, plurals in PLURALS.items() if first == "v1" and plural in plurals), None)
