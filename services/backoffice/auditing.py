"""The audit's own reader of every topic, and the seal of each midnight: loops of the worker."""

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from aiokafka import ConsumerRecord

from services.backoffice.domain.audit.chain import Entry
from services.backoffice.domain.audit.commands import AuditCommand, SealAudit
from services.backoffice.domain.audit.decider import Sealed
from services.backoffice.domain.audit.events import AuditEvent
from services.backoffice.views.audit_log import Observed, chain, head_of, mentions
from shared.calendar import Calendar
from shared.clock import Clock
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.watch import Watch
from shared.ids import new_id
from shared.kafka import BROKER_LOST, consumer, let_go
from shared.postgres import LOST, Db, Pool

log = structlog.get_logger(__name__)

GROUP = "backoffice.audit"
TOPICS = re.compile(r"^(identity|professional|access|requests|backoffice)\.(?!live-)[a-z-]+$")
_BATCH = 500
_ID = 36
_LONGEST = 200
_WAIT = 2.0
_SEAL_EVERY = 30.0
_CHANNELS = {"person": "portal", "staff": "staff", "service": "service", "timer": "timer"}


def audit_id(day_year: int) -> UUID:
    """The id of the audit's own stream of a year."""
    return uuid5(NAMESPACE_URL, f"audit/{day_year}")


def observed(record: ConsumerRecord) -> Observed:
    """A record as an entry; one that says nothing of itself is kept by its place."""
    headers = {key: _plain((value or b"").decode(errors="replace")) for key, value in record.headers}
    place = f"{record.topic}/{record.partition}/{record.offset}"
    try:
        at = datetime.fromisoformat(headers["ce_time"]).astimezone(UTC)
        event_id = UUID(headers["ce_id"])
    except (KeyError, ValueError, OverflowError):
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        event_id = uuid5(NAMESPACE_URL, place)
    actor = headers.get("ce_actor", "unknown")
    data = (record.value or b"").decode(errors="replace")
    entry = Entry(
        at=at,
        topic=record.topic,
        event_id=event_id,
        type=headers.get("ce_type", "Unreadable"),
        stream=headers.get("ce_subject", place),
        actor=actor,
        channel=_channel(headers.get("ce_type"), actor, data),
    )
    return Observed(entry, mentions(data) | {entry.stream[-_ID:]})


def _plain(text: str) -> str:
    """Text as a column takes it."""
    return text.replace("\x00", "").encode(errors="replace").decode()[:_LONGEST]


def _channel(name: str | None, actor: str, data: str) -> str:
    """From where: a look says so itself; a deed is known by its actor."""
    if name == "RecordViewed":
        try:
            return _plain(str(json.loads(data)["channel"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return "unknown"
    return _CHANNELS.get(actor.partition(":")[0], "unknown")


@dataclass(frozen=True)
class AuditReader:
    """Reads every topic, old and new, and chains what was done and seen."""

    pool: Pool
    bootstrap: str

    async def run(self) -> None:
        """Read for ever; broker or database away is waited for, a client that hangs is made anew."""
        watch = Watch(GROUP)
        while True:
            source = consumer(self.bootstrap, GROUP, GROUP)
            source.subscribe(pattern=TOPICS.pattern)
            try:
                await watch.over(watch.read(source, self.take, most=_BATCH))
            except (*BROKER_LOST, *LOST) as error:
                log.warning("audit_waits", error=type(error).__name__)
                await asyncio.sleep(_WAIT)
            finally:
                await let_go(source)

    async def take(self, records: list[ConsumerRecord]) -> int:
        """Chain a batch; answers how many were new."""
        found = [observed(record) for record in records]

        async def work(db: Db) -> int:
            return await chain(db, found)

        return await transact(self.pool, work)


@dataclass(frozen=True)
class AuditSeals:
    """Seals the chain after each midnight of the distributor's calendar."""

    pool: Pool
    audit: Handler[AuditCommand, Sealed, AuditEvent]
    calendar: Calendar
    clock: Clock

    async def run(self) -> None:
        """Look twice a minute."""
        while True:
            try:
                await self.seal()
            except LOST as error:
                log.warning("seal_waits", error=type(error).__name__)
            await asyncio.sleep(_SEAL_EVERY)

    async def seal(self) -> bool:
        """Seal yesterday, if it is not; answers whether it was done now."""
        now = self.clock()
        yesterday = self.calendar.today(now) - timedelta(days=1)

        async def work(db: Db) -> bool:
            n, digest, sealed_on = await head_of(db)
            if n == 0 or (sealed_on is not None and sealed_on >= yesterday):
                return False
            cause = Cause("timer:seal-audit", new_id())
            await self.audit(db, audit_id(yesterday.year), SealAudit(yesterday, n, digest.hex(), now), cause)
            await db.execute("update audit_head set sealed_on = $1", yesterday)
            return True

        return await transact(self.pool, work)
