"""The timers that a view keeps, beside those that its events make: compared, and put right by a rebuild.

What is due has fired, or is about to: of that the live table owes nothing. What is not due yet must be there, to the instant,
and nothing else of these names may be, except what a nudge has put off to later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.eventsourcing.view import View
from shared.postgres import Db

TABLE = "timers"
_ABOUT_TO_FIRE = timedelta(minutes=1)


def timers_of(view: View) -> Sequence[str]:
    """The names of the timers that a view arms and disarms."""
    names: Sequence[str] = getattr(view, "timers", ())
    return names


async def difference(db: Db, names: Sequence[str], rebuilt: str, now: datetime) -> tuple[int, int, int]:
    """How many live timers have these names; how many are only live, and how many only in the rebuilt table."""
    row = await db.fetchrow(
        "select (select count(*) from public.timers where name = any($1)) as rows,"
        f" (select count(*) from public.timers l where name = any($1) and not exists (select from {rebuilt} r"
        "   where r.name = l.name and r.stream = l.stream and (r.due_at = l.due_at or r.due_at <= $2))) as only_live,"
        f" (select count(*) from {rebuilt} r where name = any($1) and due_at > $2 and not exists (select from public.timers l"
        "   where l.name = r.name and l.stream = r.stream and l.due_at = r.due_at)) as only_rebuilt",
        list(names),
        now + _ABOUT_TO_FIRE,
    )
    return (row["rows"], row["only_live"], row["only_rebuilt"]) if row else (0, 0, 0)


async def put_right(db: Db, names: Sequence[str], rebuilt: str, now: datetime) -> None:
    """Disarm what no event arms, and arm what is not due yet as the events say; what is due is left to fire."""
    await db.execute(
        "delete from public.timers l where name = any($1)"
        f" and not exists (select from {rebuilt} r where r.name = l.name and r.stream = l.stream)",
        list(names),
    )
    await db.execute(
        f"insert into public.timers (name, stream, due_at) select name, stream, due_at from {rebuilt} where name = any($1) and due_at > $2"
        " on conflict (name, stream) do update set due_at = excluded.due_at",
        list(names),
        now,
    )
