"""Which code of the second factor was used last? One is good once."""

from uuid import UUID

from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


class TotpReplayed(Refusal):
    """The code was used already."""

    sentence = "Este código já foi usado. Espere o próximo no aplicativo autenticador."


async def spend(db: Db, staff_id: UUID, step: int) -> None:
    """Use the code of one half minute; raises TotpReplayed."""
    spent = await db.fetchval(
        "insert into totp_uses as t (staff_id, step) values ($1, $2)"
        " on conflict (staff_id) do update set step = excluded.step where t.step < excluded.step returning true",
        staff_id,
        step,
    )
    if not spent:
        raise TotpReplayed
