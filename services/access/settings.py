"""What access is told beside what every service is: the lengths that are ours to set."""

from typing import ClassVar

from pydantic import Field

from services.access.domain.grant.present import Terms
from shared.settings import ServiceSettings


class AccessSettings(ServiceSettings):
    """Settings of access; each may stand as `ACCESS_<NAME>`."""

    service: ClassVar[str] = "access"

    offer_lapse_days: int = Field(default=7, ge=1, le=90)
    offer_remind_days: int = Field(default=3, ge=1, le=89)
    end_announce_days: int = Field(default=7, ge=1, le=90)
    grant_longest_years: int = Field(default=5, ge=1, le=20)
    asks_per_day: int = Field(default=20, ge=1, le=1000)

    @property
    def terms(self) -> Terms:
        """The same, as the rules want them."""
        return Terms(self.offer_lapse_days, self.offer_remind_days, self.end_announce_days, self.grant_longest_years, self.asks_per_day)
