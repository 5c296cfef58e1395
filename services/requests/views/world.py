"""What a decision rests on, read for share inside its transaction: who acts by what right, the unit, the rules in force."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from services.requests.domain.budget_request.readiness import World
from services.requests.domain.budget_request.refusals import AccessNotLive
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import AsHolder, DocumentRule, Doer, LiveGrant, Profile, RulesInForce, Unit
from services.requests.views.grants import GRANT, LIVE
from services.requests.views.people import PROFILE
from services.requests.views.units import UNIT, find_unit
from shared.catalogue import Edition, entries, entries_of_all
from shared.contracts.requests.parts import CatalogueVersion
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_all_be_fresh, must_be_fresh
from shared.postgres import Db

SESSIONS = "identity.session"
TOPICS = ("access.grant", "access.consumer-unit", "professional.profile", "identity.user")


class AccessUnknown(Unavailable):
    """What others announced has not been read for more than ten seconds: rather wait than guess."""

    sentence = "No momento não é possível confirmar os acessos. Nada foi perdido: tente novamente em instantes."


class SessionUnknown(Unavailable):
    """Whether this session still stands is not known: the reader of identity is behind or silent."""

    sentence = "Não foi possível confirmar sua sessão agora. Tente novamente em instantes."


NOT_KNOWN_NOW = (SessionUnknown, AccessUnknown)
"""What `must_know_access` refuses with."""


async def must_know_session(db: Db) -> None:
    """What weighs, and all that staff write, is done only while ended sessions are known; raises SessionUnknown."""
    await must_be_fresh(db, "requests.views", SessionUnknown, [SESSIONS])


async def must_know_access(db: Db) -> None:
    """Refuse to decide on old news; raises SessionUnknown, AccessUnknown."""
    await must_all_be_fresh(db, "requests.views", {SessionUnknown: [SESSIONS], AccessUnknown: TOPICS})


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


async def standing_of(db: Db, person: UUID, unit_id: UUID, today: date) -> Standing:
    """By what right a person acts for a unit today, and with which profile; locked for the deciding transaction, in one statement.

    One that is unknown looks like one that is not yours: raises AccessNotLive.
    """
    [row] = await db.fetch(
        f"with unit as materialized (select {UNIT} from units where unit_id = $1 for share),"
        f" profile as materialized (select {PROFILE} from profiles where person_id = $2 for share),"
        " holder as materialized (select proven from holders where person_id = $2 for share),"
        f" live as materialized (select {GRANT} from grants where professional_id = $2 and unit_id = $1 and {LIVE}"
        "   and holder_id = (select holder_id from unit) order by ends_on desc limit 1 for share)"
        " select (select unit from unit), (select profile from profile), (select proven from holder), (select live from live)",
        unit_id,
        person,
        today,
    )
    found, profile, proven, live = row
    if found is None:
        raise AccessNotLive
    unit = Unit(*found)
    access = AsHolder(person, proven=bool(proven)) if unit.holder_id == person else LiveGrant(*live) if live else None
    return Standing(unit, Doer(person, access, Profile(*profile) if profile else None))


async def standing_on(db: Db, person: UUID, unit_id: UUID, holder_id: UUID, today: date) -> Standing:
    """By what right a person acts on a record of this holder: whoever took the unit over has none in what came before."""
    found = await standing_of(db, person, unit_id, today)
    if found.doer.access is None or found.doer.access.holder_id == holder_id:
        return found
    return Standing(found.unit, replace(found.doer, access=None))


async def world_of(db: Db, draft: Draft, standing: Standing, today: date) -> World:
    """Everything outside a draft that its filing rests on; `standing` is what was read in this transaction of who files it."""
    unit = standing.unit
    [row] = await db.fetch(
        f"with profile as materialized (select {PROFILE} from profiles where person_id = $1 for share),"
        f" live as materialized (select {GRANT} from grants where professional_id = $1 and unit_id = $2 and {LIVE}"
        "   and holder_id = $4 order by ends_on desc limit 1 for share)"
        " select (select profile from profile), (select live from live) is not null,"
        " exists (select from budget_requests where unit_id = $2 and is_open and request_id <> $5)",
        draft.responsible_id,
        unit.unit_id,
        today,
        unit.holder_id,
        draft.started.request_id,
    )
    responsible, has_access, request_open = row
    return World(
        doer=standing.doer,
        unit=unit,
        responsible=Profile(*responsible) if responsible else None,
        responsible_has_access=has_access,
        rules=await rules_in_force(db, today),
        request_open=request_open,
        today=today,
    )


async def rules_in_force(db: Db, on: date) -> RulesInForce:
    """The editions a request would be filed under that day."""
    motives, purposes, documents, declarations = await entries_of_all(db, ("motives", "purposes", "request-documents", "declarations"), on)
    return RulesInForce(
        documents=document_rules(documents),
        declarations=frozenset(entry.code for entry in declarations.entries if entry.enabled),
        versions=tuple(CatalogueVersion(code=one.code, version=one.version) for one in (motives, purposes, documents, declarations)),
    )


async def commissioning_rules(db: Db, on: date) -> tuple[DocumentRule, ...]:
    """The documents that a commissioning has that day."""
    return document_rules(await entries(db, "commissioning-documents", on))


@lru_cache(maxsize=64)
def document_rules(edition: Edition) -> tuple[DocumentRule, ...]:
    """The lines of a catalogue of documents, as the rules read them."""
    return tuple(
        DocumentRule(
            code=entry.code,
            label=entry.label,
            order=entry.order,
            article=entry.article,
            generated=bool(entry.get("generated", False)),
            micro=str(entry.get("micro", "required")),
            mini=str(entry.get("mini", "required")),
            when=dict(entry.get("when", {})),
            most=int(entry.get("most", 1)),
        )
        for entry in edition.entries
        if entry.enabled
    )
