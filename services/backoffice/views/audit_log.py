"""Who did or saw what, when, from where? A log of its own: insert-only, one writer at a time, each row chained to the one before."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.backoffice.domain.audit.chain import Entry, linked, row_of
from shared.postgres import Db, Pool

_INSERT = """
insert into audit (n, at, topic, event_id, type, stream, actor, channel, previous, hash)
select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[],
  $10::bytea[])"""
_COLUMNS = "n, at, topic, event_id, type, stream, actor, channel, previous, hash"
_MENTIONS = 64
_EXPORT_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Observed:
    """An entry to be chained, and what it is about."""

    entry: Entry
    mentions: frozenset[str]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the audit."""

    n: int
    at: datetime
    topic: str
    event_id: UUID
    type: str
    stream: str
    actor: str
    channel: str
    previous: bytes
    hash: bytes

    def exported(self) -> dict[str, int | str]:
        """The row as it is exported and checked."""
        entry = Entry(self.at, self.topic, self.event_id, self.type, self.stream, self.actor, self.channel)
        return {**row_of(self.n, entry), "previous": self.previous.hex(), "hash": self.hash.hex()}


def mentions(data: str) -> frozenset[str]:
    """The ids and protocols that an event names: what it can be found by."""
    found: set[str] = set()
    try:
        _collect(json.loads(data), None, found)
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(sorted(found)[:_MENTIONS])


def _collect(value: object, name: str | None, found: set[str]) -> None:
    match value:
        case dict():
            for key, item in value.items():
                _collect(item, str(key), found)
        case list():
            for item in value:
                _collect(item, name, found)
        case str() if name == "protocol" and value.isascii() and value.isdigit():
            found.add(value[:14])
        case str():
            try:
                found.add(str(UUID(value)))
            except ValueError:
                return


async def chain(db: Db, observed: Sequence[Observed]) -> int:
    """Append what is not there yet, in the caller's transaction; answers how many rows. The head's row lock makes it one writer."""
    head = await db.fetchrow("select n, hash from audit_head for update")
    if head is None:
        message = "the audit has no head"
        raise RuntimeError(message)
    wanted = {(item.entry.topic, item.entry.event_id): item for item in observed}
    known = await db.fetch(
        "select a.topic, a.event_id from audit a join unnest($1::text[], $2::uuid[]) e(topic, event_id)"
        " on a.topic = e.topic and a.event_id = e.event_id",
        [topic for topic, _ in wanted],
        [event_id for _, event_id in wanted],
    )
    for row in known:
        del wanted[row["topic"], row["event_id"]]
    if not wanted:
        return 0
    links = linked(head["n"], head["hash"], [item.entry for item in wanted.values()])
    await db.execute(
        _INSERT,
        [link.n for link in links],
        [link.entry.at for link in links],
        [link.entry.topic for link in links],
        [link.entry.event_id for link in links],
        [link.entry.type for link in links],
        [link.entry.stream for link in links],
        [link.entry.actor for link in links],
        [link.entry.channel for link in links],
        [link.previous for link in links],
        [link.hash for link in links],
    )
    named = [(value, link.n) for link, item in zip(links, wanted.values(), strict=True) for value in item.mentions]
    await db.execute(
        "insert into audit_mentions (value, n) select * from unnest($1::text[], $2::bigint[])",
        [value for value, _ in named],
        [n for _, n in named],
    )
    await db.execute("update audit_head set n = $1, hash = $2", links[-1].n, links[-1].hash)
    return len(links)


async def head_of(db: Db) -> tuple[int, bytes, date | None]:
    """Where the chain stands, and the last day that was sealed."""
    row = await db.fetchrow("select n, hash, sealed_on from audit_head")
    return (row["n"], row["hash"], row["sealed_on"]) if row else (0, bytes(32), None)


async def find(
    db: Db,
    *,
    about: str | None,
    stream: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    after: int,
    limit: int,
) -> Sequence[AuditRow]:
    """Rows about a protocol, person or document, of a stream, by an actor, in a span of time; one more than asked."""
    rows = await db.fetch(
        f"select {_COLUMNS} from audit a where n > $1"
        " and ($2::text is null or exists (select 1 from audit_mentions m where m.value = $2 and m.n = a.n))"
        " and ($3::text is null or stream = $3) and ($4::text is null or actor = $4)"
        " and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)"
        " order by n limit $7",
        after,
        about,
        stream,
        actor,
        since,
        until,
        limit + 1,
    )
    return [AuditRow(**dict(row)) for row in rows]


async def exported(pool: Pool, after: int, up_to: int) -> AsyncIterator[dict[str, Any]]:
    """The rows of the chain after a row, up to another, in order; read in batches so that no transaction stays open."""
    while after < up_to:
        rows = await pool.fetch(f"select {_COLUMNS} from audit where n > $1 and n <= $2 order by n limit $3", after, up_to, _EXPORT_BATCH)
        if not rows:
            return
        for row in rows:
            yield AuditRow(**dict(row)).exported()
        after = rows[-1]["n"]


async def last_mention(db: Db, person: UUID) -> datetime | None:
    """When the audit last named somebody."""
    found: datetime | None = await db.fetchval(
        "select max(a.at) from audit_mentions m join audit a on a.n = m.n where m.value = $1", str(person)
    )
    return found
