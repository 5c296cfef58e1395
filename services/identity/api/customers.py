"""The register of customers, searched by staff by CPF or CNPJ in the body; every look is written down."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.identity.api.typed import CompleteDocument
from services.identity.parts import IdentityParts, parts
from services.identity.views import accounts, register
from services.identity.views.names import names_of
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Body
from shared.http.cause import cause_of
from shared.http.openapi import refuses
from shared.http.principal import Principal, staff
from shared.identifiers import CnpjInvalid, CpfInvalid, DocumentInvalid, parse_document
from shared.postgres import Db

router = APIRouter(prefix="/v1/customers", tags=["customers"])


class SearchBody(Body):
    """A CPF or CNPJ."""

    cpf_or_cnpj: CompleteDocument


class CustomerAnswer(Answer):
    """Who it is, and whether they have an account."""

    person_id: UUID
    display_name: str
    in_register: bool
    has_account: bool
    holder_proven: bool


@router.post("/searches", responses=refuses(CpfInvalid, CnpjInvalid, DocumentInvalid))
async def search(
    body: SearchBody,
    request: Request,
    who: Annotated[Principal, Depends(staff("attendant", "reviewer", "analyst", "supervisor", "auditor"))],
    parts: Annotated[IdentityParts, Depends(parts)],
) -> CustomerAnswer:
    """Procurar uma pessoa pelo CPF ou CNPJ."""
    person_id = parts.platform.people.of(parse_document(body.cpf_or_cnpj))
    correlation = cause_of(request, who).correlation

    async def work(db: Db) -> CustomerAnswer:
        await record_viewed(db, Viewed(who.actor, "person", str(person_id), "search", "staff", correlation))
        account = await accounts.find_by_person(db, person_id)
        return CustomerAnswer(
            person_id=person_id,
            display_name=(await names_of(db, [person_id]))[person_id],
            in_register=await register.find(db, person_id) is not None,
            has_account=account is not None,
            holder_proven=account is not None and account.holder,
        )

    return await transact(parts.platform.pool, work)
