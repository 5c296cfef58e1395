"""In which browsers is somebody known? Each seal carries a generation; the next one makes strangers of all. Rows of their own."""

from uuid import UUID

from shared.postgres import Db


async def generation(db: Db, subject_id: UUID) -> int:
    """The generation of the seals that are good for a user or staff member."""
    return int(await db.fetchval("select generation from known_browsers where subject_id = $1", subject_id) or 0)


async def forget(db: Db, subject_id: UUID) -> None:
    """Whoever logged in somewhere until now is a stranger there from now on."""
    await db.execute(
        "insert into known_browsers as k (subject_id, generation) values ($1, 1)"
        " on conflict (subject_id) do update set generation = k.generation + 1",
        subject_id,
    )


async def drop(db: Db, subject_id: UUID) -> None:
    """There is nobody any more to be known: the account is erased, and no seal of its is opened again."""
    await db.execute("delete from known_browsers where subject_id = $1", subject_id)
