"""What professional is told by the environment."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings


class ProfessionalSettings(ServiceSettings):
    """Settings of professional; each may stand as `PROFESSIONAL_<NAME>`."""

    service: ClassVar[str] = "professional"

    review_business_days: int = Field(default=5, ge=1, le=30)
    """The promise of how long the review of a profile takes."""
