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


_OWED = "service <> 'identity'"
"""Letters about what has a protocol in another service: they are owed (arts. 403 and 417), and the account's own letters are not."""


async def begin(db: Db, erasure_id: UUID, person_id: UUID, at: datetime, *, email: str | None, phone: str | None, proven: bool) -> None:
    """Note an erasure; the contact stays until every service has said that no notice is due.

    That of an account which is not proven to be the person's takes the place neither of one that is kept already nor of the register's.
    """
    await db.execute("insert into erasures (erasure_id, person_id, at) values ($1, $2, $3)", erasure_id, person_id, at)
    await db.execute("delete from erasure_answers where person_id = $1", person_id)
    await db.execute(
        "insert into kept_contacts as k (person_id, email, phone, since)"
        " select $1, case when known then $2 end, case when known then $3 end, $4 from (select $5 or not exists"
        "  (select from register where person_id = $1 and status = 'active' and email is not null) as known) c"
        " on conflict (person_id) do update set email = case when $5 then excluded.email else k.email end,"
        " phone = case when $5 then excluded.phone else k.phone end, since = excluded.since, over = false",
        person_id,
        email,
        phone,
        at,
        proven,
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
    """No notice is due any more: the contact goes too, at the latest with the last letter that waits for it."""
    await db.execute("update kept_contacts set over = true where person_id = $1", person_id)
    await forget_contact_unless_owed(db, person_id)


async def forget_contact_unless_owed(db: Db, person_id: UUID) -> None:
    """A letter has ended: was it the last that the contact was kept for, it goes."""
    await db.execute(
        "delete from kept_contacts where person_id = $1 and over and not exists (select from mails"
        f" where person_id = $1 and {_OWED} and delivered_at is null and bounced_at is null)",
        person_id,
    )


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
    """What stands in clear beside the account: its own letters that wait, the words and addresses of all that ended, counters.

    A letter that another service owes goes on, to the contact that is kept for it. Of each that ended, the line stays as long as
    protocols do: what it was about, and how it ended.
    """
    await db.execute(f"delete from mails where person_id = $1 and delivered_at is null and bounced_at is null and not ({_OWED})", person_id)
    await db.execute(
        "update mails set address = null, subject = null, text = null, html = null, error = null,"
        f" settled_at = case when bounced_at is null or {_OWED} then settled_at else coalesce(settled_at, clock_timestamp()) end"
        " where person_id = $1 and (delivered_at is not null or bounced_at is not null)",
        person_id,
    )
    await db.execute("delete from attempts where subject = $1", person_id)


async def forget_letters(db: Db, person_id: UUID, erased_at: datetime) -> None:
    """Nothing has to be kept any more: the lines of letters that ended go too, but for those of an account opened since."""
    await db.execute(
        "delete from mails where person_id = $1 and (delivered_at is not null or bounced_at is not null)"
        " and (accepted_at < $2 or not exists (select from accounts where person_id = $1))",
        person_id,
        erased_at,
    )
