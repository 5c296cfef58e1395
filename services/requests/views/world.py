"""What a decision rests on, read for share inside its transaction: who acts by what right, the unit, what else its filing needs."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.requests.domain.budget_request.readiness import World
from services.requests.domain.budget_request.refusals import AccessNotLive, RequestUnknown
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import AsHolder, Doer, LiveGrant, Profile, Unit
from services.requests.views.budget_requests import REQUEST, RequestRow
from services.requests.views.grants import GRANT, LIVE
from services.requests.views.people import PROFILE
from services.requests.views.rules import RULES, rules_of
from services.requests.views.units import UNIT, find_unit
from shared.catalogue import editions_in_force, editions_of
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_all_be_fresh, must_be_fresh, refuse_old_news, silences_of
from shared.postgres import Db

SESSIONS = "identity.session"
TOPICS = ("access.grant", "access.consumer-unit", "professional.profile", "identity.user")
READERS = "requests.views"


class AccessUnknown(Unavailable):
    """What others announced has not been read for more than ten seconds: rather wait than guess."""

    sentence = "No momento não é possível confirmar os acessos. Nada foi perdido: tente novamente em instantes."


class SessionUnknown(Unavailable):
    """Whether this session still stands is not known: the reader of identity is behind or silent."""

    sentence = "Não foi possível confirmar sua sessão agora. Tente novamente em instantes."


NOT_KNOWN_NOW = (SessionUnknown, AccessUnknown)
"""What `must_know_access` refuses with."""

ACCESS_KNOWN = {SessionUnknown: (SESSIONS,), AccessUnknown: TOPICS}
"""What a decision that rests on access must have fresh news of, and the refusals where it has not."""


async def must_know_session(db: Db) -> None:
    """What weighs, and all that staff write, is done only while ended sessions are known; raises SessionUnknown."""
    await must_be_fresh(db, READERS, SessionUnknown, [SESSIONS])


async def must_know_access(db: Db) -> None:
    """Refuse to decide on old news; raises SessionUnknown, AccessUnknown."""
    await must_all_be_fresh(db, READERS, ACCESS_KNOWN)


async def get_unit(db: Db, unit_id: UUID) -> Unit:
    """The unit; one that is unknown looks like one that is not yours."""
    unit = await find_unit(db, unit_id)
    if unit is None:
        raise AccessNotLive
    return unit


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit, and by what right somebody acts for it."""

    unit: Unit
    doer: Doer

    def on_record_of(self, holder_id: UUID) -> "Standing":
        """On a record of this holder: whoever took the unit over has no right in what came before."""
        if self.doer.access is None or self.doer.access.holder_id == holder_id:
            return self
        return Standing(self.unit, replace(self.doer, access=None))


async def standing_of(db: Db, person: UUID, unit_id: UUID, today: date) -> Standing:
    """By what right a person acts for a unit today, and with which profile; locked for the deciding transaction, in one statement.

    One that is unknown looks like one that is not yours: raises AccessNotLive.
    """
    found = await _held(db, "select $1::uuid as unit_id", unit_id, person, today)
    return found.standing(person)


async def standing_on_request(db: Db, person: UUID, request_id: UUID, today: date, *, surely: bool = False) -> tuple[RequestRow, Standing]:
    """A request, and as `standing_of` on it, in one statement; `surely`: on fresh news of others only, as `must_know_access`.

    Raises, in this order, SessionUnknown and AccessUnknown where asked for, RequestUnknown, AccessNotLive.
    """
    found = await _held(db, f"select {REQUEST} from budget_requests where request_id = $1", request_id, person, today, surely=surely)
    if surely:
        refuse_old_news(found.silences, ACCESS_KNOWN)
    if found.record is None:
        raise RequestUnknown
    row = RequestRow(*found.record)
    return row, found.standing(person).on_record_of(row.holder_id)


class _Held(NamedTuple):
    """What a statement of `_held` has read, each a row or nothing."""

    silences: str | None
    record: tuple[Any, ...] | None
    unit: tuple[Any, ...] | None
    profile: tuple[Any, ...] | None
    proven: bool | None
    grant: tuple[Any, ...] | None

    def standing(self, person: UUID) -> Standing:
        """What that means for a person; raises AccessNotLive."""
        if self.unit is None:
            raise AccessNotLive
        unit = Unit(*self.unit)
        access = AsHolder(person, proven=bool(self.proven)) if unit.holder_id == person else LiveGrant(*self.grant) if self.grant else None
        return Standing(unit, Doer(person, access, Profile(*self.profile) if self.profile else None, bool(self.proven)))


async def _held(db: Db, record: str, key: UUID, person: UUID, today: date, *, surely: bool = False) -> _Held:
    """A record, $1 its key, that has a `unit_id`; and locked, as they stand today: that unit, the person's profile, proof and grant."""
    silences = silences_of(f"'{READERS}'") if surely else "null"
    [row] = await db.fetch(
        f"with record as materialized ({record}),"
        f" unit as materialized (select {UNIT} from units where unit_id = (select unit_id from record) for share),"
        f" profile as materialized (select {PROFILE} from profiles where person_id = $2 for share),"
        " holder as materialized (select proven from holders where person_id = $2 for share),"
        f" live as materialized (select {GRANT} from grants where professional_id = $2 and unit_id = (select unit_id from unit) and {LIVE}"
        "   and holder_id = (select holder_id from unit) order by ends_on desc limit 1 for share)"
        f" select {silences}, (select record from record), (select unit from unit), (select profile from profile),"
        " (select proven from holder), (select live from live)",
        key,
        person,
        today,
    )
    return _Held(*row)


async def world_of(db: Db, draft: Draft, standing: Standing, today: date) -> World:
    """Everything outside a draft that its filing rests on; `standing` is what was read in this transaction of who files it."""
    unit = standing.unit
    [row] = await db.fetch(
        f"with profile as materialized (select {PROFILE} from profiles where person_id = $1 for share),"
        f" live as materialized (select {GRANT} from grants where professional_id = $1 and unit_id = $2 and {LIVE}"
        "   and holder_id = $4 order by ends_on desc limit 1 for share)"
        " select (select profile from profile), (select live from live) is not null,"
        " exists (select from budget_requests where unit_id = $2 and is_open and request_id <> $5),"
        f" {editions_in_force('$6', '$3')}",
        draft.responsible_id,
        unit.unit_id,
        today,
        unit.holder_id,
        draft.started.request_id,
        RULES,
    )
    responsible, has_access, request_open, editions = row
    return World(
        doer=standing.doer,
        unit=unit,
        responsible=Profile(*responsible) if responsible else None,
        responsible_has_access=has_access,
        rules=rules_of(*await editions_of(db, RULES, editions)),
        request_open=request_open,
        today=today,
    )
