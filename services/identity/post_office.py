"""The post office: takes mail to a PersonId once by id, sends it, tries again, records how it ended (docs/decisions/0009)."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter, Gauge

from services.identity.domain.mail.commands import MailCommand, RecordBounce, RecordDelivery
from services.identity.domain.mail.decider import Mail
from services.identity.domain.mail.events import MailEvent
from services.identity.envelope import compose, people_in
from services.identity.mail_server import NotTaken, PerhapsTaken, Refused, hand_over
from services.identity.settings import IdentitySettings
from services.identity.views.erasures import forget_contact_unless_owed
from services.identity.views.names import address_of, names_of
from shared.clock import Clock
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.mail.templates import Message
from shared.postgres import Db, Pool, is_lost

log = structlog.get_logger(__name__)

IN_DOUBT = Counter("mails_in_doubt_total", "Letters tried again of which it is not known whether the mail server had taken them.")
OLDEST = Gauge("mails_oldest_seconds", "Age of the oldest letter that was taken over and is neither delivered nor bounced.")

_AT_ONCE = 5
_IDLE_SECONDS = 0.3
_MEASURE_SECONDS = 5
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a person; `address` is given only where it is not the one on file (a code, a link)."""

    id: UUID
    service: str
    fact: str
    person_id: UUID
    message: Message
    address: str | None = None
    correlation: UUID | None = None


async def accept(db: Db, letter: Letter) -> bool:
    """Take a letter over; the same id a second time changes nothing. Answers whether it was new."""
    taken = await db.fetchval(
        "insert into mails (id, service, fact, person_id, address, subject, text, html, correlation, to_file)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing returning true",
        letter.id,
        letter.service,
        letter.fact,
        letter.person_id,
        letter.address,
        letter.message.subject,
        letter.message.text,
        letter.message.html,
        letter.correlation,
        letter.address is None,
    )
    return bool(taken)


@dataclass(frozen=True)
class PostOffice:
    """Sends what was taken over."""

    pool: Pool
    settings: IdentitySettings
    clock: Clock
    mails: Handler[MailCommand, Mail, MailEvent]

    async def run(self) -> None:
        """Work until cancelled; a lost database or mail server is waited for."""
        measured = float("-inf")
        while True:
            try:
                if time.monotonic() - measured > _MEASURE_SECONDS:
                    measured = time.monotonic()
                    OLDEST.set(await self.age())
                if not await self.step():
                    await asyncio.sleep(_IDLE_SECONDS)
            except Exception as error:
                if not is_lost(error):
                    raise
                log.warning("post_office_waits", error=type(error).__name__)
                await asyncio.sleep(2)

    async def age(self) -> float:
        """How many seconds the oldest letter has waited."""
        seconds = await self.pool.fetchval(
            "select coalesce(extract(epoch from clock_timestamp() - min(accepted_at)), 0) from mails"
            " where delivered_at is null and bounced_at is null"
        )
        return float(seconds)

    async def step(self) -> int:
        """Send what is due; answers how many were tried."""
        rows = await transact(self.pool, _claim)
        await asyncio.gather(*(self._deliver(row) for row in rows))
        return len(rows)

    async def _deliver(self, row: asyncpg.Record) -> None:
        if row["handing_since"] is not None:
            IN_DOUBT.inc()
            log.warning("mail_in_doubt", fact=row["fact"], mail=str(row["id"]), tries=row["tries"])
        async with self.pool.acquire(timeout=5) as db:
            address = row["address"] or await address_of(db, row["person_id"], row["service"])
            people = people_in(row["subject"], row["text"], row["html"])
            names = await names_of(db, people) if people else {}
        if address is None:
            await self._end(row, bounced="no-address")
            return
        try:
            await hand_over(self.settings, compose(self.settings, dict(row), address, names), address, before=lambda: self._going(row))
        except Refused as error:
            await self._end(row, bounced=str(error))
        except NotTaken as error:
            await self._later(row, str(error), certain=True)
        except PerhapsTaken as error:
            await self._later(row, str(error), certain=False)
        else:
            await self._end(row, bounced=None)

    async def _going(self, row: asyncpg.Record) -> None:
        """Remember that its words are about to go: whoever finds this mark later knows that they may have arrived."""
        await self.pool.execute("update mails set handing_since = clock_timestamp() where id = $1", row["id"])

    async def _later(self, row: asyncpg.Record, error: str, *, certain: bool) -> None:
        seconds = min(2 ** min(int(row["tries"]), 10), _LONGEST)
        await self.pool.execute(
            "update mails set next_try_at = clock_timestamp() + $2, error = $3,"
            " handing_since = case when $4 then null else handing_since end where id = $1",
            row["id"],
            timedelta(seconds=seconds),
            error,
            certain,
        )
        log.warning("mail_not_sent", fact=row["fact"], tries=row["tries"], because=error, retry_in=seconds)

    async def _end(self, row: asyncpg.Record, *, bounced: str | None) -> None:
        """Record how it ended; the words are kept no longer, and of an erased person not what it was about either."""
        cause = Cause("service:identity", row["correlation"] or new_id())
        ending = RecordDelivery if bounced is None else RecordBounce

        async def work(db: Db) -> None:
            column = "delivered_at" if bounced is None else "bounced_at"
            await db.execute(
                f"update mails set {column} = clock_timestamp(), address = null, text = null, html = null, error = $2,"
                " handing_since = null, subject = case when person_id not in (select person_id from kept_contacts) then subject end"
                " where id = $1",
                row["id"],
                bounced,
            )
            await self.mails(db, row["id"], ending(row["id"], row["person_id"], self.clock()), cause)
            await forget_contact_unless_owed(db, row["person_id"])

        await transact(self.pool, work)
        log.info("mail_delivered" if bounced is None else "mail_bounced", fact=row["fact"], service=row["service"], because=bounced)


async def _claim(db: Db) -> Sequence[asyncpg.Record]:
    return await db.fetch(
        "update mails set tries = tries + 1, next_try_at = clock_timestamp() + interval '60 seconds'"
        " where id in (select id from mails where delivered_at is null and bounced_at is null and next_try_at <= clock_timestamp()"
        " order by next_try_at limit $1 for update skip locked)"
        " returning id, service, fact, person_id, address, subject, text, html, correlation, tries, handing_since",
        _AT_ONCE,
    )
