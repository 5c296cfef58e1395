"""What views write: collected while they project, and sent as few statements as keep its meaning.

A round trip costs more than most of what it carries. Writes whose answer nobody needs wait for each other: those that touch
different tables travel as parts of one statement, the same one repeated as one batch of the protocol.

The parts of one statement see one snapshot, and their order is PostgreSQL's. So a part may name no table that an earlier one
writes: whether to write it again, or to read what was written, it goes after. This is taken from its text, hence views write
to tables that no trigger, rule or function of theirs stands behind; foreign keys are checked when the statement ends.

PostgreSQL runs the last part first, and one that waits for a lock keeps the snapshot of all. So what must see what another transaction
committed while an earlier part waited for it goes after `sent()`.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from shared.postgres import Db

type Write = tuple[str, *tuple[object, ...]]
"""A statement with its values, for `add(*write)`."""

_WRITES = re.compile(r"\s*(?:insert\s+into|update|delete\s+from)\s+([a-z_][a-z0-9_]*)(?![.\w])")
_NAMES = re.compile(r"[a-z_][a-z0-9_]*")
_PLACE = re.compile(r"\$([0-9]+)")


class Writes:
    """The writes of some views in one transaction. Whoever reads asks for the connection, and finds everything written there."""

    __slots__ = ("_db", "_tables", "_waiting")

    def __init__(self, db: Db) -> None:
        self._db = db
        self._waiting: list[list[tuple[str, tuple[object, ...]]]] = []
        self._tables: set[str] = set()

    def add(self, sql: str, *values: object) -> None:
        """Insert into, update or delete from one table, before anything is read and after what was added before."""
        told = _told(sql)
        if len(values) != told.places:
            message = f"{told.places} places, {len(values)} values: {sql}"
            raise ValueError(message)
        if self._waiting and self._goes_along(sql, told.names):
            self._waiting[-1].append((sql, values))
            self._tables.add(told.table)
        else:
            self._waiting.append([(sql, values)])
            self._tables = {told.table}

    def _goes_along(self, sql: str, names: frozenset[str]) -> bool:
        """Whether it travels with what waits last: the same once more, or one more part that names no table written there."""
        last = self._waiting[-1]
        alone, again = len(last) == 1, sql == last[0][0]
        if not alone and last[1][0] == last[0][0]:
            return again
        return (alone and again) or names.isdisjoint(self._tables)

    def add_each(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """The same for each of these rows of values."""
        for row in rows:
            self.add(sql, *row)

    async def sent(self) -> Db:
        """Send what waits; the connection on which it can be read. Raises what the database says of it."""
        waiting, self._waiting = self._waiting, []
        for together in waiting:
            sql, values = together[0]
            if len(together) == 1:
                await self._db.execute(sql, *values)
            elif together[1][0] == sql:
                await self._db.executemany(sql, [row for _, row in together])
            else:
                await self._db.execute(_one_statement(tuple(sql for sql, _ in together)), *chain(*(values for _, values in together)))
        return self._db


class _Told(NamedTuple):
    """What a statement says of itself: the table it writes, the words in it, how many values it takes."""

    table: str
    names: frozenset[str]
    places: int


@lru_cache(maxsize=1024)
def _told(sql: str) -> _Told:
    text = sql.lower()
    begins = _WRITES.match(text)
    if begins is None:
        message = f"neither insert, update nor delete: {sql}"
        raise ValueError(message)
    return _Told(begins[1], frozenset(_NAMES.findall(text)), max(map(int, _PLACE.findall(sql)), default=0))


@lru_cache(maxsize=1024)
def _one_statement(parts: tuple[str, ...]) -> str:
    """All but the last as its CTEs, the places numbered through. Cached: the driver knows a prepared statement by its text."""
    numbered, before = [], 0
    for sql in parts:
        numbered.append(_PLACE.sub(lambda place, before=before: f"${int(place[1]) + before}", sql))  # type: ignore[misc]  # bound at once
        before += _told(sql).places
    *first, last = numbered
    return f"with {', '.join(f'part_{n} as ({sql})' for n, sql in enumerate(first))} {last}"
