"""A request as an answer: loaded, folded and told for one caller, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.requests.api import answers
from services.requests.domain.budget_request import commands, power
from services.requests.domain.budget_request.checklist import power_of
from services.requests.domain.budget_request.decider import decide
from services.requests.domain.budget_request.readiness import problems
from services.requests.domain.budget_request.refusals import RequestUnknown
from services.requests.domain.budget_request.states import BudgetRequest, Discarded, Draft, NotStarted, name_of
from services.requests.domain.facts import Doer, LiveGrant, Unit
from services.requests.parts import STAFF, RequestsParts
from services.requests.views.budget_requests import RequestRow, find_request
from services.requests.views.clocks import ClockRow, clocks_of
from services.requests.views.papers import papers_of
from services.requests.views.world import Standing, get_unit, standing_on_request, world_of
from shared.contracts.backoffice.review import BudgetTerms
from shared.contracts.requests.budget_request import BudgetDismissed, BudgetIssued, ContractsDelivered
from shared.contracts.requests.parts import FiledDocument, NonConformity
from shared.eventsourcing.event import Erased, Event
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Deed, allowed, not_allowed
from shared.http.principal import Principal
from shared.postgres import Db

NEXT: Mapping[str, tuple[str, str, str | None]] = {
    "draft": ("filer", "Complete as etapas e protocole o pedido.", None),
    "under-triage": ("distributor", "A distribuidora analisa a documentação.", "triage"),
    "under-analysis": ("distributor", "A distribuidora elabora o orçamento.", "budget"),
    "awaiting-approval": ("holder", "O titular decide sobre o orçamento.", "approval"),
    "awaiting-contracts": ("distributor", "A distribuidora entrega os contratos.", "contracts-out"),
    "works-under-way": ("distributor", "A distribuidora executa as obras.", "works"),
    "in-force": ("filer", "Peça o comissionamento quando a geração estiver instalada.", "inspection-request"),
}
_RETURN = ("holder", "Devolva os contratos assinados.", "contracts-back")


async def tell(
    db: Db, parts: RequestsParts, who: Principal, request_id: UUID, names: Mapping[UUID, str] | None = None
) -> answers.RequestAnswer:
    """A request for one caller; raises RequestUnknown where it is not theirs to see."""
    row, standing = await _standing(db, parts, who, request_id)
    unit, doer = standing.unit, standing.doer
    full = sees_in_full(who, row, doer)
    facts, state, version = await parts.requests.told(db, request_id)
    clocks = await clocks_of(db, parts.requests.stream(request_id)) if full else []
    draft = draft_of(state)
    said = names or {}
    return answers.RequestAnswer(
        id=request_id,
        version=version,
        state=name_of(state) if full else None,
        protocol=row.protocol,
        filed_at=row.filed_at,
        unit_id=row.unit_id,
        unit_number=row.unit_number,
        holder=answers.PersonAnswer(person_id=row.holder_id, display_name=said.get(row.holder_id)),
        started_by=answers.PersonAnswer(person_id=row.started_by, display_name=said.get(row.started_by)),
        previous_request=draft.started.previous_request if draft else None,
        draft=draft_answer(draft, unit, who.pid) if full and draft else None,
        budget=_issued(facts) if full else None,
        non_conformities=_non_conformities(facts) if full else [],
        papers=[_paper(*paper) for paper in (await papers_of(db, parts.requests.stream(request_id))).items()] if full else [],
        contracts=_contracts(facts) if full else [],
        clocks=[clock_answer(clock) for clock in clocks],
        next=_next(state, clocks) if full else None,
        actions=await _actions(db, parts, who, standing, state) if full else {},
        server_time=parts.now(),
    )


def sees_in_full(who: Principal, row: RequestRow, doer: Doer) -> bool:
    """In full: proven holder, live grant, staff. Only that it exists: who filed it and lost access. Else raises RequestUnknown."""
    if who.kind == "staff":
        if not who.has_role(*STAFF):
            raise RequestUnknown
        return True
    if isinstance(doer.access, LiveGrant) or (who.pid == row.holder_id and doer.proven):
        return True
    if who.pid == row.holder_id or who.pid not in {row.started_by, row.filed_by, row.responsible_id}:
        raise RequestUnknown
    return False


def draft_of(state: BudgetRequest) -> Draft | None:
    """The draft, filed or not."""
    match state:
        case Draft():
            return state
        case NotStarted() | Discarded():
            return None
        case _:
            return state.case.draft


def draft_answer(draft: Draft, unit: Unit, reader: UUID) -> answers.DraftAnswer:
    """The steps, as they were given, for whoever reads them."""
    found = power_of(draft, unit)
    totals = answers.TotalsAnswer(
        modules_kwp=found.modules_kwp,
        inverters_kw=found.inverters_kw,
        existing_kw=found.existing_kw,
        installed_kw=found.installed_kw,
        porte=found.porte,
        available_kw=power.available_kw(unit, found.porte, draft.motive.wanted_kw if draft.motive else None),
        limit_kw=power.limit_kw(unit),
        dc_ac=ratio.quantize(Decimal("0.001")) if (ratio := power.dc_ac(found)) is not None else None,
        rule_version=found.rule,
    )
    unusual = [
        answers.NoticeAnswer(code="unusual-dc-ac", sentence="A relação entre módulos e inversores foge do usual. Confira as quantidades.")
    ]
    motive, purpose = draft.motive, draft.purpose
    return answers.DraftAnswer(
        motive=motive.motive if motive else None,
        wanted_kw=motive.wanted_kw if motive else None,
        wanted_phases=motive.wanted_phases if motive else None,
        purpose=purpose.purpose if purpose else None,
        sharing=purpose.sharing if purpose else None,
        source=purpose.source if purpose else None,
        modules=[answers.ModuleRow(row_id=row, module=module, kwp=module.kwp) for row, module in draft.modules.items()],
        inverters=[answers.InverterRow(row_id=row, inverter=inverter, kw=inverter.kw) for row, inverter in draft.inverters.items()],
        totals=totals,
        notices=unusual if power.unusual(found) else [],
        site=_site(draft),
        beneficiaries=_beneficiaries(draft),
        options=draft.options,
        declarations=list(draft.declarations.codes) if draft.declarations else [],
        fast_track_term=draft.fast_track_term,
        documents=[
            answers.DocumentAnswer(document_id=one.document_id, code=one.code, sha256=one.sha256) for one in draft.documents.values()
        ],
        contractor=_contractor(draft),
        responsible=_responsible(draft, reader),
    )


def clock_answer(clock: ClockRow) -> answers.ClockAnswer:
    """A clock as it stands."""
    return answers.ClockAnswer(**{name: getattr(clock, name) for name in ClockRow.__dataclass_fields__})


def document_answer(document: FiledDocument) -> answers.DocumentAnswer:
    """A document by its digest."""
    return answers.DocumentAnswer(document_id=document.id, code=document.code, sha256=document.sha256)


def probe(attempt: Callable[[], object]) -> Deed:
    """Whether a deed would be allowed, by asking the rules themselves."""
    try:
        attempt()
    except Refusal as refusal:
        return not_allowed(refusal.code, refusal.detail, article=refusal.article, until=refusal.until)
    return allowed()


async def _standing(db: Db, parts: RequestsParts, who: Principal, request_id: UUID) -> tuple[RequestRow, Standing]:
    if who.kind == "customer":
        return await standing_on_request(db, who.pid, request_id, parts.today())
    row = await find_request(db, request_id)
    if row is None:
        raise RequestUnknown
    return row, Standing(await get_unit(db, row.unit_id), Doer(who.pid, None))


async def _actions(db: Db, parts: RequestsParts, who: Principal, standing: Standing, state: BudgetRequest) -> dict[str, Deed]:
    doer = standing.doer
    now, calendar = parts.now(), parts.calendar
    if who.kind == "staff":
        return {}
    if isinstance(state, Draft):
        world = await world_of(db, state, standing, parts.today())
        found = problems(state, world)
        first = found[0] if found else None
        filing = (
            not_allowed(first.refusal.code, first.detail or first.refusal.sentence, article=first.refusal.article) if first else allowed()
        )
        return {
            "edit": probe(lambda: decide(commands.ChooseMotive(doer, "", None, None, now), state)),
            "file": filing,
            "discard": probe(lambda: decide(commands.DiscardDraft(doer, now), state)),
        }
    asked: Mapping[str, commands.BudgetRequestCommand] = {
        "withdraw": commands.WithdrawBudget(doer, "", now),
        "receive": commands.RecordReceipt(doer, calendar, now),
        "approve": commands.ApproveBudget(doer, calendar, now),
        "decline": commands.DeclineBudget(doer, "", calendar, now),
    }
    return {name: probe(lambda command=command: decide(command, state)) for name, command in asked.items()}  # type: ignore[misc]


def _next(state: BudgetRequest, clocks: list[ClockRow]) -> answers.NextAnswer:
    who, what, clock = NEXT.get(name_of(state), ("nobody", "Nada mais é necessário.", None))
    running: dict[str, date] = {one.clock: one.due_on for one in clocks if one.ended_at is None}
    if name_of(state) == "awaiting-contracts" and "contracts-back" in running:
        who, what, clock = _RETURN
    return answers.NextAnswer(who=who, what=what, until=running.get(clock) if clock else None)


def _issued(facts: Sequence[Event]) -> BudgetTerms | None:
    return next((fact.terms for fact in reversed(facts) if isinstance(fact, BudgetIssued)), None)


def _non_conformities(facts: Sequence[Event]) -> list[NonConformity]:
    return next((list(fact.non_conformities) for fact in reversed(facts) if isinstance(fact, BudgetDismissed)), [])


def _contracts(facts: Sequence[Event]) -> list[answers.DocumentAnswer]:
    return next(([document_answer(one) for one in fact.documents] for fact in reversed(facts) if isinstance(fact, ContractsDelivered)), [])


def _paper(code: str, document_id: UUID | None) -> answers.PaperAnswer:
    return answers.PaperAnswer(code=code, document_id=document_id)


def _site(draft: Draft) -> answers.SiteAnswer | None:
    site = draft.site
    if site is None:
        return None
    return answers.SiteAnswer(
        address=None if isinstance(site.address, Erased) else site.address,
        coordinates=None if isinstance(site.coordinates, Erased) else site.coordinates,
        load_kw=site.load_kw,
        breaker_a=site.breaker_a,
        service_line=site.service_line,
        protected_area=site.protected_area,
        condominium=site.condominium,
        rural=site.rural,
    )


def _beneficiaries(draft: Draft) -> list[answers.BeneficiaryAnswer]:
    listed = draft.beneficiaries.beneficiaries if draft.beneficiaries else ()
    return [
        answers.BeneficiaryAnswer(
            unit_id=one.unit_id, unit_number=one.unit_number, percentage=one.percentage, order=one.order, remainder=one.remainder
        )
        for one in listed
    ]


def _contractor(draft: Draft) -> answers.ContractorAnswer | None:
    named = draft.contractor
    if named is None:
        return None
    name = None if isinstance(named.company_name, Erased) else named.company_name
    return answers.ContractorAnswer(kind=named.kind, company_name=name)


def _responsible(draft: Draft, reader: UUID) -> answers.ResponsibleAnswer | None:
    named = draft.responsible_id
    if named is None:
        return None
    return answers.ResponsibleAnswer(person_id=named if draft.confirmed or named == reader else None, confirmed=draft.confirmed)
