"""Histories that stack: a draft step by step, a filed request, an issued budget, one in force."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from services.requests.domain.budget_request import commands
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.budget_request.events import BudgetRequestEvent, Inverter, Module, Options
from services.requests.domain.budget_request.readiness import World
from services.requests.domain.facts import AsHolder, Attachment, DocumentRule, Doer, LiveGrant, Profile, RulesInForce, Unit
from shared.calendar import Calendar
from shared.contracts.backoffice.review import BudgetTerms, Work
from shared.contracts.requests.parts import CatalogueVersion
from shared.eventsourcing.event import Event
from shared.testing.given import Decided

NAMES = UUID("5b0c8f9e-7d7b-4f3a-9d5c-0a4a7e2c9b11")
NOW = datetime(2026, 11, 4, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 4)
CALENDAR = Calendar()


def known(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMES, name)


ANA, RUI, CLARA, STAFF = known("ana"), known("rui"), known("clara"), known("staff")
REQUEST, UNIT, GRANT, REVIEW = known("request"), known("unit"), known("grant"), known("review")
ART, ID_DOCUMENT, CONTRACT = known("art"), known("id"), known("contract")

house = Unit(
    unit_id=UNIT,
    number="000000012300279",
    holder_id=ANA,
    root_id=None,
    group="B",
    voltage_v=Decimal(220),
    phases=2,
    available_kw=Decimal(12),
    contracted_kw=None,
    municipality="1302603",
    connected_before_2022_01_07=True,
)
engineer = Profile(RUI, RUI, "engenheiro", may_file=True, ceiling_kva=None, valid_until=date(2027, 6, 30), approved=True)
broker = replace(engineer, profile_id=CLARA, person_id=CLARA, profession="corretor", may_file=False)
live = LiveGrant(GRANT, 2, ANA, may_decide=False, ends_on=date(2027, 12, 31))
rui = Doer(RUI, live, engineer)
clara = Doer(CLARA, live, broker)
ana = Doer(ANA, AsHolder(ANA, proven=True))
impostor = Doer(ANA, AsHolder(ANA, proven=False))
stranger = Doer(known("stranger"), None)

module = Module(power_w=Decimal(550), quantity=10, area_m2=Decimal("25.8"), maker="Canadian", model="CS6W-550")
inverter = Inverter(
    power_kw=Decimal(5),
    quantity=1,
    maker="Growatt",
    model="MIN 5000",
    voltage_min_v=Decimal(80),
    voltage_max_v=Decimal(550),
    current_a=Decimal("22.7"),
    power_factor=Decimal(1),
    efficiency_percent=Decimal("98.4"),
    thd_percent=Decimal(3),
)
options = Options(inspection="on-request", contracts_with_budget=False)
rules = RulesInForce(
    documents=(
        DocumentRule("FORMULARIO", "Formulário", 1, "art. 67", generated=True, micro="required", mini="required"),
        DocumentRule("ID_CONSUMIDOR", "Documento do consumidor", 2, "art. 67, I", generated=False, micro="required", mini="required"),
        DocumentRule("RESP_TECNICA", "ART", 3, "art. 33", generated=False, micro="required", mini="required", most=3),
        DocumentRule("PROJETO", "Projeto elétrico", 4, "art. 67", generated=False, micro="never", mini="required"),
        DocumentRule("GFC_COMPROVANTE", "Garantia", 5, "art. 655-C", False, "never", "required", {"guarantee_due": True}),
        DocumentRule("TROCA_PADRAO", "Troca de padrão", 6, None, False, "required", "never", {"phases_change": True}),
    ),
    declarations=frozenset({"normas", "veracidade"}),
    versions=(CatalogueVersion(code="documentos", version=1),),
)
world = World(rui, house, engineer, responsible_has_access=True, rules=rules, request_open=False, today=TODAY)
terms = BudgetTerms(
    simplified=True,
    free_of_charge=True,
    participation=Decimal(0),
    connection_point="Poste em frente",
    voltage_v=Decimal(220),
    contracts=("relacionamento-operacional",),
    validity_business_days=30,
    inspection_rule="on-request",
)
costly = terms.model_copy(
    update={
        "participation": Decimal(900),
        "free_of_charge": False,
        "works": (Work(description="Reforço", cost=Decimal(4000), participation=Decimal(900), days=90),),
    }
)


def happened(*given: commands.BudgetRequestCommand, history: tuple[BudgetRequestEvent, ...] = ()) -> tuple[BudgetRequestEvent, ...]:
    """The events that these commands led to, one after the other."""
    events = list(history)
    for command in given:
        events += BUDGET_REQUEST.decide(command, BUDGET_REQUEST.fold(events))
    return tuple(events)


def attach(document_id: UUID, code: str, doer: Doer = rui) -> commands.AttachDocument:
    """A verified document, put in its place."""
    return commands.AttachDocument(doer, Attachment(document_id, code, "0" * 64), house, rules, NOW)


start = commands.StartDraft(REQUEST, rui, house, None, NOW)
steps: tuple[commands.BudgetRequestCommand, ...] = (
    start,
    commands.ChooseMotive(rui, "gd-sem-alteracao", None, None, NOW),
    commands.ChoosePurpose(rui, "autoconsumo-local", None, "solar", NOW),
    commands.AddModule(rui, known("m1"), module),
    commands.AddInverter(rui, known("i1"), inverter),
    commands.GiveSiteAndLoad(
        rui, "Rua A, 1", None, Decimal(8), 50, "aerial", protected_area=False, condominium=False, rural=False, now=NOW
    ),
    commands.ChooseOptions(rui, options, NOW),
    commands.AcceptDeclarations(rui, ("normas", "veracidade"), 1, fast_track_term=False, now=NOW),
    attach(ID_DOCUMENT, "ID_CONSUMIDOR"),
    attach(ART, "RESP_TECNICA"),
    commands.NameTechnicalResponsible(rui, RUI, NOW),
    commands.NameContractor(rui, "autonomous", None, None, NOW),
)
filing = commands.RequestBudget(world, "20264000000017", CALENDAR, NOW)
accepted = commands.AcceptBudgetRequest(REVIEW, 1, NOW + timedelta(hours=2))
issued = commands.IssueBudget(REVIEW, 1, terms, NOW + timedelta(days=5))
approval = commands.ApproveBudget(ana, CALENDAR, NOW + timedelta(days=6))
delivery = commands.DeliverContracts((Attachment(CONTRACT, "CONTRATO", "1" * 64),), STAFF, CALENDAR, NOW + timedelta(days=7))
signed = commands.ReturnContracts(ana, (Attachment(known("signed"), "CONTRATO_ASSINADO", "2" * 64),), CALENDAR, NOW + timedelta(days=8))

draft = happened(start)
ready = happened(*steps)
filed = happened(filing, history=ready)
under_analysis = happened(accepted, history=filed)
budget_issued = happened(issued, history=under_analysis)
approved = happened(approval, history=budget_issued)
delivered = happened(delivery, history=approved)
in_force = happened(signed, history=delivered)


def first[S, E: Event](decided: Decided[S, E]) -> E:
    """The first event that was decided."""
    assert decided.events
    return decided.events[0]
