"""The loop `post`: hands what is due to identity's post office, for ever, with back-off."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import httpx
import structlog

from shared.eventsourcing.transaction import transact
from shared.people import Signer
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

_LEASE = timedelta(seconds=60)
_LONGEST = 300
_IDLE_SECONDS = 0.5
_REFUSED_FROM = 400
_AWAY_FROM = 500
_TRY_AGAIN = frozenset({401, 403, 404, 408, 409, 425, 429})

_CLAIM = """
update outbox set tries = tries + 1, next_try_at = now() + $1
 where id in (select id from outbox where delivered_at is null and refused is null and next_try_at <= now() and due_at <= now()
              order by next_try_at limit 20 for update skip locked)
returning id, person_id, fact, subject, text, html, correlation, tries"""


@dataclass(frozen=True)
class Post:
    """`client` has identity's address as its base; `signer` makes the service's tokens."""

    pool: Pool
    client: httpx.AsyncClient
    signer: Signer
    service: str
    path: str = "/v1/mails"

    async def run(self) -> None:
        """Work until cancelled; a lost database is waited for."""
        while True:
            try:
                if not await self.step():
                    await asyncio.sleep(_IDLE_SECONDS)
            except LOST as error:
                log.warning("post_waits", error=type(error).__name__)
                await asyncio.sleep(2)

    async def step(self) -> int:
        """Hand over what is due; answers how many were tried."""
        rows = await transact(self.pool, self._claim)
        for row in rows:
            await self._hand_over(row)
        return len(rows)

    async def _claim(self, db: Db) -> Sequence[asyncpg.Record]:
        return await db.fetch(_CLAIM, _LEASE)

    async def _hand_over(self, row: asyncpg.Record) -> None:
        letter = {
            "id": str(row["id"]),
            "person_id": str(row["person_id"]),
            "fact": row["fact"],
            "subject": row["subject"],
            "text": row["text"],
        }
        letter["html"] = row["html"]
        headers = {"Authorization": f"Bearer {self.signer.token('identity', 'mail')}", "X-Request-Id": str(row["correlation"] or row["id"])}
        try:
            answer = await self.client.post(self.path, json=letter, headers=headers, timeout=10)
        except httpx.HTTPError as error:
            await self._later(row, type(error).__name__)
            return
        if answer.status_code < 300:  # noqa: PLR2004 - a success
            await self.pool.execute("update outbox set delivered_at = now() where id = $1", row["id"])
            log.info("mail_handed_over", fact=row["fact"], tries=row["tries"])
        elif _REFUSED_FROM <= answer.status_code < _AWAY_FROM and answer.status_code not in _TRY_AGAIN:
            await self.pool.execute("update outbox set refused = $2 where id = $1", row["id"], str(answer.status_code))
            log.error("mail_refused", fact=row["fact"], status=answer.status_code)
        else:
            await self._later(row, str(answer.status_code))

    async def _later(self, row: asyncpg.Record, why: str) -> None:
        seconds = min(2 ** min(int(row["tries"]), 10), _LONGEST)
        await self.pool.execute("update outbox set next_try_at = now() + $2 where id = $1", row["id"], timedelta(seconds=seconds))
        log.warning("mail_waits", fact=row["fact"], tries=row["tries"], because=why, retry_in=seconds)
