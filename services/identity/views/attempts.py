"""How often did somebody try? One counter per person and browser, locked before anything is checked."""

from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.attempts.rules import (
    CODES_ALLOWED,
    CODES_WINDOW,
    POLICY,
    Attempts,
    Charged,
    Kind,
    Policy,
    TooManyCodes,
    blocked,
    charge,
)
from shared.postgres import Db

UNKNOWN_BROWSER = UUID(int=0)


async def charge_attempt(db: Db, subject: UUID, browser: UUID, kind: Kind, now: datetime, policy: Policy = POLICY) -> Charged:
    """Count an attempt before it is checked; raises LoginIsBlocked or RecoveryIsBlocked."""
    await db.execute("insert into attempts (subject, browser, kind) values ($1, $2, $3) on conflict do nothing", subject, browser, kind)
    row = await db.fetchrow(
        "select failed, last_at, blocked_until from attempts where subject = $1 and browser = $2 and kind = $3 for update",
        subject,
        browser,
        kind,
    )
    charged = charge(kind, Attempts(*row) if row else Attempts(), now, policy)
    await db.execute(
        "update attempts set failed = $4, last_at = $5, blocked_until = $6 where subject = $1 and browser = $2 and kind = $3",
        subject,
        browser,
        kind,
        charged.attempts.failed,
        charged.attempts.last_at,
        charged.attempts.blocked_until,
    )
    return charged


async def charge_code(db: Db, address: UUID, now: datetime, *, allowed: int = CODES_ALLOWED, window: timedelta = CODES_WINDOW) -> None:
    """Count a code mailed to an address, whoever asked for it; raises TooManyCodes after a handful in one hour.

    Depends on what was typed alone, so that it tells nothing about who is registered.
    """
    row = await db.fetchrow(
        "insert into attempts as a (subject, browser, kind, failed, last_at) values ($1, $2, 'code', 1, $3)"
        " on conflict (subject, browser, kind) do update set"
        " failed = case when a.last_at > $3 - $4::interval then a.failed + 1 else 1 end,"
        " last_at = case when a.last_at > $3 - $4::interval then a.last_at else $3 end"
        " returning failed, last_at",
        address,
        UNKNOWN_BROWSER,
        now,
        window,
    )
    if row is not None and row["failed"] > allowed:
        raise TooManyCodes(until=row["last_at"] + window)


async def forgive(db: Db, subject: UUID, browser: UUID, kind: Kind) -> None:
    """It was right: the count begins anew."""
    await db.execute("delete from attempts where subject = $1 and browser = $2 and kind = $3", subject, browser, kind)


async def lift(db: Db, subject: UUID) -> None:
    """Forget a customer's counters; those of the same person as staff are nobody's to lift at the desk."""
    await db.execute("delete from attempts where subject = $1 and kind in ('password', 'recovery')", subject)


async def must_not_be_blocked(db: Db, subject: UUID, kind: Kind, now: datetime) -> None:
    """A blocked recovery also closes log-ins from unknown browsers; raises LoginIsBlocked."""
    until = await db.fetchval(
        "select max(blocked_until) from attempts where subject = $1 and kind = $2 and blocked_until > $3", subject, kind, now
    )
    if until is not None:
        raise blocked("password", until)


async def forget_idle(db: Db, before: datetime) -> None:
    """Drop the counters nobody touched since."""
    await db.execute("delete from attempts where last_at < $1 and (blocked_until is null or blocked_until < $1)", before)
