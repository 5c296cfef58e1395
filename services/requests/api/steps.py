"""The steps of the guide, one resource each: each takes complete facts and answers the request after it."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.requests.api import answers
from services.requests.api.doing import act
from services.requests.domain.budget_request import commands, refusals
from services.requests.domain.budget_request.events import Beneficiary, Options
from services.requests.domain.facts import Doer
from services.requests.parts import RequestsParts, parts
from services.requests.views.budget_requests import RequestRow
from services.requests.views.units import find_unit_by_number
from shared.catalogue import CodeNotInCatalogue, entries
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Malformed
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import required_if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.identifiers import parse_cnpj, parse_cpf, parse_document, parse_unit_number
from shared.postgres import Db

router = APIRouter(prefix="/v1/budget-requests/{request_id}", tags=["budget-requests"])

type Kw = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=12, decimal_places=6)]
type Who = Annotated[Principal, Depends(person)]
type Why = Annotated[Cause, Depends(cause)]
type Version = Annotated[int, Depends(required_if_match)]
type Own = Annotated[RequestsParts, Depends(parts)]

EDITING = (refusals.RequestUnknown, refusals.AccessNotLive, refusals.RequestAlreadyFiled, refusals.DraftIsDiscarded)


class WantedPowerMissing(Malformed):
    """A motive that changes the available power says to what."""

    sentence = "Informe a potência disponibilizada desejada."


class CompanyMissing(Malformed):
    """A company is named by its CNPJ and name."""

    sentence = "Informe o CNPJ e o nome da empresa contratada."


class BeneficiaryUnknown(Malformed):
    """A number that no unit of this distributor has."""

    sentence = "Unidade beneficiária não encontrada. Confira o número na fatura."


class MotiveBody(Body):
    """Why a budget is wanted."""

    motive: str = Field(max_length=60)
    wanted_kw: Kw | None = None
    wanted_phases: Literal[1, 2, 3] | None = None


class PurposeBody(Body):
    """How the energy will be compensated, from which source."""

    purpose: str = Field(max_length=60)
    sharing: str | None = Field(default=None, max_length=60)
    source: str = Field(default="solar", max_length=30)


class SiteBody(Body):
    """Where the plant will stand, and the load there."""

    address: str = Field(min_length=5, max_length=300)
    coordinates: str | None = Field(default=None, max_length=60, pattern=r"^-?[0-9]{1,2}[.][0-9]{3,8}, ?-?[0-9]{1,3}[.][0-9]{3,8}$")
    load_kw: Kw
    breaker_a: int = Field(gt=0, le=5000)
    service_line: Literal["aerial", "underground"]
    protected_area: bool = False
    condominium: bool = False
    rural: bool = False


class OptionsBody(Body):
    """What the form lets one choose."""

    inspection: Literal["on-request", "as-soon-as-possible"]
    contracts_with_budget: bool = False
    market: Literal["acr", "acl"] = "acr"
    channel: Literal["e-mail", "portal"] = "e-mail"
    white_tariff: bool = False
    mode: Literal["standard", "fast-track", "grid-zero"] = "standard"


class DeclarationsBody(Body):
    """What is declared, by code."""

    codes: list[str] = Field(max_length=20)
    fast_track_term: bool = False


class BeneficiaryBody(Body):
    """A unit that takes part."""

    unit_number: str = Field(max_length=30)
    percentage: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)] | None = None
    order: int | None = Field(default=None, ge=1, le=1000)
    remainder: bool = False


class BeneficiariesBody(Body):
    """Who takes part in the surplus, by percentage or in an order."""

    rule: Literal["percentage", "order"]
    units: list[BeneficiaryBody] = Field(max_length=500)


class ContractorBody(Body):
    """Alone, or for a company."""

    kind: Literal["autonomous", "company"]
    cnpj: str | None = Field(default=None, max_length=20)
    name: str | None = Field(default=None, min_length=2, max_length=120)


class ResponsibleBody(Body):
    """Who answers technically, by CPF; without it, oneself."""

    cpf: str | None = Field(default=None, max_length=20)


@router.put("/motive", responses=refuses(*EDITING, CodeNotInCatalogue, WantedPowerMissing))
async def motive(
    request_id: UUID, body: MotiveBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Escolher o motivo."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.ChooseMotive:
        entry = (await entries(db, "motives", own.today())).get(body.motive)
        wants = bool(entry.get("wants_power", default=False))
        if wants and body.wanted_kw is None:
            raise WantedPowerMissing
        return commands.ChooseMotive(doer, entry.code, body.wanted_kw if wants else None, body.wanted_phases if wants else None, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/purpose", responses=refuses(*EDITING, CodeNotInCatalogue))
async def purpose(
    request_id: UUID, body: PurposeBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Escolher a finalidade e a fonte."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.ChoosePurpose:
        entry = (await entries(db, "purposes", own.today())).get(body.purpose)
        source = (await entries(db, "sources", own.today())).get(body.source)
        forms = entry.get("sharing")
        if bool(forms) != (body.sharing is not None) or (forms and body.sharing not in forms):
            raise CodeNotInCatalogue
        return commands.ChoosePurpose(doer, entry.code, body.sharing, source.code, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/site", responses=refuses(*EDITING))
async def site(
    request_id: UUID, body: SiteBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Informar local e carga."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.GiveSiteAndLoad:
        return commands.GiveSiteAndLoad(doer=doer, now=own.now(), **body.model_dump())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/options", responses=refuses(*EDITING))
async def options(
    request_id: UUID, body: OptionsBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Escolher as opções do formulário."""

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.ChooseOptions:
        return commands.ChooseOptions(doer, Options(**body.model_dump()), own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/declarations", responses=refuses(*EDITING, CodeNotInCatalogue))
async def declarations(
    request_id: UUID, body: DeclarationsBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Aceitar as declarações e, se escolhido, o termo do fast track."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.AcceptDeclarations:
        edition = await entries(db, "declarations", own.today())
        codes = tuple(dict.fromkeys(edition.get(code).code for code in body.codes))
        return commands.AcceptDeclarations(doer, codes, edition.version, fast_track_term=body.fast_track_term, now=own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.put("/beneficiaries", responses=refuses(*EDITING, BeneficiaryUnknown))
async def beneficiaries(
    request_id: UUID, body: BeneficiariesBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Listar as unidades que participam do rateio."""

    async def make(db: Db, doer: Doer, _row: RequestRow) -> commands.ListBeneficiaries:
        found = [await _beneficiary(db, line, own) for line in body.units]
        return commands.ListBeneficiaries(doer, body.rule, tuple(found), own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


async def _beneficiary(db: Db, line: BeneficiaryBody, own: RequestsParts) -> Beneficiary:
    unit = await find_unit_by_number(db, parse_unit_number(line.unit_number, own.platform.settings.distributor_code))
    if unit is None:
        raise BeneficiaryUnknown
    return Beneficiary(
        unit_id=unit.unit_id,
        unit_number=unit.number,
        holder_id=unit.holder_id,
        root_id=unit.root_id,
        percentage=line.percentage,
        order=line.order,
        remainder=line.remainder,
    )


@router.put("/contractor", responses=refuses(*EDITING, CompanyMissing))
async def contractor(
    request_id: UUID, body: ContractorBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Dizer se é autônomo ou empresa contratada."""
    company = company_of(body, own)

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.NameContractor:
        return commands.NameContractor(doer, body.kind, *company, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


def company_of(body: ContractorBody, own: RequestsParts) -> tuple[UUID | None, str | None]:
    """Who the company is and what it is called; raises CompanyMissing, CnpjInvalid."""
    if body.kind == "autonomous":
        return None, None
    if body.cnpj is None or body.name is None:
        raise CompanyMissing
    return own.platform.people.of(parse_document(parse_cnpj(body.cnpj))), body.name


@router.put("/technical-responsible", responses=refuses(*EDITING))
async def technical_responsible(
    request_id: UUID, body: ResponsibleBody, response: Response, who: Who, why: Why, expected: Version, own: Own
) -> answers.RequestAnswer:
    """Nomear o responsável técnico."""
    named = own.platform.people.of(parse_document(parse_cpf(body.cpf))) if body.cpf is not None else who.pid

    async def make(_db: Db, doer: Doer, _row: RequestRow) -> commands.NameTechnicalResponsible:
        return commands.NameTechnicalResponsible(doer, named, own.now())

    return await act(own, who, request_id, make, why, response, expected=expected)


@router.post("/responsibility", responses=refuses(refusals.RequestUnknown, refusals.NotTheNamedResponsible, refusals.ResponsibleNotNamed))
async def responsibility(request_id: UUID, response: Response, who: Who, why: Why, own: Own) -> answers.RequestAnswer:
    """Confirmar a responsabilidade técnica para a qual fui nomeado."""

    async def make(_db: Db, _doer: Doer, _row: RequestRow) -> commands.ConfirmResponsibility:
        return commands.ConfirmResponsibility(who.pid, own.now())

    return await act(own, who, request_id, make, why, response)
