"""Who offered, asked for or has access to what, until when?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from services.access.domain.grant import events as e
from services.access.domain.grant.refusals import AccessAlreadyLive, OfferAlreadyOpen
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class GrantsView:
    """An own view: one row per offer, ask or grant. One open and one live per professional and unit, by unique indexes."""

    name: ClassVar[str] = "grants_1"
    category: ClassVar[str] = "grant"
    tables: ClassVar[tuple[str, ...]] = ("grants",)
    taken: ClassVar[Mapping[str, type[Refusal]]] = {
        "grants_one_open": OfferAlreadyOpen,
        "grants_one_ask": OfferAlreadyOpen,
        "grants_one_live": AccessAlreadyLive,
    }
    on: ClassVar[frozenset[type[Event]]] = frozenset({*e.PUBLISHED, *e.PRIVATE})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Write what these events mean."""
        for record in events:
            _project(writes, record.event, record.version)


def _project(writes: Writes, event: Event, version: int) -> None:
    match event:
        case e.AccessOffered():
            _open(writes, event, version)
        case e.UnitTyped():
            _ask(writes, event, version)
        case e.AccessRequested():
            found = {"unit_id": event.unit_id, "holder_id": event.holder_id}
            _set(writes, event.grant_id, version, **found, protocol=event.protocol, lapses_at=event.lapses_at)
        case e.AskNotMatched():
            _set(writes, event.grant_id, version, protocol=event.protocol, lapses_at=event.lapses_at)
        case e.ReminderDue() | e.EndAnnounced():
            _set(writes, event.grant_id, version)
        case _:
            _live(writes, event, version)


def _live(writes: Writes, event: Event, version: int) -> None:
    match event:
        case e.AccessGranted():
            live = {"state": "live", "may_decide": event.may_decide, "ends_on": event.ends_on}
            _set(writes, event.grant_id, version, **live, granted_at=event.granted_at)
        case e.ExtensionProposed():
            _set(writes, event.grant_id, version, extension_by=event.proposed_by, extension_ends_on=event.ends_on)
        case e.ExtensionDeclined():
            _set(writes, event.grant_id, version, extension_by=None, extension_ends_on=None)
        case e.AccessExtended():
            _set(writes, event.grant_id, version, ends_on=event.ends_on, extension_by=None, extension_ends_on=None)
        case e.AccessSuspended() | e.AccessReinstated():
            _set(writes, event.grant_id, version, suspended=isinstance(event, e.AccessSuspended))
        case _:
            _end(writes, event, version)


def _end(writes: Writes, event: Event, version: int) -> None:
    match event:
        case e.AccessDeclined():
            _over(writes, event.grant_id, version, "declined", event.declined_at, event.declined_by)
        case e.AccessOfferWithdrawn():
            _over(writes, event.grant_id, version, "withdrawn", event.withdrawn_at, event.withdrawn_by)
        case e.UnmatchedAskCancelled():
            _over(writes, event.grant_id, version, "withdrawn", event.cancelled_at, "professional")
        case e.AccessOfferLapsed() | e.UnmatchedAskLapsed():
            _over(writes, event.grant_id, version, "lapsed", event.lapsed_at, None)
        case e.AccessRevoked():
            _over(writes, event.grant_id, version, "revoked", event.revoked_at, event.by, event.reason)
        case e.AccessExpired():
            _over(writes, event.grant_id, version, "expired", event.expired_at, None)
        case _:
            return


def _open(writes: Writes, event: e.AccessOffered, version: int) -> None:
    writes.add(
        "insert into grants (grant_id, unit_id, holder_id, professional_id, state, may_decide, ends_on, opened_at, lapses_at, version)"
        " values ($1, $2, $3, $4, 'offered', $5, $6, $7, $8, $9)",
        event.grant_id,
        event.unit_id,
        event.holder_id,
        event.professional_id,
        event.may_decide,
        event.ends_on,
        event.offered_at,
        event.lapses_at,
        version,
    )


def _ask(writes: Writes, event: e.UnitTyped, version: int) -> None:
    writes.add(
        "insert into grants (grant_id, professional_id, state, number, asked_of_id, opened_at, version)"
        " values ($1, $2, 'requested', $3, $4, $5, $6)",
        event.grant_id,
        event.professional_id,
        event.number,
        event.asked_of_id,
        event.typed_at,
        version,
    )


def _set(writes: Writes, grant_id: UUID, version: int, **values: object) -> None:
    changes = "".join(f", {name} = ${n}" for n, name in enumerate(values, 3))
    writes.add(f"update grants set version = $2{changes} where grant_id = $1", grant_id, version, *values.values())


def _over(
    writes: Writes, grant_id: UUID, version: int, state: str, ended_at: datetime, ended_by: str | None, reason: str | None = None
) -> None:
    gone = {"extension_by": None, "extension_ends_on": None}
    _set(writes, grant_id, version, state=state, ended_at=ended_at, ended_by=ended_by, reason=reason, **gone)


_SHOWN = (
    "select g.*, u.number as unit_number, u.legacy_number, u.municipality_ibge, u.holder_id as unit_holder_id,"
    " coalesce(p.approved, false) as profile_approved, p.valid_until as profile_valid_until"
    " from grants g left join consumer_units u on u.unit_id = g.unit_id"
    " left join approved_profiles p on p.person_id = g.professional_id"
)


async def find_grant(db: Db, grant_id: UUID, person: UUID) -> asyncpg.Record | None:
    """One grant of this person, on either side."""
    return await db.fetchrow(f"{_SHOWN} where g.grant_id = $1 and $2 in (g.holder_id, g.professional_id)", grant_id, person)


async def grants_of(
    db: Db, person: UUID, side: str | None, state: str | None, after: tuple[datetime, UUID] | None, limit: int, *, proven: bool
) -> Sequence[asyncpg.Record]:
    """The grants of a person on either side, newest first; on the holder's only where the account is proven to be theirs."""
    return await db.fetch(
        f"{_SHOWN} where (($7 and coalesce($2, 'holder') = 'holder' and g.holder_id = $1)"
        " or (coalesce($2, 'professional') = 'professional' and g.professional_id = $1))"
        " and ($3::text is null or g.state = $3) and ($4::timestamptz is null or (g.opened_at, g.grant_id) < ($4, $5::uuid))"
        " order by g.opened_at desc, g.grant_id desc limit $6",
        person,
        side,
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
        proven,
    )


async def clients_of(db: Db, professional: UUID, q: str, after: tuple[str, UUID] | None, limit: int) -> Sequence[asyncpg.Record]:
    """The units a professional may act for, by number; `q` is the beginning of any number the unit answers to."""
    return await db.fetch(
        f"{_SHOWN} where g.professional_id = $1 and g.state = 'live'"
        " and ($2 = '' or exists (select 1 from unit_numbers n where n.unit_id = g.unit_id and ltrim(n.number, '0') like $2 || '%'))"
        " and ($3::text is null or (u.number, g.grant_id) > ($3, $4::uuid)) order by u.number, g.grant_id limit $5",
        professional,
        q.lstrip("0"),
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def is_live(db: Db, professional: UUID, unit_id: UUID) -> bool:
    """Whether this professional has a grant for this unit that was not ended."""
    found = "select exists (select 1 from grants where professional_id = $1 and unit_id = $2 and state = 'live')"
    return bool(await db.fetchval(found, professional, unit_id))


async def overdue(
    db: Db, professional: UUID, unit_id: UUID | None, number: str | None, asked_of: UUID | None, now: datetime, today: date
) -> list[tuple[UUID, str]]:
    """What of this professional, for this unit or for the pair typed, is over by the clock and still stands; id and state."""
    rows = await db.fetch(
        "select grant_id, state from grants where professional_id = $1 and (unit_id = $2 or (number = $3 and asked_of_id = $4))"
        " and ((state in ('offered', 'requested') and lapses_at <= $5) or (state = 'live' and ends_on < $6)) order by grant_id",
        professional,
        unit_id,
        number,
        asked_of,
        now,
        today,
    )
    return [(row["grant_id"], row["state"]) for row in rows]


async def has_access(db: Db, professional: UUID, unit_id: UUID, today: date) -> bool:
    """Whether this professional may act for the unit today: live, not suspended, and of its present holder."""
    return bool(
        await db.fetchval(
            "select exists (select 1 from grants g join consumer_units u on u.unit_id = g.unit_id and u.holder_id = g.holder_id"
            " where g.professional_id = $1 and g.unit_id = $2 and g.state = 'live' and not g.suspended and g.ends_on >= $3)",
            professional,
            unit_id,
            today,
        )
    )


async def has_open_ask(db: Db, professional: UUID, unit_id: UUID, number: str) -> bool:
    """Whether this professional has asked for this unit under another of its numbers."""
    found = "select exists (select 1 from grants where professional_id = $1 and unit_id = $2 and state = 'requested' and number <> $3)"
    return bool(await db.fetchval(found, professional, unit_id, number))


async def asks_since(db: Db, professional: UUID, since: datetime) -> int:
    """How often a professional has asked since; one ask at a time, so that none slips past the count."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended('ask/' || $1, 0))", str(professional))
    found = "select count(*) from grants where professional_id = $1 and asked_of_id is not null and opened_at >= $2"
    return int(await db.fetchval(found, professional, since))


async def standing(db: Db, *, unit_id: UUID, holder_id: UUID) -> Sequence[UUID]:
    """Grants, offers and asks of a unit with this holder that have not ended."""
    rows = await db.fetch(
        "select grant_id from grants where unit_id = $1 and holder_id = $2 and state in ('offered', 'requested', 'live') order by grant_id",
        unit_id,
        holder_id,
    )
    return [row["grant_id"] for row in rows]


async def last_end_of(db: Db, person: UUID) -> date | None:
    """The last day on which anything of this person's ends or ended here; None when there was nothing."""
    found: date | None = await db.fetchval(
        "select max(greatest(ends_on, ended_at::date, lapses_at::date, opened_at::date)) from grants"
        " where $1 in (holder_id, professional_id, asked_of_id)",
        person,
    )
    return found


async def opened_by_person(db: Db, person: UUID, since: datetime) -> Sequence[UUID]:
    """Grants, offers and asks in which this person took part since, and that stand undisputed."""
    rows = await db.fetch(
        "select grant_id from grants where $1 in (holder_id, professional_id) and coalesce(granted_at, opened_at) >= $2"
        " and state in ('offered', 'requested', 'live') and not suspended order by grant_id",
        person,
        since,
    )
    return [row["grant_id"] for row in rows]


async def streams_naming(db: Db, person: UUID, *, proven: bool) -> Sequence[str]:
    """The grants, offers and asks in which a person takes part; as holder only where the account is proven to be theirs."""
    rows = await db.fetch(
        "select grant_id from grants where professional_id = $1 or ($2 and holder_id = $1) order by grant_id", person, proven
    )
    return [f"grant-{row['grant_id']}" for row in rows]
