"""Putting a profile before a reviewer, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.professional.domain.profile.checklist import Checklist
from services.professional.domain.profile.commands import SubmitProfile, WithdrawSubmission
from services.professional.domain.profile.events import (
    ProfileEvent,
    ProfileSubmitted,
    SubmissionWithdrawn,
    SubmittedDocument,
)
from services.professional.domain.profile.narrowing import drafting, reviewing
from services.professional.domain.profile.refusals import (
    DocumentMissing,
    NothingChangedSinceRejection,
    ProfileUnknown,
    StepIncomplete,
)
from services.professional.domain.profile.states import Blank, Form, InProgress, Profile


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is missing: in which step, and what to do about it."""

    step: str
    code: str
    sentence: str
    slot: str | None = None


def problems(form: Form, checklist: Checklist) -> tuple[Problem, ...]:
    """All that is missing before a form may be submitted."""
    found = []
    if form.profession is None:
        found.append(Problem("profession", "profession-missing", "Escolha a profissão."))
    if form.registration is None or not isinstance(form.registration.number, str):
        found.append(Problem("registration", "registration-missing", "Informe o registro no conselho."))
    if form.workplace is None:
        found.append(Problem("company", "company-missing", "Diga se trabalha por conta própria ou para uma empresa."))
    shown = {document.code for document in form.documents}
    asked = checklist.asked(form.profession.code if form.profession else None, company=form.company_id is not None)
    found += [
        Problem("documents", "document-missing", f"Envie: {slot.label}.", slot.code)
        for slot in asked
        if slot.required and slot.code not in shown
    ]
    return tuple(found)


def submit(command: SubmitProfile, state: Profile) -> Sequence[ProfileEvent]:
    """Everything is checked and everything missing is listed at once; only documents that are asked go before the reviewer."""
    profile_id, work = drafting(state)
    form = work.form
    if missing := problems(form, command.checklist):
        refusal = DocumentMissing if all(problem.step == "documents" for problem in missing) else StepIncomplete
        raise refusal(extra={"problems": [_told(problem) for problem in missing]})
    if form.profession is None or form.registration is None or isinstance(state, Blank):
        raise ProfileUnknown
    if work.refused is not None and work.refused.form == form:
        raise NothingChangedSinceRejection
    asked = {slot.code for slot in command.checklist.asked(form.profession.code, company=form.company_id is not None)}
    return [
        ProfileSubmitted(
            profile_id=profile_id,
            person_id=profile_id,
            submission=state.submissions + 1,
            renewal=not isinstance(state, InProgress),
            parties=(profile_id, form.company_id) if form.company_id else (profile_id,),
            profession=form.profession.code,
            council=form.registration.council,
            uf=form.registration.uf,
            company_id=form.company_id,
            documents=tuple(
                SubmittedDocument(id=document.document_id, code=document.code, sha256=document.sha256)
                for document in form.documents
                if document.code in asked
            ),
            protocol=command.protocol,
            filed_at=command.now,
            due_on=command.due_on,
            profession_version=form.profession.version,
            checklist_version=command.checklist.version,
        )
    ]


def withdraw(command: WithdrawSubmission, state: Profile) -> Sequence[ProfileEvent]:
    """Take it back before the verdict; what was built stays."""
    return [withdrawn(reviewing(state).filed, command)]


def withdrawn(filed: ProfileSubmitted, command: WithdrawSubmission) -> SubmissionWithdrawn:
    """The fact that a submission was taken back."""
    return SubmissionWithdrawn(
        profile_id=filed.profile_id,
        person_id=filed.person_id,
        submission=filed.submission,
        protocol=filed.protocol,
        withdrawn_at=command.now,
    )


def _told(problem: Problem) -> dict[str, str | None]:
    return {"step": problem.step, "code": problem.code, "sentence": problem.sentence, "slot": problem.slot}
