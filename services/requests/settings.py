"""What requests is told by the environment."""

from typing import ClassVar

from shared.settings import ServiceSettings


class RequestsSettings(ServiceSettings):
    """Settings of requests; each may stand as `REQUESTS_<NAME>`."""

    service: ClassVar[str] = "requests"
