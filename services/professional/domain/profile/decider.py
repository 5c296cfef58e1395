"""How a profile decides and remembers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.professional.domain.profile.building import (
    attach,
    choose_profession,
    give_company,
    give_registration,
    remove,
    start,
    start_renewal,
)
from services.professional.domain.profile.commands import (
    AnnounceExpiry,
    AnswerSuspension,
    ApproveProfile,
    AttachDocument,
    ChooseProfession,
    CloseProfile,
    ExpireProfile,
    GiveCompany,
    GiveRegistration,
    ProfileCommand,
    ReinstateProfile,
    RejectProfile,
    RemoveDocument,
    StartProfile,
    StartRenewal,
    SubmitProfile,
    SuspendProfile,
    WithdrawSubmission,
)
from services.professional.domain.profile.events import (
    CompanyGiven,
    DocumentAttached,
    DocumentRemoved,
    ExpiryAnnounced,
    ProfessionChosen,
    ProfileApproved,
    ProfileClosed,
    ProfileEvent,
    ProfileExpired,
    ProfileReinstated,
    ProfileRejected,
    ProfileStarted,
    ProfileSubmitted,
    ProfileSuspended,
    RegistrationGiven,
    RenewalStarted,
    SubmissionWithdrawn,
    SuspensionAnswered,
    VerdictNotApplied,
)
from services.professional.domain.profile.judging import approve, reject
from services.professional.domain.profile.remembering import (
    approved,
    chosen,
    ended,
    form_changed,
    put_work,
    rejected,
    renewal,
    submissions_of,
    submitted,
    suspended,
    warned,
    withdrawn,
)
from services.professional.domain.profile.standing import announce, answer, close, expire, reinstate, suspend
from services.professional.domain.profile.states import (
    OWN,
    Approved,
    Attached,
    Blank,
    Closed,
    Drafting,
    Form,
    InProgress,
    Profile,
    Registration,
    Suspended,
)
from services.professional.domain.profile.submitting import submit, withdraw
from shared.eventsourcing.decider import Decider


def decide(command: ProfileCommand, state: Profile) -> Sequence[ProfileEvent]:
    """What a command leads to."""
    match command:
        case StartProfile():
            return start(command, state)
        case ChooseProfession():
            return choose_profession(command, state)
        case GiveRegistration():
            return give_registration(command, state)
        case GiveCompany():
            return give_company(command, state)
        case AttachDocument():
            return attach(command, state)
        case RemoveDocument():
            return remove(command, state)
        case SubmitProfile():
            return submit(command, state)
        case WithdrawSubmission():
            return withdraw(command, state)
        case StartRenewal():
            return start_renewal(command, state)
        case ApproveProfile():
            return approve(command, state)
        case RejectProfile():
            return reject(command, state)
        case SuspendProfile():
            return suspend(command, state)
        case AnswerSuspension():
            return answer(command, state)
        case ReinstateProfile():
            return reinstate(command, state)
        case AnnounceExpiry():
            return announce(command, state)
        case ExpireProfile():
            return expire(command, state)
        case CloseProfile():
            return close(command, state)
        case _:
            assert_never(command)


def evolve(state: Profile, event: ProfileEvent) -> Profile:
    """What a profile is after an event."""
    match event:
        case ProfileStarted(profile_id=profile_id):
            return InProgress(profile_id, submissions_of(state), Drafting(Form()))
        case ProfessionChosen():
            return form_changed(state, lambda form: form.with_profession(chosen(event)))
        case RegistrationGiven(council=council, number=number, uf=uf):
            return form_changed(state, lambda form: replace(form, registration=Registration(council, number, uf)))
        case CompanyGiven(company_id=company):
            return form_changed(state, lambda form: replace(form, workplace=company or OWN))
        case DocumentAttached(document_id=document, code=code, sha256=digest):
            return form_changed(state, lambda form: replace(form, documents=(*form.documents, Attached(document, code, digest))))
        case DocumentRemoved(document_id=document):
            return form_changed(state, lambda form: form.without(document))
        case RenewalStarted():
            return put_work(state, renewal(state))
        case ProfileSubmitted():
            return submitted(state, event)
        case SubmissionWithdrawn():
            return withdrawn(state)
        case ProfileApproved():
            return approved(state, event)
        case ProfileRejected():
            return rejected(state, event)
        case VerdictNotApplied():
            return state
        case ProfileSuspended():
            return suspended(state, event)
        case SuspensionAnswered(text=text):
            return replace(state, answer=text) if isinstance(state, Suspended) else state
        case ProfileReinstated():
            return Approved(state.profile_id, state.submissions, state.standing, state.renewal) if isinstance(state, Suspended) else state
        case ExpiryAnnounced(days=days):
            return warned(state, days)
        case ProfileExpired():
            return ended(state)
        case ProfileClosed(profile_id=profile_id):
            return Closed(profile_id, submissions_of(state))
        case _:
            assert_never(event)


PROFILE: Decider[ProfileCommand, Profile, ProfileEvent] = Decider(Blank(), decide, evolve)
