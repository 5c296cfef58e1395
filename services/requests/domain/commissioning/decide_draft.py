"""Preparing and filing a commissioning: as built against what was approved, documents, contractor."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.requests.domain import clocks
from services.requests.domain.budget_request import power
from services.requests.domain.budget_request.narrowing import may_act
from services.requests.domain.budget_request.refusals import (
    DocumentMissing,
    DocumentNotExpected,
    DocumentSlotFull,
    ProfessionMayNotFile,
    ProfileNotApproved,
)
from services.requests.domain.commissioning import commands, events, refusals
from services.requests.domain.commissioning.states import Commissioning, Draft, NotStarted
from services.requests.domain.facts import DocumentRule, Doer, LiveGrant
from shared.contracts.requests.parts import FiledDocument
from shared.eventsourcing.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the checklist."""

    code: str
    label: str
    article: str | None
    required: bool
    most: int


def start(command: commands.StartCommissioning, state: Commissioning) -> Sequence[events.CommissioningStarted]:
    """Begin, for a budget in force."""
    if not isinstance(state, NotStarted):
        return []
    may_act(command.doer)
    if command.approved is None:
        raise refusals.BudgetNotInForce
    return [
        events.CommissioningStarted(
            commissioning_id=command.commissioning_id,
            approved=command.approved,
            started_by=command.doer.person_id,
            attempt=command.attempt,
            previous=command.previous,
            started_at=command.now,
        )
    ]


def confirm_as_built(command: commands.ConfirmAsBuilt, state: Commissioning) -> Sequence[events.AsBuiltConfirmed]:
    """What was built: the same or less power than approved (art. 83, §5)."""
    draft = edited_by(command.doer, state, technical=True)
    approved = draft.started.approved
    found = power.installed(command.modules, command.inverters, approved.existing_kw)
    if found.installed_kw > approved.installed_kw:
        raise refusals.MorePowerThanApproved
    differs = (command.modules, command.inverters) != (approved.modules, approved.inverters)
    return [
        events.AsBuiltConfirmed(
            commissioning_id=draft.started.commissioning_id,
            modules=command.modules,
            inverters=command.inverters,
            installed_kw=found.installed_kw,
            differs=differs,
            confirmed_by=command.doer.person_id,
            confirmed_at=command.now,
        )
    ]


def attach(command: commands.AttachDocument, state: Commissioning) -> Sequence[events.CommissioningDocumentAttached]:
    """A document takes its place."""
    draft = edited_by(command.doer, state)
    found = command.attachment
    if found.id in draft.documents:
        return []
    slot = next((one for one in checklist(draft, command.rules) if one.code == found.code), None)
    if slot is None:
        raise DocumentNotExpected
    if sum(document.code == found.code for document in draft.documents.values()) >= slot.most:
        raise DocumentSlotFull
    return [
        events.CommissioningDocumentAttached(
            commissioning_id=draft.started.commissioning_id,
            document_id=found.id,
            code=found.code,
            sha256=found.sha256,
            attached_by=command.doer.person_id,
            attached_at=command.now,
        )
    ]


def remove(command: commands.RemoveDocument, state: Commissioning) -> Sequence[events.CommissioningDocumentRemoved]:
    """A document less."""
    draft = edited_by(command.doer, state)
    if command.document_id not in draft.documents:
        return []
    return [events.CommissioningDocumentRemoved(commissioning_id=draft.started.commissioning_id, document_id=command.document_id)]


def name_contractor(command: commands.NameContractor, state: Commissioning) -> Sequence[events.InstallerNamed]:
    """Who built it."""
    draft = edited_by(command.doer, state)
    return [
        events.InstallerNamed(
            commissioning_id=draft.started.commissioning_id,
            kind=command.kind,
            company_id=command.company_id,
            company_name=command.company_name,
            named_at=command.now,
        )
    ]


def file(command: commands.RequestCommissioning, state: Commissioning) -> Sequence[events.CommissioningRequested]:
    """The draft becomes a commissioning with a protocol, or everything that is wrong with it is told."""
    draft = draft_of(state)
    found = tuple(problems(draft, command.site))
    if found:
        first = found[0]
        raise first[0](first[2], step=first[1], extra={"problems": [told(problem) for problem in found]})
    if draft.as_built is None:
        raise refusals.AsBuiltNotConfirmed
    approved = draft.started.approved
    return [
        events.CommissioningRequested(
            commissioning_id=draft.started.commissioning_id,
            protocol=command.protocol,
            submission=1,
            filed_at=command.now,
            request_id=approved.request_id,
            unit_id=approved.unit_id,
            holder_id=approved.holder_id,
            filed_by=command.site.doer.person_id,
            responsible_id=approved.responsible_id,
            attempt=draft.started.attempt,
            previous=draft.started.previous,
            as_built_digest=hashlib.sha256(draft.as_built.model_dump_json(include={"modules", "inverters"}).encode()).hexdigest(),
            installed_kw=draft.as_built.installed_kw,
            voltage_v=approved.voltage_v,
            documents=tuple(FiledDocument(id=one.document_id, code=one.code, sha256=one.sha256) for one in draft.documents.values()),
            due=(clocks.inspection(command.now, approved.voltage_v, command.calendar),),
            parties=_parties(draft, command.site.doer.person_id),
        )
    ]


type Problem = tuple[type[Refusal], str, str]


def problems(draft: Draft, site: commands.Site) -> Iterator[Problem]:
    """Everything that stands in the way of filing, in the guide's order."""
    yield from _right(draft, site)
    if not site.budget_in_force:
        yield refusals.BudgetNotInForce, "access", refusals.BudgetNotInForce.sentence
    if site.commissioning_open:
        yield refusals.CommissioningAlreadyOpen, "access", refusals.CommissioningAlreadyOpen.sentence
    if draft.as_built is None:
        yield refusals.AsBuiltNotConfirmed, "as-built", refusals.AsBuiltNotConfirmed.sentence
    there = {document.code for document in draft.documents.values()}
    for slot in checklist(draft, site.rules):
        if slot.required and slot.code not in there:
            yield DocumentMissing, "documents", f"Falta anexar: {slot.label}."
    if draft.contractor is None:
        yield refusals.ContractorNotNamed, "contractor", refusals.ContractorNotNamed.sentence


def told(problem: Problem) -> dict[str, str | None]:
    """A problem as the caller reads it."""
    kind, step, sentence = problem
    return {"code": kind.code, "step": step, "sentence": sentence, "article": kind.article, "way_out": None}


def _right(draft: Draft, site: commands.Site) -> Iterator[Problem]:
    try:
        may_act(site.doer)
    except Refusal as refusal:
        yield type(refusal), "access", refusal.detail
        return
    if isinstance(site.doer.access, LiveGrant):
        profile = site.doer.profile
        if profile is None or not profile.good_on(site.today):
            yield ProfileNotApproved, "access", ProfileNotApproved.sentence
        elif not profile.may_file:
            yield ProfessionMayNotFile, "access", ProfessionMayNotFile.sentence
    elif site.responsible is None or not site.responsible.good_on(site.today):
        yield ProfileNotApproved, "access", "O responsável técnico do orçamento não tem perfil profissional aprovado e vigente."
    del draft


def checklist(draft: Draft, rules: Sequence[DocumentRule]) -> tuple[Slot, ...]:
    """The documents that this commissioning has, in catalogue order."""
    approved = draft.started.approved
    facts: Mapping[str, object] = {
        "above_kw": approved.installed_kw,
        "differs": draft.as_built is not None and draft.as_built.differs,
        "again": draft.started.attempt > 1,
    }
    slots = []
    for rule in sorted(rules, key=lambda one: one.order):
        asked = rule.micro if approved.porte == "micro" else rule.mini
        if asked != "never" and all(_holds(wanted, facts.get(name)) for name, wanted in rule.when.items()):
            slots.append(Slot(rule.code, rule.label, rule.article, asked == "required", rule.most))
    return tuple(slots)


def _holds(wanted: object, actual: object) -> bool:
    if isinstance(actual, Decimal):
        return actual > Decimal(str(wanted))
    return wanted == actual


def draft_of(state: Commissioning) -> Draft:
    """The draft; raises CommissioningUnknown, CommissioningAlreadyFiled."""
    match state:
        case Draft():
            return state
        case NotStarted():
            raise refusals.CommissioningUnknown
        case _:
            raise refusals.CommissioningAlreadyFiled


def edited_by(doer: Doer, state: Commissioning, *, technical: bool = False) -> Draft:
    """The draft, for someone who may edit it."""
    draft = draft_of(state)
    may_act(doer)
    if technical and isinstance(doer.access, LiveGrant) and (doer.profile is None or not doer.profile.may_file):
        raise ProfessionMayNotFile
    return draft


def _parties(draft: Draft, filer: UUID) -> tuple[UUID, ...]:
    approved = draft.started.approved
    people = [filer, approved.holder_id, approved.responsible_id]
    if draft.contractor is not None and draft.contractor.company_id is not None:
        people.append(draft.contractor.company_id)
    return tuple(dict.fromkeys(people))
