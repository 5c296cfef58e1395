"""PostgreSQL: pools, and plain SQL migrations that only go forward."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg
import asyncpg.pool
import structlog

type Db = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
type Pool = asyncpg.Pool[asyncpg.Record]

log = structlog.get_logger(__name__)

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What is raised when the database is away or full: wait and try again, or answer an honest 503.

InsufficientResourcesError is SQLSTATE class 53: no connection, no disk, no memory left. InternalClientError is what the
driver says of a connection whose server said goodbye ("cannot switch to state ..."): seen between that word and the end of
the connection, one in three thousand statements of a server that is killed once a second.
"""


def is_lost(error: BaseException) -> bool:
    """Whether this means the database is away; a value that the driver cannot encode also is an InterfaceError, and is not."""
    return isinstance(error, LOST) and not isinstance(error, ValueError)


class MigrationChanged(Exception):
    """A migration that was applied differs from the file: released SQL is never edited, a new file follows it."""


class PlainConnection(asyncpg.Connection):
    """A connection that needs no reset between uses: nothing here changes a session, only transactions. Saves a round trip."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


async def open_pool(url: str, *, minimum: int = 1, maximum: int = 10, application: str = "agencia") -> Pool:
    """A pool whose connections speak text JSON and give up waiting for a lock or an answer after 10 s."""
    pool: Pool = await asyncpg.create_pool(
        url,
        min_size=minimum,
        max_size=maximum,
        command_timeout=10,
        timeout=5,
        max_inactive_connection_lifetime=60,
        connection_class=PlainConnection,
        server_settings={"application_name": application, "jit": "off", "standard_conforming_strings": "on"},
    )
    return pool


class Undone(Exception):
    """What was to be committed was rolled back: a statement of it had failed, and the work went on as if it had not."""


class Block:
    """A read committed transaction whose BEGIN and COMMIT each take a statement along: a round trip less for either.

    `first` is sent behind BEGIN, and `answered` is what the server says of it ("SELECT 0"); `last` is sent before COMMIT. Both are
    plain SQL, whose values are written by `literal`. Inside it, parts that may fail alone go into a `savepoint`. Raises Undone.
    """

    __slots__ = ("_first", "answered", "db", "last")

    def __init__(self, db: Db, first: str = "") -> None:
        self.db = db
        self.answered = ""
        self.last = ""
        self._first = first

    async def __aenter__(self) -> Self:
        try:
            self.answered = await self.db.execute(f"begin isolation level read committed;{self._first}")
        except BaseException:
            await self._roll_back()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            await self._roll_back()
            return
        try:
            ended = await self.db.execute(f"{self.last};commit" if self.last else "commit")
        except BaseException:
            await self._roll_back()
            raise
        if ended != "COMMIT":
            raise Undone

    async def _roll_back(self) -> None:
        """What led here is told, not that a connection which is gone cannot roll back: the server does."""
        with contextlib.suppress(*LOST):  # a pool's connection that is gone does not even say that it is closed
            await self.db.execute("rollback")


@contextlib.asynccontextmanager
async def savepoint(db: Db) -> AsyncIterator[None]:
    """A part of a transaction that is undone alone when it raises."""
    await db.execute("savepoint part")
    try:
        yield
    except BaseException:
        with contextlib.suppress(*LOST):
            await db.execute("rollback to part;release part")
        raise
    await db.execute("release part")


def literal(text: str) -> str:
    """A text as SQL writes it, for the statements of a `Block`; backslashes are themselves (`standard_conforming_strings`)."""
    if "\0" in text:
        message = "PostgreSQL holds no NUL"
        raise ValueError(message)
    return "'" + text.replace("'", "''") + "'"


async def migrate(url: str, app_role: str, directories: Sequence[Path]) -> list[str]:
    """Apply the `*.sql` files of each directory in order, each once and in one transaction; answers the new ones.

    `{app}` in a file stands for the role the service runs as. Raises MigrationChanged.
    """
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("select pg_advisory_lock(hashtext('migrate'))")
        await connection.execute(
            "create table if not exists schema_migrations"
            " (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
        )
        applied = {row["name"]: row["sha256"] for row in await connection.fetch("select name, sha256 from schema_migrations")}
        done: list[str] = []
        for file in [file for directory in directories for file in sorted(directory.glob("*.sql"))]:
            name = f"{file.parent.parent.name}/{file.name}"
            text = file.read_text(encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            if name in applied:
                if applied[name] != digest:
                    raise MigrationChanged(name)
                continue
            async with connection.transaction():
                await connection.execute(text.replace("{app}", app_role))
                await connection.execute("insert into schema_migrations (name, sha256) values ($1, $2)", name, digest)
            done.append(name)
        return done
    finally:
        await connection.close(timeout=5)
