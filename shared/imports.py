"""Imports: a CSV put in the bucket, taken row by row in small transactions, tried first without effect where asked.

A service lists its kinds in `Parts.imports`:

    imports={"customers": ImportKind(frozenset({"sequence", "at", "document"}), take)}

`async take(db, row, cause) -> bool` takes one row in the caller's transaction and says whether anything changed; a refusal
(`Malformed`, `Refusal`) is a line of the report, and so is a mistake of ours (`RowFailed`, with its name in the log); the others
go on. The worker runs `Imports(...).run`.

A kind that has many lines also gives `take_many`: 500 rows at once, loaded, folded, decided and appended in a few statements.
It answers, per row, whether anything changed or the refusal; or None where these rows lean on each other, and then they are
taken one by one, as they are after a refusal that it raises.
"""

import asyncio
import csv
import io
import json
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog

from shared.documents.storage import Storage
from shared.eventsourcing.event import Cause
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.refusal import Malformed, Refusal, Unavailable
from shared.eventsourcing.store import VersionConflict
from shared.eventsourcing.transaction import transact
from shared.postgres import LOST, Db, Pool, is_lost, savepoint

log = structlog.get_logger(__name__)

type Row = Mapping[str, str]
type Take = Callable[[Db, Row, Cause], Awaitable[bool]]
type TakeMany = Callable[[Db, Sequence[Row], Cause], Awaitable[Sequence[bool | Refusal] | None]]

_CHUNK = 50
_MANY = 500
_FAULTS = 1000
_IDLE_SECONDS = 1.0
_AGAIN = (Unavailable, VersionConflict, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""Not the row's fault: the transaction, or the whole import, is begun again."""

# What waits is found in a part of its own: a lock asked for in the same filter might be taken on every row before the first is chosen.
_NEXT = """
with waiting as materialized (
  select id, kind, object, dry_run, requested_by, correlation from imports where state in ('waiting', 'running') order by requested_at
)
select * from waiting where pg_try_advisory_lock(hashtext(id::text)) limit 1"""


class FileUnreadable(Malformed):
    """Not a CSV in UTF-8 with the expected header."""

    sentence = "O arquivo não é um CSV em UTF-8, separado por ponto e vírgula, com o cabeçalho esperado."


class RowFailed(Refusal):
    """A mistake of ours met this line; the others are taken."""

    sentence = "Esta linha não pôde ser importada por uma falha nossa. As outras seguiram; avise a equipe do sistema."


class ImportFailed(Refusal):
    """A mistake of ours met the file as a whole."""

    sentence = "O arquivo não pôde ser importado por uma falha nossa. Avise a equipe do sistema."


@dataclass(frozen=True)
class ImportKind:
    """One kind of file: the columns it must have, and how a row is taken."""

    required: frozenset[str]
    take: Take
    take_many: TakeMany | None = None


@dataclass
class Report:
    """How an import went: counts, and the lines that were refused, by code."""

    total: int = 0
    changed: int = 0
    already: int = 0
    refused: int = 0
    faults: list[dict[str, object]] = field(default_factory=list)

    def note(self, line: int, outcome: bool | Refusal) -> None:  # noqa: FBT001 - what became of a line
        """Note what became of a line: changed something, already so, or refused."""
        if isinstance(outcome, Refusal):
            self.refuse(line, outcome)
        else:
            self.changed += outcome
            self.already += not outcome

    def add(self, other: "Report") -> None:
        """Add what was counted of a part."""
        self.changed += other.changed
        self.already += other.already
        self.refused += other.refused
        self.faults = (self.faults + other.faults)[:_FAULTS]

    def refuse(self, line: int, refusal: Refusal) -> None:
        """Note a line that was not taken; never its content."""
        self.refused += 1
        if len(self.faults) < _FAULTS:
            self.faults.append({"line": line, "code": refusal.code, "sentence": refusal.sentence})

    def text(self) -> str:
        """As JSON."""
        return json.dumps(
            {"total": self.total, "changed": self.changed, "already": self.already, "refused": self.refused, "faults": self.faults}
        )


def rows_of(content: bytes, required: frozenset[str]) -> list[tuple[int, Row]]:
    """The rows of a file with their line numbers; raises FileUnreadable."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";", strict=True)
        if not required <= set(reader.fieldnames or ()):
            raise FileUnreadable(extra={"missing": sorted(required - set(reader.fieldnames or ()))})
        return [(reader.line_num, _clean(row)) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileUnreadable from error


def _clean(row: Mapping[str | None, object]) -> Row:
    return {name.strip(): value.strip() for name, value in row.items() if name is not None and isinstance(value, str) and value.strip()}


def _chunks[T](items: Sequence[T], size: int = _CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def take_file(
    pool: Pool, kind: ImportKind, content: bytes, cause: Cause, *, dry_run: bool, done: Callable[[int], Awaitable[None]] | None = None
) -> Report:
    """Take a whole file; with `dry_run` every transaction is undone. Raises FileUnreadable."""
    rows = rows_of(content, kind.required)
    report = Report(total=len(rows))
    for chunk in _chunks(rows, _MANY):
        counted = await _take_many(pool, kind, chunk, cause, dry_run=dry_run)
        for small in _chunks(chunk) if counted is None else ():
            report.add(await _one_by_one(pool, kind, small, cause, dry_run=dry_run))
            if done is not None:
                await done(len(small))
        if counted is not None:
            report.add(counted)
            if done is not None:
                await done(len(chunk))
    return report


async def _take_many(pool: Pool, kind: ImportKind, chunk: Sequence[tuple[int, Row]], cause: Cause, *, dry_run: bool) -> Report | None:
    """Take these rows at once; None where they have to be taken one by one."""
    if kind.take_many is None:
        return None
    take = kind.take_many

    async def work(db: Db) -> Report | None:
        outcomes = await take(db, [row for _, row in chunk], cause)
        if outcomes is None:
            return None
        report = Report()
        for (line, _), outcome in zip(chunk, outcomes, strict=True):
            report.note(line, outcome)
        if dry_run:
            raise _Tried(report)
        return report

    try:
        return await transact(pool, work)
    except _Tried as tried:
        return tried.report
    except Exception as error:
        if isinstance(error, _AGAIN) or is_lost(error):
            raise
        if not isinstance(error, Refusal):
            _log_failure("import_rows_failed", error, first_line=chunk[0][0])
        return None


async def _one_by_one(pool: Pool, kind: ImportKind, chunk: Sequence[tuple[int, Row]], cause: Cause, *, dry_run: bool) -> Report:
    try:
        return await transact(pool, lambda db: _take_chunk(db, kind, chunk, cause, dry_run=dry_run))
    except _Tried as tried:
        return tried.report


class _Tried(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


async def _take_chunk(db: Db, kind: ImportKind, chunk: Sequence[tuple[int, Row]], cause: Cause, *, dry_run: bool) -> Report:
    report = Report()
    for line, row in chunk:
        try:
            async with savepoint(db):
                outcome: bool | Refusal = await kind.take(db, row, cause)
        except _AGAIN:
            raise
        except Refusal as refusal:
            outcome = refusal
        except Exception as error:
            if is_lost(error):
                raise
            _log_failure("import_row_failed", error, line=line)
            outcome = RowFailed()
        report.note(line, outcome)
    if dry_run:
        raise _Tried(report)
    return report


def _log_failure(event: str, error: Exception, **where: object) -> None:
    """What failed and at which line of the code; never the error's words, which may quote a row."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
    log.error(event, error=type(error).__name__, at=frames, **where)


@dataclass(frozen=True)
class Imports:
    """The worker's loop: takes waiting imports one by one; one that was interrupted is begun again, which changes nothing twice."""

    pool: Pool
    storage: Storage
    keys: Keys
    kinds: Mapping[str, ImportKind]

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if not await self.step():
                    await asyncio.sleep(_IDLE_SECONDS)
                    await self.pool.execute("delete from imports where finished_at < now() - interval '7 days'")
            except (*LOST, *_AGAIN) as error:
                log.warning("imports_wait", error=type(error).__name__)
                await asyncio.sleep(2)

    async def step(self) -> bool:
        """Take one import; False when none waits. A session lock keeps other workers from the same one."""
        async with self.pool.acquire(timeout=5) as db:
            row = await db.fetchrow(_NEXT)
            if row is None:
                return False
            try:
                await self._take(row)
            finally:
                await db.execute("select pg_advisory_unlock_all()")
        return True

    async def _take(self, row: asyncpg.Record) -> None:
        content = await self.storage.get(row["object"])
        cause = Cause(row["requested_by"], correlation=row["correlation"] or row["id"])
        lines = content.count(b"\n") if content else 0
        await self.pool.execute("update imports set state = 'running', done = 0, total = $2 where id = $1", row["id"], lines)
        try:
            if content is None or row["kind"] not in self.kinds:
                raise FileUnreadable

            async def done(count: int) -> None:
                await self.pool.execute("update imports set done = done + $2 where id = $1", row["id"], count)

            report = await take_file(self.pool, self.kinds[row["kind"]], content, cause, dry_run=row["dry_run"], done=done)
            state = "done"
        except FileUnreadable as refusal:
            report, state = Report(), "refused"
            report.refuse(1, refusal)
        except Exception as error:
            if isinstance(error, _AGAIN) or is_lost(error):
                raise
            _log_failure("import_failed", error, id=str(row["id"]))
            report, state = Report(), "refused"
            report.refuse(1, ImportFailed())
        await self._finish(row["id"], state, report)
        if not row["dry_run"]:
            await self.storage.delete(row["object"])

    async def _finish(self, import_id: UUID, state: str, report: Report) -> None:
        kek, sealed = self.keys.wrap(report.text().encode(), f"import/{import_id}")
        await self.pool.execute(
            "update imports set state = $2, report = $3, finished_at = now(), done = $4, total = $4 where id = $1",
            import_id,
            state,
            kek.to_bytes(2) + sealed,
            report.total,
        )
        log.info("import_finished", state=state, changed=report.changed, already=report.already, refused=report.refused)


def open_report(keys: Keys, import_id: UUID, sealed: bytes | None) -> dict[str, object] | None:
    """The report of a finished import."""
    if sealed is None:
        return None
    content = keys.unwrap(int.from_bytes(sealed[:2]), sealed[2:], f"import/{import_id}")
    return dict(json.loads(content))
