"""Once: a request repeated with its Idempotency-Key answers what it answered, and does nothing again."""

import contextlib
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from fastapi import Request, Response

from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact_in_block
from shared.http.body import CreatedAnswer
from shared.http.etag import etag
from shared.http.principal import principal_of
from shared.http.problem import Rejected
from shared.postgres import Block, Db, Pool, literal

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_LOOK = "select free, fingerprint, status, answer from idempotency_look($1, $2, $3)"
_UNSEEN = "select where idempotency_unseen({}, {}, {})"
_NOTHING = "SELECT 0"
_KEEP = "select idempotency_keep({}, {}, '\\x{}', {}, {})"


class IdempotencyKeyMissing(Rejected):
    """400: a creation without a key cannot be repeated safely."""

    sentence = "Envie o cabeçalho Idempotency-Key (8 a 128 caracteres)."


class IdempotencyKeyReused(Rejected):
    """422: the key was used for something else."""

    status = 422
    sentence = "Esta Idempotency-Key já foi usada com outro conteúdo."


class StillRunning(Refusal):
    """409: the first request with this key has not ended."""

    sentence = "Este pedido já está sendo processado. Aguarde e consulte o resultado."


@dataclass(frozen=True, slots=True)
class Reply:
    """What is kept of an answer: no body, no personal data, only where the new thing is and its ids."""

    status: int = 201
    location: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """One deed of one actor under one key."""

    actor: str
    key: str
    fingerprint: bytes

    def anonymous(self, actor: str) -> "Once":
        """The same for nobody signed in: `actor` is the id of the sign-up or of the browser."""
        return replace(self, actor=f"anonymous:{actor}")

    async def transact(self, pool: Pool, work: Callable[[Db], Awaitable[Reply]], *, retry: bool = True) -> Reply:
        """Do `work` in a transaction of its own unless it was done; raises StillRunning, IdempotencyKeyReused, and as `transact` does."""
        if not self.actor:
            message = "an anonymous deed names its actor with once.anonymous(…)"
            raise RuntimeError(message)

        async def deed(block: Block) -> Reply:
            if block.answered == _NOTHING and (kept := await self._kept(block.db)) is not None:
                return kept
            reply = await work(block.db)
            block.last = self._keep(reply)
            return reply

        actor, key = literal(self.actor), literal(self.key)
        return await transact_in_block(pool, deed, first=_UNSEEN.format(actor, key, self._lock()), retry=retry)

    async def _kept(self, db: Db) -> Reply | None:
        """What was answered; None when who was at it has given up since. Raises StillRunning, IdempotencyKeyReused."""
        found = await db.fetchrow(_LOOK, self.actor, self.key, self._lock())
        if found is None or not found["free"]:
            raise StillRunning
        if found["status"] is None:
            return None
        if found["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused
        kept = json.loads(found["answer"])
        return Reply(found["status"], kept["location"], kept["ids"], kept["version"])

    def _keep(self, reply: Reply) -> str:
        answer = json.dumps({"location": reply.location, "ids": dict(reply.ids), "version": reply.version})
        return _KEEP.format(literal(self.actor), literal(self.key), self.fingerprint.hex(), reply.status, literal(answer))

    def _lock(self) -> int:
        digest = hashlib.sha256(f"idempotency\0{self.actor}\0{self.key}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


async def once(request: Request) -> Once:
    """The dependency of every POST that creates or files; raises IdempotencyKeyMissing."""
    key = request.headers.get("idempotency-key", "")
    if _KEY.fullmatch(key) is None:
        raise IdempotencyKeyMissing
    principal = await principal_of(request)
    return Once(principal.actor if principal else "", key, await _fingerprint(request))


async def _fingerprint(request: Request) -> bytes:
    body = await request.body()
    with contextlib.suppress(ValueError, RecursionError):  # no body, or one that the route itself refuses
        body = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(b"\0".join((request.method.encode(), request.url.path.encode(), body))).digest()


def created(reply: Reply, response: Response) -> CreatedAnswer:
    """The answer of a creation: status, Location, ETag and ids; `ids["id"]` is the new thing."""
    response.status_code = reply.status
    if reply.location is not None:
        response.headers["Location"] = reply.location
    if reply.version is not None:
        response.headers["ETag"] = etag(reply.version)
    return CreatedAnswer(id=UUID(reply.ids["id"]), version=reply.version, ids=dict(reply.ids))


async def forget_old_keys(pool: Pool) -> None:
    """Drop what is older than a day."""
    await pool.execute("delete from idempotency where at < now() - interval '24 hours'")
