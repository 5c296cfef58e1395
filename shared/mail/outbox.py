"""The outbox: mail is written down in the transaction of the fact it tells, and handed over by the worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.eventsourcing.event import Recorded
from shared.eventsourcing.writes import Writes
from shared.ids import derived_id
from shared.mail.templates import Templates


def write(
    writes: Writes,
    event: Recorded[Any],
    person: UUID,
    fact: str,
    values: Mapping[str, str],
    templates: Templates,
    due_at: datetime | None = None,
) -> UUID:
    """Write one mail to one person about one event; the same event tells the same person once."""
    return write_to_all(writes, event, [person], fact, values, templates, due_at)[0]


def write_to_all(
    writes: Writes,
    event: Recorded[Any],
    people: Sequence[UUID],
    fact: str,
    values: Mapping[str, str],
    templates: Templates,
    due_at: datetime | None = None,
) -> Sequence[UUID]:
    """Write the same mail to each of these people about one event; the same event tells the same person once."""
    message = templates.fill(fact, values)
    mails = [derived_id(event.id, f"mail/{person}") for person in people]
    due = due_at or event.recorded_at
    writes.add(
        "insert into outbox (id, person_id, fact, subject, text, html, correlation, due_at, next_try_at)"
        " select id, person, $3, $4, $5, $6, $7, $8, $8 from unnest($1::uuid[], $2::uuid[]) mail(id, person) on conflict (id) do nothing",
        mails,
        people,
        fact,
        message.subject,
        message.text,
        message.html,
        event.cause.correlation,
        due,
    )
    return mails
