"""What is still missing before a draft may be filed: every problem at once, and the steps in the guide's order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.requests.domain.budget_request import power, refusals
from services.requests.domain.budget_request.checklist import checklist, guarantee_due, missing, power_of
from services.requests.domain.budget_request.states import Draft
from services.requests.domain.facts import AsHolder, Doer, LiveGrant, Profile, RulesInForce, Unit
from shared.eventsourcing.refusal import Refusal

STEPS = (
    "motive",
    "purpose",
    "modules",
    "inverters",
    "site",
    "options",
    "declarations",
    "beneficiaries",
    "documents",
    "contractor",
    "responsible",
)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the draft that its filing rests on, as read in one transaction."""

    doer: Doer
    unit: Unit
    responsible: Profile | None
    responsible_has_access: bool
    rules: RulesInForce
    request_open: bool
    today: date


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way, as the refusal that filing would answer."""

    refusal: type[Refusal]
    step: str
    detail: str | None = None
    way_out: str | None = None

    def told(self) -> dict[str, str | None]:
        """As the caller reads it."""
        return {
            "code": self.refusal.code,
            "step": self.step,
            "sentence": self.detail or self.refusal.sentence,
            "article": self.refusal.article,
            "way_out": self.way_out,
        }


@dataclass(frozen=True, slots=True)
class Task:
    """One step of the guide, and how far it is."""

    step: str
    status: Literal["done", "untouched", "incomplete", "problem"]
    missing: tuple[str, ...]


def problems(draft: Draft, world: World) -> tuple[Problem, ...]:
    """Everything that stands in the way of filing, in the guide's order."""
    return tuple(
        problem
        for found in (
            _who(draft, world),
            _steps(draft),
            _size(draft, world),
            _sharing(draft, world.unit),
            _declared(draft, world),
            _documents(draft, world),
            _responsible(draft, world),
        )
        for problem in found
    )


def tasks(draft: Draft, found: Iterable[Problem], world: World) -> tuple[Task, ...]:
    """The steps of the guide, in order, with what each lacks."""
    by_step: dict[str, list[Problem]] = {}
    for problem in found:
        by_step.setdefault(problem.step, []).append(problem)
    given = _given(draft)
    told = []
    for step in STEPS:
        if step == "beneficiaries" and not _shares(draft):
            continue
        lacking = by_step.get(step, [])
        codes = tuple(problem.detail or problem.refusal.code for problem in lacking)
        if not lacking:
            told.append(Task(step, "done", ()))
        elif step not in given:
            told.append(Task(step, "untouched", codes))
        elif step == "documents" and checklist(draft, world.unit, world.rules.documents):
            told.append(Task(step, "incomplete", codes))
        else:
            told.append(Task(step, "problem", codes))
    return tuple(told)


def _given(draft: Draft) -> frozenset[str]:
    there = {
        "motive": draft.motive,
        "purpose": draft.purpose,
        "modules": draft.modules,
        "inverters": draft.inverters,
        "site": draft.site,
        "options": draft.options,
        "declarations": draft.declarations,
        "beneficiaries": draft.beneficiaries,
        "documents": draft.documents,
        "contractor": draft.contractor,
        "responsible": draft.responsible_id,
    }
    return frozenset(step for step, value in there.items() if value)


def _shares(draft: Draft) -> bool:
    return draft.purpose is not None and draft.purpose.purpose != "autoconsumo-local"


def _who(draft: Draft, world: World) -> Iterator[Problem]:
    match world.doer.access:
        case AsHolder(proven=False):
            yield Problem(refusals.HolderNotProven, "access")
        case None:
            yield Problem(refusals.AccessNotLive, "access")
        case LiveGrant():
            if world.doer.profile is None or not world.doer.profile.good_on(world.today):
                yield Problem(refusals.ProfileNotApproved, "access")
            elif not world.doer.profile.may_file:
                yield Problem(refusals.ProfessionMayNotFile, "access")
        case AsHolder():
            pass
    if not world.unit.active:
        yield Problem(refusals.UnitIsClosed, "access")
    if world.unit.holder_id != draft.started.holder_id:
        yield Problem(refusals.AccessNotLive, "access", "A titularidade da unidade mudou depois que o rascunho foi começado.")
    if world.request_open:
        yield Problem(refusals.RequestAlreadyOpen, "access")


def _steps(draft: Draft) -> Iterator[Problem]:
    needed = (
        ("motive", draft.motive, "Escolha o motivo."),
        ("purpose", draft.purpose, "Escolha a finalidade."),
        ("modules", draft.modules, "Informe os módulos."),
        ("inverters", draft.inverters, "Informe os inversores."),
        ("site", draft.site, "Informe o local e a carga."),
        ("options", draft.options, "Escolha as opções."),
        ("contractor", draft.contractor, "Informe se é autônomo ou empresa contratada."),
    )
    for step, value, sentence in needed:
        if not value:
            yield Problem(refusals.StepIncomplete, step, sentence)


def _size(draft: Draft, world: World) -> Iterator[Problem]:
    if not (draft.modules and draft.inverters and draft.motive and draft.purpose):
        return
    unit = world.unit
    found = power_of(draft, unit)
    if found.installed_kw > power.limit_kw(unit):
        yield Problem(refusals.AboveLegalLimit, "inverters")
    elif found.installed_kw > power.available_kw(unit, found.porte, draft.motive.wanted_kw):
        way_out = None if draft.motive.wanted_kw is not None else "gd-com-alteracao"
        yield Problem(refusals.AboveAvailablePower, "inverters", way_out=way_out)
    if draft.motive.motive == "aumento-gd" and unit.existing_source not in {None, draft.purpose.source}:
        yield Problem(refusals.SourceDiffersFromPlant, "purpose")
    if draft.options is not None and draft.options.mode == "fast-track":
        local = draft.purpose.purpose == "autoconsumo-local"
        if not (local and found.installed_kw <= power.FAST_TRACK_UP_TO_KW and draft.fast_track_term):
            yield Problem(refusals.FastTrackNotEligible, "options")
    if guarantee_due(draft, found) and "GFC_COMPROVANTE" not in {document.code for document in draft.documents.values()}:
        yield Problem(refusals.GuaranteeMissing, "documents")


def _sharing(draft: Draft, unit: Unit) -> Iterator[Problem]:
    if not _shares(draft) or draft.purpose is None:
        return
    listed = draft.beneficiaries
    if listed is None or not listed.beneficiaries:
        yield Problem(refusals.PurposeNeedsBeneficiaries, "beneficiaries")
        return
    if listed.rule == "percentage":
        if sum((one.percentage or Decimal(0) for one in listed.beneficiaries), Decimal(0)) != _HUNDRED:
            yield Problem(refusals.BeneficiariesDoNotSumTo100, "beneficiaries")
    elif sum(one.remainder for one in listed.beneficiaries) != 1:
        yield Problem(refusals.RemainderNotNamed, "beneficiaries")
    if draft.purpose.purpose == "autoconsumo-remoto":
        same = {unit.holder_id, unit.root_id} - {None}
        if any(one.holder_id not in same and one.root_id not in same for one in listed.beneficiaries):
            yield Problem(refusals.BeneficiaryOfAnotherHolder, "beneficiaries")


def _declared(draft: Draft, world: World) -> Iterator[Problem]:
    accepted = frozenset(draft.declarations.codes) if draft.declarations else frozenset()
    if not world.rules.declarations <= accepted:
        yield Problem(refusals.DeclarationsMissing, "declarations")


def _documents(draft: Draft, world: World) -> Iterator[Problem]:
    for slot in missing(draft, world.unit, world.rules.documents):
        if slot.code != "GFC_COMPROVANTE":
            yield Problem(refusals.DocumentMissing, "documents", f"Falta anexar: {slot.label}.")


def _responsible(draft: Draft, world: World) -> Iterator[Problem]:
    if draft.responsible_id is None:
        yield Problem(refusals.ResponsibleNotNamed, "responsible")
        return
    profile = world.responsible
    if profile is None or not profile.good_on(world.today):
        yield Problem(refusals.ProfileNotApproved, "responsible", "O responsável técnico não tem perfil profissional aprovado e vigente.")
        return
    if not profile.may_file:
        yield Problem(refusals.ProfessionMayNotFile, "responsible")
    if not world.responsible_has_access:
        yield Problem(refusals.AccessNotLive, "responsible", "O responsável técnico não tem acesso vigente a esta unidade.")
    if not draft.confirmed:
        yield Problem(refusals.ResponsibilityNotConfirmed, "responsible")
    if profile.ceiling_kva is not None and power_of(draft, world.unit).installed_kw > profile.ceiling_kva:
        yield Problem(refusals.AboveProfessionCeiling, "responsible")
