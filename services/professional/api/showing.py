"""A profile made into its answer, with what may be done with it now."""

from datetime import date, datetime
from uuid import UUID

from services.professional.api.answers import (
    ProfileAnswer,
    SuspensionAnswer,
    form_answer,
    form_of,
    next_answer,
    reason_answer,
    rejection_answer,
    renewal_name,
    state_name,
    submission_answer,
    terms_answer,
)
from services.professional.domain.profile.checklist import Checklist
from services.professional.domain.profile.commands import (
    AnswerSuspension,
    CloseProfile,
    ProfileCommand,
    ReinstateProfile,
    RemoveDocument,
    StartProfile,
    StartRenewal,
    SubmitProfile,
    SuspendProfile,
    WithdrawSubmission,
)
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.narrowing import work_of
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.domain.profile.states import Blank, Closed, Drafting, Profile, Reviewing, Suspended
from services.professional.parts import ProfessionalParts
from shared.access_log import Viewed, record_viewed
from shared.contracts.backoffice.review import Reason
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Deed, allowed, not_allowed
from shared.http.principal import Principal
from shared.postgres import Db

_NOBODY = UUID(int=0)


async def load_for(parts: ProfessionalParts, db: Db, who: Principal, profile_id: UUID) -> tuple[Profile, int]:
    """A profile for its owner or for staff; anybody else finds nothing. Raises ProfileUnknown."""
    if who.kind == "customer" and who.pid != profile_id:
        raise ProfileUnknown
    state, version = await parts.profiles.load(db, profile_id)
    if isinstance(state, Blank):
        raise ProfileUnknown
    return state, version


async def looked(db: Db, who: Principal, profile_id: UUID, purpose: str, why: Cause) -> None:
    """Write down that staff look at a profile, in the transaction that answers it; its owner's own look is nobody's business."""
    if who.kind == "staff":
        await record_viewed(db, Viewed(who.actor, "profile", str(profile_id), purpose, "staff", why.correlation))


def shown(
    profile_id: UUID, state: Profile, version: int, checklist: Checklist, who: Principal, name: str | None, *, today: date, now: datetime
) -> ProfileAnswer:
    """The answer about a profile."""
    work = work_of(state)
    form = form_of(state, work)
    refused = work.refused if isinstance(work, Drafting) else None
    return ProfileAnswer(
        id=profile_id,
        person_id=profile_id,
        display_name=name,
        state=state_name(state, today),
        renewal=renewal_name(state),
        form=form_answer(form) if form else None,
        submission=submission_answer(work.filed) if isinstance(work, Reviewing) else None,
        rejection=rejection_answer(refused.verdict) if refused else None,
        terms=terms_answer(state),
        suspension=_suspension(state),
        next=next_answer(state, work),
        actions=actions(profile_id, state, checklist, who, today=today, now=now),
        version=version,
        server_time=now,
    )


def actions(profile_id: UUID, state: Profile, checklist: Checklist, who: Principal, *, today: date, now: datetime) -> dict[str, Deed]:
    """Every deed of this caller: asked of the decider itself, so that it cannot say otherwise."""
    deeds: dict[str, ProfileCommand] = {}
    if who.kind == "customer":
        deeds = {
            "edit": RemoveDocument(_NOBODY, now),
            "submit": SubmitProfile(checklist, "", today, now),
            "withdraw": WithdrawSubmission(now),
            "renew": StartRenewal(now),
            "answer-suspension": AnswerSuspension("", now),
            "close": CloseProfile("person", now),
        }
        if isinstance(state, Closed):
            deeds["start"] = StartProfile(profile_id, "cpf", now)
    elif who.has_role("supervisor"):
        deeds = {
            "suspend": SuspendProfile(Reason(code=""), who.pid, now),
            "reinstate": ReinstateProfile(who.pid, today, now),
        }
    return {name: _deed(command, state) for name, command in deeds.items()}


def _deed(command: ProfileCommand, state: Profile) -> Deed:
    try:
        PROFILE.decide(command, state)
    except Refusal as refusal:
        return not_allowed(refusal.code, refusal.detail, article=refusal.article, until=refusal.until)
    return allowed()


def _suspension(state: Profile) -> SuspensionAnswer | None:
    if not isinstance(state, Suspended):
        return None
    stopped = state.suspension
    said = state.answer if isinstance(state.answer, str) else None
    return SuspensionAnswer(reason=reason_answer(stopped.reason), suspended_at=stopped.suspended_at, answer=said)
