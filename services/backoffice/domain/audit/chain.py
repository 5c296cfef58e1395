"""The chain: each row's hash is SHA-256 of the hash before it and of the row as RFC 8785 JSON. Nothing else is needed to check it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import rfc8785

START = bytes(32)
"""The hash before the first row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is chained: who (actor) did or saw what (type, stream), through which channel, when."""

    at: datetime
    topic: str
    event_id: UUID
    type: str
    stream: str
    actor: str
    channel: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place."""

    n: int
    entry: Entry
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a chain found; `fault` is None when every row follows from the one before."""

    rows: int
    last: int
    head: str
    fault: str | None


def instant(at: datetime) -> str:
    """An instant as it is hashed: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def row_of(n: int, entry: Entry) -> dict[str, int | str]:
    """The row that is hashed."""
    return {
        "n": n,
        "at": instant(entry.at),
        "topic": entry.topic,
        "event_id": str(entry.event_id),
        "type": entry.type,
        "stream": entry.stream,
        "actor": entry.actor,
        "channel": entry.channel,
    }


def digest(previous: bytes, row: Mapping[str, int | str]) -> bytes:
    """SHA-256(previous ‖ RFC 8785 JSON of the row)."""
    return hashlib.sha256(previous + rfc8785.dumps(dict(row))).digest()


def linked(n: int, previous: bytes, entries: Iterable[Entry]) -> list[Link]:
    """The entries as the next links of a chain that stands at row `n` with hash `previous`."""
    links = []
    for entry in entries:
        n += 1
        found = digest(previous, row_of(n, entry))
        links.append(Link(n, entry, previous, found))
        previous = found
    return links


_FIELDS = ("n", "at", "topic", "event_id", "type", "stream", "actor", "channel")


def check(rows: Iterable[Mapping[str, Any]]) -> Checked:
    """Follow a chain as it was exported, from its first row on; it need not begin at row 1."""
    count, last, head = 0, 0, ""
    for row in rows:
        if missing := [field for field in (*_FIELDS, "previous", "hash") if field not in row]:
            return Checked(count, last, head, f"row {row.get('n')} lacks {', '.join(missing)}")
        if count and row["n"] != last + 1:
            return Checked(count, last, head, f"row {row['n']} follows row {last}: rows are missing")
        if (count and row["previous"] != head) or (row["n"] == 1 and row["previous"] != START.hex()):
            return Checked(count, last, head, f"row {row['n']} does not name the hash of the row before it")
        if digest(bytes.fromhex(row["previous"]), {field: row[field] for field in _FIELDS}).hex() != row["hash"]:
            return Checked(count, last, head, f"row {row['n']} was changed: its hash does not fit its content")
        count, last, head = count + 1, row["n"], row["hash"]
    return Checked(count, last, head, None)
