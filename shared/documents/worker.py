"""The verifying worker: reads each arrival once, looks at exactly those bytes, keeps exactly those bytes."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from uuid import UUID

import structlog

from shared.aside import step_aside
from shared.documents.decider import CollectOrphan, DocumentNotFound, RefuseDocument, UnderVerification, VerifyDocument
from shared.documents.documents import DOOR, Documents, incoming, kept
from shared.documents.events import Reason
from shared.documents.scanner import Scanner
from shared.documents.storage import Fetched
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.transaction import transact
from shared.postgres import LOST, Db

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)
ORPHAN_AFTER = timedelta(hours=24)
_EXAMINER = Path(__file__).with_name("examine.py")
_EXAMINE_SECONDS = 90  # of waiting; its processor time is limited far below, so that a busy machine refuses nobody
_IDLE_SECONDS = 0.5
_AT_ONCE = 2  # a big file, or a busy machine, keeps only every other one waiting; each is opened in a process of its own
_SWEEP_SECONDS = 60
_CLEAN_SECONDS = 600
_LOOKED_UP_AT_ONCE = 500
_NOT_THERE_TRIES = 20

# The one row is chosen in a part of its own: as a subquery it may be run again, and lease arrivals that nobody then looks at.
_CLAIM = """
with next as materialized (
  select document_id from arrivals where next_try_at <= now() order by next_try_at limit 1 for update skip locked
)
update arrivals set tries = tries + 1, next_try_at = now() + $1 from next where arrivals.document_id = next.document_id
returning arrivals.document_id, tries"""


@dataclass(frozen=True)
class DocumentsWorker:
    """Runs for ever: arrivals as they come, a few at once; orphans once a minute."""

    documents: Documents
    scanner: Scanner

    async def run(self) -> None:
        """Work until cancelled; a lost database, bucket or scanner is waited for."""
        async with asyncio.TaskGroup() as group:
            _ = group.create_task(self._tidy())
            for _ in range(_AT_ONCE):
                _ = group.create_task(self._take())

    async def _take(self) -> None:
        """One arrival after another."""
        while True:
            if not await _patiently(self.step):
                await asyncio.sleep(_IDLE_SECONDS)

    async def _tidy(self) -> None:
        """What never came, every minute; what was left at the door, every ten."""
        cleaned = float("-inf")
        loop = asyncio.get_running_loop()
        while True:
            await _patiently(self.sweep)
            if loop.time() - cleaned > _CLEAN_SECONDS:
                cleaned = loop.time()
                await _patiently(self.sweep_objects)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def step(self) -> bool:
        """Look at one arrival; False when there is none."""
        claimed = await transact(self.documents.pool, self._claim)
        if claimed is None:
            return False
        document_id, tries = claimed
        try:
            await self._look(document_id, tries)
        except Unavailable:
            await self._later(document_id, min(tries * 2, 60))
            raise
        return True

    async def sweep(self) -> None:
        """Ask again for uploads nobody said were complete; collect those that never came."""
        pool = self.documents.pool
        await pool.execute(
            "insert into arrivals (document_id) select document_id from documents where state = 'under-verification'"
            " and started_at < $1::timestamptz - interval '2 minutes' and started_at > $1::timestamptz - interval '20 minutes'"
            " on conflict do nothing",
            self.documents.clock(),
        )
        rows = await pool.fetch(
            "select document_id from documents where state = 'under-verification' and started_at < $1 limit 200",
            self.documents.clock() - ORPHAN_AFTER,
        )
        for row in rows:
            await self._collect(row["document_id"])

    async def sweep_objects(self) -> int:
        """Delete from the door what no verification waits for; answers how many.

        Either its document is settled (it was put there late, or the worker died before it deleted it), or no document was
        begun under that name a day after it came.
        """
        before = datetime.now(UTC) - ORPHAN_AFTER  # the store's time, not the service's
        found = [stored async for stored in self.documents.storage.under(DOOR)]
        gone = 0
        for some in batched(found, _LOOKED_UP_AT_ONCE, strict=False):
            states = await self._states([stored.name.removeprefix(DOOR) for stored in some])
            for stored in some:
                state = states.get(stored.name.removeprefix(DOOR))
                if state == "under-verification" or (state is None and stored.modified_at >= before):
                    continue
                await self.documents.storage.delete(stored.name)
                gone += 1
        return gone

    async def _states(self, ids: Sequence[str]) -> dict[str, str]:
        rows = await self.documents.pool.fetch(
            "select document_id::text as id, state from documents where document_id = any($1::uuid[])", [one for one in ids if _is_id(one)]
        )
        return {row["id"]: row["state"] for row in rows}

    async def _collect(self, document_id: UUID) -> None:
        """Nobody brought it for a day. What was brought all the same, and nobody looked at, is looked at first."""
        if await self.documents.storage.find(incoming(document_id)) is None:
            await self._settle(document_id, CollectOrphan(self.documents.clock()))
        else:
            await self.documents.pool.execute("insert into arrivals (document_id) values ($1) on conflict do nothing", document_id)

    async def _claim(self, db: Db) -> tuple[UUID, int] | None:
        row = await db.fetchrow(_CLAIM, LEASE)
        return (row["document_id"], row["tries"]) if row else None

    async def _look(self, document_id: UUID, tries: int) -> None:
        async with self.documents.pool.acquire(timeout=5) as db:
            state, _ = await self.documents.handler.load(db, document_id)
        if not isinstance(state, UnderVerification):
            await self.documents.pool.execute("delete from arrivals where document_id = $1", document_id)
            return
        with tempfile.TemporaryDirectory(prefix="document-") as folder:
            path = Path(folder) / "file"
            fetched = await self.documents.storage.fetch(incoming(document_id), path, self.documents.max_bytes)
            if fetched is None:
                await self._not_there(document_id, tries)
                return
            found = await self._judge(path, fetched, state)
            if isinstance(found, VerifyDocument):
                await self.documents.storage.put_file(kept(state.owner.stream, found.sha256), path, state.media_type, found.sha256)
        await self._settle(document_id, found)

    async def _judge(self, path: Path, fetched: Fetched, state: UnderVerification) -> VerifyDocument | RefuseDocument:
        now, size, sha256 = self.documents.clock, fetched.size, fetched.sha256
        if size == 0:
            return RefuseDocument("empty", now())
        if size > self.documents.max_bytes:
            return RefuseDocument("too-big", now())
        if size != state.size or state.declared_sha256 not in {None, sha256}:
            return RefuseDocument("checksum-differs", now())
        # The scanner first: what is infected is said to be infected, whatever else is wrong with it.
        if await self.scanner.is_infected(path):
            return RefuseDocument("infected", now())
        reason, pages = await examine(path, state.media_type)
        if reason is not None:
            return RefuseDocument(reason, now())
        return VerifyDocument(sha256, size, pages, now())

    async def _settle(self, document_id: UUID, command: VerifyDocument | RefuseDocument | CollectOrphan) -> None:
        try:
            await transact(self.documents.pool, lambda db: self.documents.verified(db, document_id, command))
        except DocumentNotFound:
            await self.documents.pool.execute("delete from arrivals where document_id = $1", document_id)
        await self.documents.storage.delete(incoming(document_id))
        log.info("document_settled", outcome=type(command).__name__, reason=getattr(command, "reason", None))

    async def _not_there(self, document_id: UUID, tries: int) -> None:
        """Not (yet) there: asked again for some minutes, then only the sweep remembers it."""
        if tries >= _NOT_THERE_TRIES:
            await self.documents.pool.execute("delete from arrivals where document_id = $1", document_id)
        else:
            await self._later(document_id, min(tries, 30))

    async def _later(self, document_id: UUID, seconds: int) -> None:
        await self.documents.pool.execute(
            "update arrivals set next_try_at = now() + $2 where document_id = $1", document_id, timedelta(seconds=seconds)
        )


async def _patiently[T](work: Callable[[], Awaitable[T]]) -> T | None:
    """Do it, or wait a little for what is away."""
    try:
        return await work()
    except (*LOST, Unavailable) as error:
        log.warning("documents_wait", error=type(error).__name__)
        await asyncio.sleep(2)
        return None


def documents_worker(documents: Documents, scanner: Scanner) -> DocumentsWorker:
    """The worker of a service's documents."""
    return DocumentsWorker(documents, scanner)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


async def examine(path: Path, media_type: str) -> tuple[Reason | None, int | None]:
    """Open the file in a child process under limits: why it cannot be taken, or how many pages it has."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-B",
        str(_EXAMINER),
        str(path),
        media_type,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        step_aside(child.pid)
        async with asyncio.timeout(_EXAMINE_SECONDS):
            out, _ = await child.communicate()
    except TimeoutError:
        out = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        found = json.loads(out)
    except ValueError:
        return "unreadable", None  # killed by its limits: a bomb, or as good as one
    return found.get("reason"), found.get("pages")
