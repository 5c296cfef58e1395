"""What identity tidies up: signing keys renewed in time, counters and refresh tokens that nobody uses dropped."""

import asyncio
from dataclasses import dataclass

import structlog
from prometheus_client import Gauge

from services.identity.domain.attempts.rules import FORGOTTEN_AFTER
from services.identity.signing import SigningKeys
from services.identity.views import attempts, refresh_tokens
from shared.clock import Clock
from shared.postgres import Pool, is_lost

log = structlog.get_logger(__name__)

SIGNING_KEY_LEFT = Gauge("signing_key_seconds_left", "For how long the newest key that signs access tokens may still sign.")
_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Housekeeping:
    """The loop that does it once a minute."""

    pool: Pool
    signing: SigningKeys
    clock: Clock

    async def run(self) -> None:
        """Work until cancelled; a lost database is waited for."""
        while True:
            try:
                if await self.signing.renew():
                    log.info("signing_key_made")
                SIGNING_KEY_LEFT.set(await self.signing.seconds_left())
                async with self.pool.acquire(timeout=5) as db:
                    await attempts.forget_idle(db, self.clock() - FORGOTTEN_AFTER)
                    await refresh_tokens.forget_over(db, self.clock())
            except Exception as error:
                if not is_lost(error):
                    raise
                log.warning("housekeeping_waits", error=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)
