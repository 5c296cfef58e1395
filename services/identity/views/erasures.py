"""Who asked to be forgotten, what has each service kept, and where do notices go meanwhile? Rows of their own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.erasure import ErasureApplied, Kept
from shared.postgres import Db

ANSWERING = ("access", "backoffice", "professional", "requests")
"""The services that answer; identity's own share goes at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service keeps, and whether notices are still due there."""

    service: str
    kept: Sequence[Kept]
    notices_due: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an erasure is."""

    erasure_id: UUID
    person_id: UUID
    at: datetime
    answers: Sequence[Answer]

    @property
    def waiting_for(self) -> Sequence[str]:
        """The services that have not answered yet."""
        answered = {answer.service for answer in self.answers}
        return [service for service in ANSWERING if service not in answered]

    @property
    def notices_due(self) -> bool:
        """Whether something of the person's is still under way somewhere."""
        return any(answer.notices_due for answer in self.answers)

    @property
    def kept_until(self) -> date | None:
        """The last day on which anything is kept by duty; None where nothing is, or where its end is not known yet."""
        return max((kept.until for answer in self.answers for kept in answer.kept if kept.until is not None), default=None)


async def begin(db: Db, erasure_id: UUID, person_id: UUID, at: datetime, *, email: str | None, phone: str | None) -> None:
    """Note an erasure; the contact stays until every service has said that no notice is due."""
    await db.execute("insert into erasures (erasure_id, person_id, at) values ($1, $2, $3)", erasure_id, person_id, at)
    await db.execute("delete from erasure_answers where person_id = $1", person_id)
    await db.execute(
        "insert into kept_contacts (person_id, email, phone, since) values ($1, $2, $3, $4)"
        " on conflict (person_id) do update set email = excluded.email, phone = excluded.phone, since = excluded.since",
        person_id,
        email,
        phone,
        at,
    )


async def note_answer(db: Db, service: str, applied: ErasureApplied) -> None:
    """What a service answered; a later answer replaces an earlier one."""
    await db.execute(
        "insert into erasure_answers (person_id, service, kept, notices_due, applied_at) values ($1, $2, $3, $4, $5)"
        " on conflict (person_id, service) do update set kept = excluded.kept, notices_due = excluded.notices_due,"
        " applied_at = excluded.applied_at",
        applied.person_id,
        service,
        json.dumps([kept.model_dump(mode="json") for kept in applied.kept]),
        applied.notices_due,
        applied.applied_at,
    )


async def forget_contact(db: Db, person_id: UUID) -> None:
    """No notice is due any more: the contact goes too."""
    await db.execute("delete from kept_contacts where person_id = $1", person_id)


async def find_of(db: Db, person_id: UUID) -> Standing | None:
    """The newest erasure of a person."""
    row = await db.fetchrow("select erasure_id, person_id, at from erasures where person_id = $1 order by at desc limit 1", person_id)
    return await _standing(db, row["erasure_id"], row["person_id"], row["at"]) if row else None


async def find(db: Db, erasure_id: UUID) -> Standing | None:
    """An erasure by its id."""
    row = await db.fetchrow("select erasure_id, person_id, at from erasures where erasure_id = $1", erasure_id)
    return await _standing(db, row["erasure_id"], row["person_id"], row["at"]) if row else None


async def _standing(db: Db, erasure_id: UUID, person_id: UUID, at: datetime) -> Standing:
    rows = await db.fetch("select service, kept, notices_due from erasure_answers where person_id = $1 order by service", person_id)
    answers = [
        Answer(row["service"], [Kept.model_validate_json(json.dumps(one)) for one in json.loads(row["kept"])], row["notices_due"])
        for row in rows
    ]
    return Standing(erasure_id, person_id, at, answers)


async def forget_rows(db: Db, person_id: UUID) -> None:
    """What stands in clear beside the account: letters that wait, counters."""
    await db.execute("delete from mails where person_id = $1", person_id)
    await db.execute("delete from attempts where subject = $1", person_id)
