"""Who is told what by mail? Written beside the facts, handed over by the worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.access.domain.grant import events as e
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.writes import Writes
from shared.mail.outbox import write
from shared.mail.templates import Templates
from shared.postgres import Db

type _Notice = tuple[str, Sequence[str], Mapping[str, str]]
type _Told = Sequence[_Notice]
_BOTH = ("holder", "professional")
_OTHER = {"holder": ("professional",), "professional": ("holder",), "register": _BOTH}
_DAY_FIRST = "%d/%m/%Y"


@dataclass(frozen=True)
class NoticesByMail:
    """An own view over the outbox; a mail that was sent is not sent again, so it is not rebuilt."""

    templates: Templates
    name: ClassVar[str] = "notices_by_mail_1"
    not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
    category: ClassVar[str] = "grant"
    on: ClassVar[frozenset[type[Event]]] = frozenset(
        {*e.PUBLISHED, e.ReminderDue, e.ExtensionProposed, e.ExtensionDeclined, e.EndAnnounced}
    )

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write each mail once; an offer of several units is one mail."""
        for record in events:
            told = await _reminder(await writes.sent(), record.event) if isinstance(record.event, e.ReminderDue) else _told(record.event)
            for fact, sides, values in told:
                await self._write(writes, record, fact, sides, values)

    async def _write(self, writes: Writes, record: Recorded[Any], fact: str, sides: Sequence[str], values: Mapping[str, str]) -> None:
        row = await (await writes.sent()).fetchrow(
            "select g.holder_id, g.professional_id, u.number from grants g join consumer_units u on u.unit_id = g.unit_id"
            " where g.grant_id = $1",
            record.event.grant_id,
        )
        if row is None:
            return
        people = {"holder": row["holder_id"], "professional": row["professional_id"]}
        given = {name: str(person) for name, person in people.items()} | {"unit": row["number"], "grant": str(record.event.grant_id)}
        for side in sides:
            if fact != "access-offered" or not await _told_already(await writes.sent(), people[side], record):
                write(writes, record, people[side], fact, {**given, **values}, self.templates)


async def _told_already(db: Db, person: UUID, record: Recorded[Any]) -> bool:
    """Whether this transaction has told this person of an offer: what is due is not older than its beginning."""
    found = "select exists (select 1 from outbox where person_id = $1 and correlation = $2 and fact = 'access-offered' and due_at >= now())"
    return bool(await db.fetchval(found, person, record.cause.correlation))


async def _reminder(db: Db, event: e.ReminderDue) -> _Told:
    state = await db.fetchval("select state from grants where grant_id = $1 and unit_id is not null", event.grant_id)
    match state:
        case "offered":
            return [("access-offered-reminder", ("professional",), {})]
        case "requested":
            return [("access-requested-reminder", ("holder",), {})]
        case _:
            return []


def _told(event: Event) -> _Told:
    match event:
        case e.AccessOffered():
            told: _Notice = ("access-offered", ("professional",), {"ends_on": _day(event.ends_on)})
        case e.AccessRequested():
            told = ("access-requested", ("holder",), {"protocol": event.protocol})
        case e.AccessDeclined():
            told = ("access-declined", _OTHER[event.declined_by], {})
        case e.AccessOfferWithdrawn():
            told = ("access-withdrawn", _OTHER[event.withdrawn_by], {})
        case e.AccessOfferLapsed():
            told = ("access-lapsed", _BOTH, {})
        case e.ExtensionProposed():
            told = ("extension-proposed", _OTHER[event.proposed_by], {"ends_on": _day(event.ends_on)})
        case e.ExtensionDeclined():
            told = ("extension-declined", _OTHER[event.declined_by], {})
        case _:
            return _told_both(event)
    return [told]


def _told_both(event: Event) -> _Told:
    match event:
        case e.AccessGranted():
            told: tuple[str, Mapping[str, str]] = ("access-granted", {"ends_on": _day(event.ends_on)})
        case e.AccessExtended():
            told = ("access-extended", {"ends_on": _day(event.ends_on)})
        case e.EndAnnounced():
            told = ("end-announced", {"ends_on": _day(event.ends_on)})
        case e.AccessRevoked():
            told = ("access-revoked", {})
        case e.AccessExpired():
            told = ("access-expired", {})
        case e.AccessSuspended():
            told = ("access-suspended", {})
        case e.AccessReinstated():
            told = ("access-reinstated", {})
        case _:
            return []
    fact, values = told
    return [(fact, _BOTH, values)]


def _day(day: date) -> str:
    return day.strftime(_DAY_FIRST)
