"""What is asked of a profession, and what may it do? Answered from the catalogues in force."""

from datetime import date
from decimal import Decimal

from services.professional.domain.profile.checklist import Checklist, Profession, Slot
from shared.catalogue import entries
from shared.contracts.backoffice.review import Reason
from shared.postgres import Db

PROFESSIONS = "professions"
DOCUMENTS = "profile-documents"
REASONS = "profile-reasons"
SUSPENSION_REASONS = "profile-suspension-reasons"
CODES = (PROFESSIONS, DOCUMENTS, REASONS, SUSPENSION_REASONS)


async def get_profession(db: Db, code: str, on: date) -> Profession:
    """A profession by the edition in force; raises CodeNotInCatalogue."""
    edition = await entries(db, PROFESSIONS, on)
    entry = edition.get(code)
    ceiling = entry.get("ceiling_kva")
    return Profession(
        code=entry.code,
        version=edition.version,
        councils=tuple(entry.get("councils")),
        may_file=tuple(entry.get("may_file")),
        ceiling_kva=Decimal(str(ceiling)) if ceiling is not None else None,
        needs_attribution=bool(entry.get("needs_attribution")),
    )


async def get_checklist(db: Db, on: date) -> Checklist:
    """The documents of a profile by the edition in force."""
    edition = await entries(db, DOCUMENTS, on)
    return Checklist(
        edition.version,
        tuple(
            Slot(
                code=entry.code,
                label=entry.label,
                required=bool(entry.get("required")),
                company_only=bool(entry.get("company_only", default=False)),
                professions=tuple(entry.get("professions", default=())),
                most=int(entry.get("most", default=1)),
            )
            for entry in edition.entries
            if entry.enabled
        ),
    )


async def get_suspension_reason(db: Db, code: str, on: date) -> Reason:
    """A reason of the closed list; raises CodeNotInCatalogue."""
    entry = (await entries(db, SUSPENSION_REASONS, on)).get(code)
    return Reason(code=entry.code, article=entry.article)


async def label_of(db: Db, catalogue: str, code: str, on: date) -> str:
    """How a code is called in the edition in force; the code itself when it is not there."""
    entry = (await entries(db, catalogue, on)).find(code)
    return entry.label if entry else code
