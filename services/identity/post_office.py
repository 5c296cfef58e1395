"""The post office: takes mail to a PersonId once by id, fills in names, adds head and foot, sends, tries again, records how it ended."""

import asyncio
import html as markup
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formataddr
from uuid import UUID

import aiosmtplib
import asyncpg
import structlog
from prometheus_client import Gauge

from services.identity.domain.mail.commands import MailCommand, RecordBounce, RecordDelivery
from services.identity.domain.mail.decider import Mail
from services.identity.domain.mail.events import MailEvent
from services.identity.settings import IdentitySettings
from services.identity.views.names import UNKNOWN, address_of, names_of
from shared.clock import Clock
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.ids import new_id
from shared.mail.templates import Message
from shared.postgres import Db, Pool, is_lost

log = structlog.get_logger(__name__)

OLDEST = Gauge("mails_oldest_seconds", "Age of the oldest letter that was taken over and is neither delivered nor bounced.")

_PLACE = re.compile(r"\{\{name:([0-9a-f-]{36})\}\}")
_AT_ONCE = 5
_IDLE_SECONDS = 0.3
_MEASURE_SECONDS = 5
_LONGEST = 300
_PERMANENT = 500
_SERVER_SECONDS = 20


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
        "insert into mails (id, service, fact, person_id, address, subject, text, html, correlation)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing returning true",
        letter.id,
        letter.service,
        letter.fact,
        letter.person_id,
        letter.address,
        letter.message.subject,
        letter.message.text,
        letter.message.html,
        letter.correlation,
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
        async with self.pool.acquire(timeout=5) as db:
            address = row["address"] or await address_of(db, row["person_id"])
            people = {UUID(found) for field in ("subject", "text", "html") for found in _PLACE.findall(row[field] or "")}
            names = await names_of(db, sorted(people)) if people else {}
        if address is None:
            await self._end(row, bounced="no-address")
            return
        try:
            await self._send(self._compose(row, address, names))
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = max((recipient.code for recipient in error.recipients), default=0)
            await self._failed(row, refused, type(error).__name__)
        except aiosmtplib.SMTPResponseException as error:
            await self._failed(row, error.code, type(error).__name__)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            await self._failed(row, 0, type(error).__name__)
        else:
            await self._end(row, bounced=None)

    async def _send(self, message: EmailMessage) -> None:
        settings = self.settings
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password.get_secret_value() or None,
            start_tls=settings.smtp_starttls,
            timeout=_SERVER_SECONDS,
        )

    def _compose(self, row: asyncpg.Record, address: str, names: Mapping[UUID, str]) -> EmailMessage:
        brand = self.settings.brand_name
        message = EmailMessage()
        message["From"] = formataddr((brand, self.settings.mail_from))
        message["To"] = address
        message["Subject"] = " ".join(_named(row["subject"], names).split())
        message["Message-ID"] = f"<{row['id']}@{self.settings.mail_from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Correlation-Id"] = str(row["correlation"] or row["id"])
        foot = _foot(self.settings)
        message.set_content(f"{brand}\n\n{_named(row['text'], names).strip()}\n\n-- \n{foot}\n")
        if row["html"]:
            body = _named(row["html"], {person: markup.escape(name) for person, name in names.items()})
            message.add_alternative(_page(brand, body, foot), subtype="html")
        return message

    async def _failed(self, row: asyncpg.Record, code: int, error: str) -> None:
        if code >= _PERMANENT:
            await self._end(row, bounced=f"smtp-{code}")
            return
        seconds = min(2 ** min(int(row["tries"]), 10), _LONGEST)
        await self.pool.execute(
            "update mails set next_try_at = clock_timestamp() + $2, error = $3 where id = $1", row["id"], timedelta(seconds=seconds), error
        )
        log.warning("mail_not_sent", fact=row["fact"], tries=row["tries"], because=error, retry_in=seconds)

    async def _end(self, row: asyncpg.Record, *, bounced: str | None) -> None:
        """Record how it ended; the words are kept no longer."""
        cause = Cause("service:identity", row["correlation"] or new_id())
        ending = RecordDelivery if bounced is None else RecordBounce

        async def work(db: Db) -> None:
            column = "delivered_at" if bounced is None else "bounced_at"
            await db.execute(
                f"update mails set {column} = clock_timestamp(), address = null, text = null, html = null, error = $2 where id = $1",
                row["id"],
                bounced,
            )
            await self.mails(db, row["id"], ending(row["id"], row["person_id"], self.clock()), cause)

        await transact(self.pool, work)
        log.info("mail_delivered" if bounced is None else "mail_bounced", fact=row["fact"], service=row["service"], because=bounced)


async def _claim(db: Db) -> Sequence[asyncpg.Record]:
    return await db.fetch(
        "update mails set tries = tries + 1, next_try_at = clock_timestamp() + interval '60 seconds'"
        " where id in (select id from mails where delivered_at is null and bounced_at is null and next_try_at <= clock_timestamp()"
        " order by next_try_at limit $1 for update skip locked)"
        " returning id, service, fact, person_id, address, subject, text, html, correlation, tries",
        _AT_ONCE,
    )


def _named(text: str, names: Mapping[UUID, str]) -> str:
    return _PLACE.sub(lambda found: names.get(UUID(found[1]), UNKNOWN), text)


def _foot(settings: IdentitySettings) -> str:
    channels = f"\nAtendimento: {settings.channels}" if settings.channels else ""
    return f"Mensagem automática de {settings.brand_name}. Não responda a este e-mail.\n{settings.public_url}{channels}"


def _page(brand: str, body: str, foot: str) -> str:
    lines = "<br>".join(markup.escape(line) for line in foot.splitlines())
    return (
        f'<!doctype html><html lang="pt-BR"><body style="font-family:sans-serif;max-width:36em;margin:auto">'
        f"<p><strong>{markup.escape(brand)}</strong></p>{body}<hr><p><small>{lines}</small></p></body></html>"
    )
