"""What identity tidies up: signing keys renewed in time, sessions that nobody used ended, counters that nobody needs dropped."""

import asyncio
from dataclasses import dataclass

import structlog
from prometheus_client import Gauge

from services.identity.domain.attempts.rules import Policy
from services.identity.domain.session.commands import EndSession, SessionCommand
from services.identity.domain.session.decider import Session
from services.identity.domain.session.events import SessionEvent
from services.identity.signing import SigningKeys
from services.identity.views import attempts, refresh_tokens
from shared.clock import Clock
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.postgres import Db, Pool, is_lost

log = structlog.get_logger(__name__)

SIGNING_KEY_ENDS = Gauge("signing_key_ends_at_seconds", "Until when the newest key that signs access tokens may sign.", ("service",))
_EVERY_SECONDS = 60
_AT_ONCE = 200


@dataclass(frozen=True)
class Housekeeping:
    """The loop that does it once a minute."""

    pool: Pool
    signing: SigningKeys
    clock: Clock
    policy: Policy
    sessions: Handler[SessionCommand, Session, SessionEvent]

    async def run(self) -> None:
        """Work until cancelled; a lost database is waited for."""
        while True:
            try:
                await self.step()
            except Exception as error:
                if not is_lost(error):
                    raise
                log.warning("housekeeping_waits", error=type(error).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def step(self) -> None:
        """Tidy up once."""
        await self._tell_end()
        if await self.signing.renew():
            log.info("signing_key_made")
            await self._tell_end()
        async with self.pool.acquire(timeout=5) as db:
            await attempts.forget_idle(db, self.clock() - self.policy.forgotten_after)
        ended = _AT_ONCE
        while ended == _AT_ONCE:
            ended = await transact(self.pool, self._end_lapsed)

    async def _tell_end(self) -> None:
        """Also before a key is made: where none can be made, the end of the last one comes nearer all the same."""
        ends = await self.signing.ends_at()
        SIGNING_KEY_ENDS.labels("identity").set(ends.timestamp() if ends is not None else 0)

    async def _end_lapsed(self, db: Db) -> int:
        """End sessions that lay idle too long or reached their limit: no token of theirs is good, and nobody lists them as open."""
        now = self.clock()
        lapsed = await refresh_tokens.over(db, now, _AT_ONCE)
        await self.sessions.each(db, lapsed, EndSession("lapsed", now), Cause("timer:session-lapse", new_id()))
        await refresh_tokens.forget(db, *lapsed)
        return len(lapsed)
