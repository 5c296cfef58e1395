"""The reviewer's verdict: applied to the submission it is about, and to no other."""

from collections.abc import Sequence

from services.professional.domain.profile.checklist import Profession
from services.professional.domain.profile.commands import ApproveProfile, RejectProfile
from services.professional.domain.profile.events import (
    Filing,
    ProfileApproved,
    ProfileEvent,
    ProfileRejected,
    VerdictNotApplied,
)
from services.professional.domain.profile.narrowing import work_of
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.domain.profile.states import Approved, Blank, Drafting, Expired, Profile, Reviewing, Suspended
from shared.contracts.verdict import NotAppliedBecause


def approve(command: ApproveProfile, state: Profile) -> Sequence[ProfileEvent]:
    """The terms begin to stand; a yes without an end, or with one that is over, is not applied."""
    if isinstance(state, Approved | Suspended | Expired) and state.standing.terms.submission == command.submission:
        return []
    work = _under_review(command, state)
    if not isinstance(work, Reviewing):
        return [_not_applied(command, work)]
    if command.valid_until is None:
        return [_not_applied(command, "content-missing")]
    if command.valid_until < command.today:
        return [_not_applied(command, "validity-in-the-past")]
    filed, profession = work.filed, work.form.profession
    if profession is None:
        raise ProfileUnknown
    return [
        ProfileApproved(
            profile_id=filed.profile_id,
            person_id=filed.person_id,
            submission=filed.submission,
            profession=filed.profession,
            council=filed.council,
            uf=filed.uf,
            may_file=may_file(profession, attribution_confirmed=command.attribution_confirmed),
            ceiling_kva=profession.ceiling_kva,
            company_id=filed.company_id,
            valid_until=command.valid_until,
            approved_at=command.now,
        )
    ]


def reject(command: RejectProfile, state: Profile) -> Sequence[ProfileEvent]:
    """Back to the person, with reasons; an approval that stands goes on standing."""
    settled = work_of(state)
    if isinstance(settled, Drafting) and settled.refused and settled.refused.verdict.submission == command.submission:
        return []
    work = _under_review(command, state)
    if not isinstance(work, Reviewing):
        return [_not_applied(command, work)]
    return [
        ProfileRejected(
            profile_id=work.filed.profile_id,
            person_id=work.filed.person_id,
            submission=work.filed.submission,
            reasons=command.reasons,
            documents=command.documents,
            approval_stands=isinstance(state, Approved),
            rejected_at=command.now,
        )
    ]


def may_file(profession: Profession, *, attribution_confirmed: bool) -> tuple[Filing, ...]:
    """What a profession may file; technical requests only with a confirmed attribution, where one is needed."""
    if profession.needs_attribution and not attribution_confirmed:
        return tuple(filing for filing in profession.may_file if filing != "technical")
    return profession.may_file


def _under_review(command: ApproveProfile | RejectProfile, state: Profile) -> Reviewing | NotAppliedBecause:
    if isinstance(state, Blank):
        raise ProfileUnknown
    work = work_of(state)
    if not isinstance(work, Reviewing):
        return "not-under-review"
    return work if work.filed.submission == command.submission else "other-submission"


def _not_applied(command: ApproveProfile | RejectProfile, because: NotAppliedBecause) -> VerdictNotApplied:
    return VerdictNotApplied(
        review_id=command.review_id,
        subject_stream=command.subject_stream,
        submission=command.submission,
        because=because,
        at=command.now,
    )
