"""Building a profile, and its renewal: the steps that only change what is being built."""

import re
from collections.abc import Sequence
from uuid import UUID

from services.professional.domain.profile.commands import (
    AttachDocument,
    ChooseProfession,
    GiveCompany,
    GiveRegistration,
    RemoveDocument,
    StartProfile,
    StartRenewal,
)
from services.professional.domain.profile.events import (
    CompanyGiven,
    DocumentAttached,
    DocumentRemoved,
    ProfessionChosen,
    ProfileEvent,
    ProfileStarted,
    RegistrationGiven,
    RenewalStarted,
)
from services.professional.domain.profile.narrowing import drafting
from services.professional.domain.profile.refusals import (
    CouncilDoesNotFitProfession,
    DocumentNotAsked,
    NothingToRenew,
    OnlyPeopleHaveProfiles,
    PersonNotVerified,
    ProfessionNotChosen,
    ProfileIsSuspended,
    RegistrationNumberInvalid,
    TooManyOfThisDocument,
    UnknownUf,
)
from services.professional.domain.profile.states import (
    OWN,
    Approved,
    Blank,
    Closed,
    Expired,
    InProgress,
    Profile,
    Registration,
    Suspended,
)

UFS = frozenset({
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
})  # fmt: skip
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9.\-/]{3,18}[A-Z0-9]")


def normalised(number: str) -> str:
    """A registration number as it is kept: capitals, no spaces. Raises RegistrationNumberInvalid."""
    text = re.sub(r"\s+", "", number).upper()
    if _NUMBER.fullmatch(text) is None:
        raise RegistrationNumberInvalid
    return text


def start(command: StartProfile, state: Profile) -> Sequence[ProfileEvent]:
    """Begin, or begin anew after closing; whoever has a profile has it already."""
    if not isinstance(state, Blank | Closed):
        return []
    if command.verified is None:
        raise PersonNotVerified
    if command.verified != "cpf":
        raise OnlyPeopleHaveProfiles
    return [ProfileStarted(profile_id=command.person_id, started_at=command.now)]


def choose_profession(command: ChooseProfession, state: Profile) -> Sequence[ProfileEvent]:
    """Say what one is."""
    profile_id, work = drafting(state)
    profession = command.profession
    if work.form.profession == profession:
        return []
    return [
        ProfessionChosen(
            profile_id=profile_id,
            profession=profession.code,
            version=profession.version,
            councils=profession.councils,
            may_file=profession.may_file,
            ceiling_kva=profession.ceiling_kva,
            needs_attribution=profession.needs_attribution,
            chosen_at=command.now,
        )
    ]


def give_registration(command: GiveRegistration, state: Profile) -> Sequence[ProfileEvent]:
    """Say where one is registered: in a council of the profession."""
    profile_id, work = drafting(state)
    number, uf = normalised(command.number), command.uf.upper()
    if uf not in UFS:
        raise UnknownUf
    if work.form.profession is None:
        raise ProfessionNotChosen
    if command.council not in work.form.profession.councils:
        raise CouncilDoesNotFitProfession(extra={"councils": list(work.form.profession.councils)})
    if work.form.registration == Registration(command.council, number, uf):
        return []
    return [RegistrationGiven(profile_id=profile_id, council=command.council, number=number, uf=uf, given_at=command.now)]


def give_company(command: GiveCompany, state: Profile) -> Sequence[ProfileEvent]:
    """Say for whom one works."""
    profile_id, work = drafting(state)
    if work.form.workplace == (command.company_id or OWN):
        return []
    return [CompanyGiven(profile_id=profile_id, company_id=command.company_id, given_at=command.now)]


def attach(command: AttachDocument, state: Profile) -> Sequence[ProfileEvent]:
    """Put a verified document into its place of the checklist."""
    profile_id, work = drafting(state)
    if any(document.document_id == command.document_id for document in work.form.documents):
        return []
    profession = work.form.profession.code if work.form.profession else None
    asked = command.checklist.asked(profession, company=work.form.company_id is not None)
    slot = next((slot for slot in asked if slot.code == command.code), None)
    if slot is None:
        raise DocumentNotAsked
    if sum(document.code == command.code for document in work.form.documents) >= slot.most:
        raise TooManyOfThisDocument(extra={"most": slot.most})
    return [
        DocumentAttached(
            profile_id=profile_id,
            document_id=command.document_id,
            code=command.code,
            sha256=command.sha256,
            attached_at=command.now,
        )
    ]


def remove(command: RemoveDocument, state: Profile) -> Sequence[ProfileEvent]:
    """Take a document out; one that is not there is out already."""
    profile_id, work = drafting(state)
    if not any(document.document_id == command.document_id for document in work.form.documents):
        return []
    return [DocumentRemoved(profile_id=profile_id, document_id=command.document_id, removed_at=command.now)]


def start_renewal(command: StartRenewal, state: Profile) -> Sequence[ProfileEvent]:
    """Begin the next one with what was approved; the one that stands goes on."""
    match state:
        case Approved(profile_id=profile_id, renewal=None) | Expired(profile_id=profile_id, renewal=None):
            return [_renewal(profile_id, command)]
        case Approved() | Expired():
            return []
        case Suspended():
            raise ProfileIsSuspended
        case Blank() | InProgress() | Closed():
            raise NothingToRenew


def _renewal(profile_id: UUID, command: StartRenewal) -> RenewalStarted:
    return RenewalStarted(profile_id=profile_id, started_at=command.now)
