"""The steps of a profile: profession, registration, company, documents; each said whole, on the version one has seen."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.professional.api.writing import WrittenAnswer, edit, own
from services.professional.domain.profile.commands import (
    AttachDocument,
    ChooseProfession,
    GiveCompany,
    GiveRegistration,
    ProfileCommand,
    RemoveDocument,
)
from services.professional.domain.profile.refusals import (
    CouncilDoesNotFitProfession,
    DocumentNotAsked,
    ProfessionNotChosen,
    ProfileIsSuspended,
    ProfileUnderReview,
    ProfileUnknown,
    RegistrationNumberInvalid,
    RenewalNotStarted,
    TooManyOfThisDocument,
    UnknownUf,
)
from services.professional.parts import ProfessionalParts, parts
from services.professional.views.requirements import get_checklist, get_profession
from shared.catalogue import CodeNotInCatalogue
from shared.documents.decider import DocumentNotFound
from shared.documents.view import DocumentNotVerifiedYet, DocumentWasRefused, get_clean_document
from shared.eventsourcing.event import Cause
from shared.http.body import Body
from shared.http.cause import cause
from shared.http.etag import required_if_match
from shared.http.openapi import refuses
from shared.http.principal import Principal, person
from shared.identifiers import CnpjInvalid, parse_cnpj, parse_document
from shared.postgres import Db

router = APIRouter(prefix="/v1/profiles/{profile_id}", tags=["profiles"])
EDITING = (ProfileUnknown, ProfileUnderReview, RenewalNotStarted, ProfileIsSuspended)

type Who = Annotated[Principal, Depends(person)]
type Why = Annotated[Cause, Depends(cause)]
type Version = Annotated[int, Depends(required_if_match)]
type Own = Annotated[ProfessionalParts, Depends(parts)]


class ProfessionBody(Body):
    """What one is: a code of the catalogue `professions`."""

    profession: str = Field(min_length=1, max_length=40)


class RegistrationBody(Body):
    """Where one is registered; the number as it stands on the card."""

    council: Literal["CREA", "CFT", "CRECI", "CAU"]
    number: str = Field(min_length=1, max_length=40)
    uf: str = Field(min_length=2, max_length=2)


class CompanyBody(Body):
    """For whom one works; no CNPJ: on one's own."""

    cnpj: str | None = Field(max_length=20)


class DocumentBody(Body):
    """An uploaded document that was found good."""

    document_id: UUID


@router.put("/profession", responses=refuses(*EDITING, CodeNotInCatalogue))
async def profession(
    profile_id: UUID, body: ProfessionBody, response: Response, who: Who, why: Why, seen: Version, its: Own
) -> WrittenAnswer:
    """Escolher a profissão."""
    own(who, profile_id)

    async def make(db: Db) -> ProfileCommand:
        return ChooseProfession(await get_profession(db, body.profession, its.today()), its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)


@router.put(
    "/registration", responses=refuses(*EDITING, ProfessionNotChosen, CouncilDoesNotFitProfession, RegistrationNumberInvalid, UnknownUf)
)
async def registration(
    profile_id: UUID, body: RegistrationBody, response: Response, who: Who, why: Why, seen: Version, its: Own
) -> WrittenAnswer:
    """Informar o registro no conselho."""
    own(who, profile_id)

    async def make(_db: Db) -> ProfileCommand:
        return GiveRegistration(body.council, body.number, body.uf, its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)


@router.put("/company", responses=refuses(*EDITING, CnpjInvalid))
async def company(profile_id: UUID, body: CompanyBody, response: Response, who: Who, why: Why, seen: Version, its: Own) -> WrittenAnswer:
    """Dizer se trabalha por conta própria ou para uma empresa."""
    own(who, profile_id)
    company_id = its.platform.people.of(parse_document(parse_cnpj(body.cnpj))) if body.cnpj else None

    async def make(_db: Db) -> ProfileCommand:
        return GiveCompany(company_id, its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)


@router.put(
    "/documents/{code}",
    responses=refuses(*EDITING, DocumentNotFound, DocumentNotVerifiedYet, DocumentWasRefused, DocumentNotAsked, TooManyOfThisDocument),
)
async def attach(
    profile_id: UUID, code: str, body: DocumentBody, response: Response, who: Who, why: Why, seen: Version, its: Own
) -> WrittenAnswer:
    """Pôr no perfil um documento já verificado."""
    own(who, profile_id)

    async def make(db: Db) -> ProfileCommand:
        clean = await get_clean_document(db, body.document_id, profile_id, owner_stream=its.profiles.stream(profile_id))
        if clean.code != code:
            raise DocumentNotFound
        return AttachDocument(clean.id, clean.code, clean.sha256, await get_checklist(db, its.today()), its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)


@router.delete("/documents/{document_id}", responses=refuses(*EDITING))
async def remove(profile_id: UUID, document_id: UUID, response: Response, who: Who, why: Why, seen: Version, its: Own) -> WrittenAnswer:
    """Tirar um documento do perfil."""
    own(who, profile_id)

    async def make(_db: Db) -> ProfileCommand:
        return RemoveDocument(document_id, its.now())

    return await edit(its, profile_id, make, why, response, expected=seen)
