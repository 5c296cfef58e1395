"""What a decision rests on, read for share inside its transaction: who acts by what right, the unit, the rules in force."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.requests.domain.budget_request.readiness import World
from services.requests.domain.budget_request.refusals import AccessNotLive
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import AsHolder, DocumentRule, Doer, RulesInForce, Unit
from services.requests.views.budget_requests import is_open_for
from services.requests.views.grants import find_live_grant
from services.requests.views.people import find_profile, is_proven_holder
from services.requests.views.units import find_unit
from shared.catalogue import Edition, entries
from shared.contracts.requests.parts import CatalogueVersion
from shared.eventsourcing.refusal import Unavailable
from shared.eventsourcing.silence import must_be_fresh
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
    await must_know_session(db)
    await must_be_fresh(db, "requests.views", AccessUnknown, TOPICS)


async def get_unit(db: Db, unit_id: UUID) -> Unit:
    """The unit; one that is unknown looks like one that is not yours."""
    unit = await find_unit(db, unit_id)
    if unit is None:
        raise AccessNotLive
    return unit


async def doer_of(db: Db, person: UUID, unit: Unit, today: date) -> Doer:
    """By what right a person acts for a unit today, and with which profile."""
    profile = await find_profile(db, person)
    if unit.holder_id == person:
        return Doer(person, AsHolder(person, proven=await is_proven_holder(db, person)), profile)
    return Doer(person, await find_live_grant(db, person, unit.unit_id, unit.holder_id, today), profile)


async def doer_on(db: Db, person: UUID, unit: Unit, holder_id: UUID, today: date) -> Doer:
    """By what right a person acts on a record of this holder: whoever took the unit over has none in what came before."""
    doer = await doer_of(db, person, unit, today)
    return doer if doer.access is None or doer.access.holder_id == holder_id else replace(doer, access=None)


async def world_of(db: Db, draft: Draft, person: UUID, today: date) -> World:
    """Everything outside a draft that its filing rests on."""
    unit = await get_unit(db, draft.started.unit_id)
    doer = await doer_on(db, person, unit, draft.started.holder_id, today)
    responsible = await find_profile(db, draft.responsible_id) if draft.responsible_id else None
    has_access = False
    if draft.responsible_id is not None:
        has_access = await find_live_grant(db, draft.responsible_id, unit.unit_id, unit.holder_id, today) is not None
    return World(
        doer=doer,
        unit=unit,
        responsible=responsible,
        responsible_has_access=has_access,
        rules=await rules_in_force(db, today),
        request_open=await is_open_for(db, unit.unit_id, but=draft.started.request_id),
        today=today,
    )


async def rules_in_force(db: Db, on: date) -> RulesInForce:
    """The editions a request would be filed under that day."""
    documents = await entries(db, "request-documents", on)
    declarations = await entries(db, "declarations", on)
    motives = await entries(db, "motives", on)
    purposes = await entries(db, "purposes", on)
    return RulesInForce(
        documents=document_rules(documents),
        declarations=frozenset(entry.code for entry in declarations.entries if entry.enabled),
        versions=tuple(CatalogueVersion(code=one.code, version=one.version) for one in (motives, purposes, documents, declarations)),
    )


async def commissioning_rules(db: Db, on: date) -> tuple[DocumentRule, ...]:
    """The documents that a commissioning has that day."""
    return document_rules(await entries(db, "commissioning-documents", on))


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
