"""Which refresh token is good? Each is computed from the session's nonce and its generation; the one just replaced stays good 30 s."""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.identity.pepper import Pepper, new_secret
from shared.postgres import Db

GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How a refresh token was taken: rotated to `token`, reused after it had been replaced, or over."""

    outcome: Literal["rotated", "reused", "over"]
    session_id: UUID
    token: str | None = None
    cookie_age: int | None = None


async def begin(db: Db, pepper: Pepper, session_id: UUID, browser: UUID, *, idle: timedelta, limit: timedelta, now: datetime) -> str:
    """The first refresh token of a session."""
    nonce = new_secret()
    await db.execute(
        "insert into refresh_tokens (session_id, nonce, generation, rotated_at, browser_id, idle, idle_until, expires_at)"
        " values ($1, $2, 1, $3, $4, $5, $6, $7)",
        session_id,
        nonce,
        now,
        browser,
        idle,
        now + idle,
        now + limit,
    )
    return _token(pepper, session_id, nonce, 1)


async def rotate(db: Db, pepper: Pepper, token: str, browsers: Collection[UUID], now: datetime) -> Refreshed | None:
    """Take a refresh token, under the row's lock; None when it never was one.

    The token that was just replaced answers the same successor for 30 seconds in the same browser: an answer may have
    been lost on the way. Any other token that was replaced is a copy.
    """
    parsed = _parse(token)
    if parsed is None:
        return None
    session_id, generation = parsed
    row = await db.fetchrow("select * from refresh_tokens where session_id = $1 for update", session_id)
    if row is None or not hmac.compare_digest(token, _token(pepper, session_id, row["nonce"], generation)):
        return None
    if now >= row["idle_until"] or now >= row["expires_at"]:
        return Refreshed("over", session_id)
    current: int = row["generation"]
    age = int((row["expires_at"] - now).total_seconds())
    if generation == current:
        await db.execute(
            "update refresh_tokens set generation = generation + 1, rotated_at = $2::timestamptz,"
            " idle_until = $2::timestamptz + idle where session_id = $1",
            session_id,
            now,
        )
        return Refreshed("rotated", session_id, _token(pepper, session_id, row["nonce"], current + 1), age)
    same_browser = row["browser_id"] in browsers
    if generation == current - 1 and now - row["rotated_at"] <= GRACE and same_browser:
        return Refreshed("rotated", session_id, _token(pepper, session_id, row["nonce"], current), age)
    return Refreshed("reused", session_id)


async def find_session(db: Db, pepper: Pepper, token: str) -> UUID | None:
    """The session of a token that is, or once was, good."""
    parsed = _parse(token)
    nonce = await db.fetchval("select nonce from refresh_tokens where session_id = $1", parsed[0]) if parsed else None
    if parsed is None or nonce is None:
        return None
    session_id, generation = parsed
    return session_id if hmac.compare_digest(token, _token(pepper, session_id, nonce, generation)) else None


async def forget(db: Db, *sessions: UUID) -> None:
    """No refresh token of these sessions is good any more."""
    await db.execute("delete from refresh_tokens where session_id = any($1::uuid[])", sessions)


async def over(db: Db, now: datetime, limit: int) -> Sequence[UUID]:
    """Sessions whose token nobody used in time, or that reached their limit; locked, each for one housekeeper."""
    rows = await db.fetch(
        "select session_id from refresh_tokens where least(idle_until, expires_at) <= $1 limit $2 for update skip locked", now, limit
    )
    return [row["session_id"] for row in rows]


def session_of(token: str) -> UUID | None:
    """The session that a token says it is of; nothing is checked."""
    parsed = _parse(token)
    return parsed[0] if parsed else None


def _token(pepper: Pepper, session_id: UUID, nonce: str, generation: int) -> str:
    return f"{session_id}.{generation}.{pepper.digest('refresh', session_id, nonce, generation)}"


def _parse(token: str) -> tuple[UUID, int] | None:
    session, _, rest = token.partition(".")
    generation, _, _ = rest.partition(".")
    try:
        return UUID(session), int(generation)
    except ValueError:
        return None
