"""Which records may a person see in full? Their own as proven holder, and those of a holder under whose live grant they act."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from services.requests.views.people import PROVEN
from shared.postgres import Db

_RECORDS = (
    "select request_id as record_id, unit_id, holder_id from budget_requests where request_id = any($2)"
    " union all select commissioning_id, unit_id, holder_id from commissionings where commissioning_id = any($2)"
)
_MAY_FILE = "coalesce((select may_file from profiles where person_id = $1), false)"


def seen_in_full(record: str, today: str) -> str:
    """SQL: whether the person $1 sees a row of requests or commissionings in full on a day; each row costs a look at two indexes.

    As holder only where the account is proven to be theirs: whoever signs up with somebody's CPF has that person's id.
    A grant counts for what was begun under the holder who gave it: whoever took the unit over sees nothing of what came before.
    """
    return (
        f"(({record}.holder_id = $1 and {PROVEN}) or exists (select from grants g join units u using (unit_id)"
        f" where g.professional_id = $1 and g.unit_id = {record}.unit_id and g.holder_id = {record}.holder_id"
        f" and u.holder_id = {record}.holder_id and g.state = 'live' and g.ends_on >= {today}))"
    )


async def records_seen(db: Db, person: UUID, records: Collection[UUID], today: date) -> Mapping[UUID, bool]:
    """Those of these requests and commissionings that a person sees in full, in one question however many they are.

    And whether their technical documents too: the holder does, and a profession that may file them, also while it is suspended.
    """
    rows = await db.fetch(
        f"select record_id, holder_id = $1 or {_MAY_FILE} as technical from ({_RECORDS}) record where {seen_in_full('record', '$3')}",
        person,
        list(records),
        today,
    )
    return {row["record_id"]: row["technical"] for row in rows}
