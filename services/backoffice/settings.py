"""What the back office is told by the environment."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings


class BackofficeSettings(ServiceSettings):
    """The settings of this service."""

    service: ClassVar[str] = "backoffice"

    live_port: int = 0
    live_stream_seconds: float = Field(default=240.0, ge=0, le=290)
    live_version: int = Field(default=1, ge=1)
    live_table_dir: str = ""
