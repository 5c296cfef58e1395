"""While it stands, and how it ends: suspension, warnings, expiry, closing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.professional.domain.profile.commands import (
    AnnounceExpiry,
    AnswerSuspension,
    CloseProfile,
    ExpireProfile,
    ReinstateProfile,
    SuspendProfile,
    WithdrawSubmission,
)
from services.professional.domain.profile.events import (
    ExpiryAnnounced,
    ProfileClosed,
    ProfileEvent,
    ProfileExpired,
    ProfileReinstated,
    ProfileSuspended,
    SuspensionAnswered,
)
from services.professional.domain.profile.narrowing import work_of
from services.professional.domain.profile.refusals import (
    ProfileNotApproved,
    ProfileNotSuspended,
    ProfileUnknown,
    ValidityInThePast,
)
from services.professional.domain.profile.states import Approved, Blank, Closed, Profile, Reviewing, Standing, Suspended
from services.professional.domain.profile.submitting import withdrawn
from shared.calendar import Calendar

WARNINGS = (30, 7)
"""How many days before the end the professional is told."""


def suspend(command: SuspendProfile, state: Profile) -> Sequence[ProfileEvent]:
    """Stop an approved profile; a renewal under review goes back to its drawer."""
    match state:
        case Suspended():
            return []
        case Approved(renewal=renewal):
            back = [withdrawn(renewal.filed, WithdrawSubmission(command.now))] if isinstance(renewal, Reviewing) else []
            return [*back, _suspended(command, state)]
        case Blank():
            raise ProfileUnknown
        case _:
            raise ProfileNotApproved


def answer(command: AnswerSuspension, state: Profile) -> Sequence[ProfileEvent]:
    """What the professional has to say; may be said again."""
    if not isinstance(state, Suspended):
        raise ProfileNotSuspended
    return [SuspensionAnswered(profile_id=state.profile_id, text=command.text, answered_at=command.now)]


def reinstate(command: ReinstateProfile, state: Profile) -> Sequence[ProfileEvent]:
    """Let it stand again, if it is not over meanwhile."""
    match state:
        case Approved():
            return []
        case Suspended(standing=standing):
            if standing.terms.valid_until < command.today:
                raise ValidityInThePast
            return [
                ProfileReinstated(
                    profile_id=state.profile_id,
                    person_id=state.profile_id,
                    valid_until=standing.terms.valid_until,
                    reinstated_by=command.reinstated_by,
                    reinstated_at=command.now,
                )
            ]
        case Blank():
            raise ProfileUnknown
        case _:
            raise ProfileNotSuspended


def announce(command: AnnounceExpiry, state: Profile) -> Sequence[ProfileEvent]:
    """Tell once per warning; warnings that were missed are told as the last one."""
    if not isinstance(state, Approved):
        return []
    ends_at = command.calendar.end_of_day(state.standing.terms.valid_until)
    due = [days for days in WARNINGS if days not in state.standing.announced and ends_at - timedelta(days=days) <= command.now]
    if not due or command.now >= ends_at:
        return []
    return [
        ExpiryAnnounced(
            profile_id=state.profile_id,
            days=min(due),
            valid_until=state.standing.terms.valid_until,
            announced_at=command.now,
        )
    ]


def next_warning(standing: Standing, calendar: Calendar) -> datetime | None:
    """When the next warning is due; None when all went out."""
    ends_at = calendar.end_of_day(standing.terms.valid_until)
    waiting = [days for days in WARNINGS if days < min(standing.announced, default=WARNINGS[0] + 1)]
    return ends_at - timedelta(days=max(waiting)) if waiting else None


def expire(command: ExpireProfile, state: Profile) -> Sequence[ProfileEvent]:
    """End what stood, when its last day is over; the fact carries the instant it was due."""
    if not isinstance(state, Approved | Suspended):
        return []
    ends_at = command.calendar.end_of_day(state.standing.terms.valid_until)
    if command.now < ends_at:
        return []
    return [ProfileExpired(profile_id=state.profile_id, person_id=state.profile_id, expired_at=ends_at)]


def close(command: CloseProfile, state: Profile) -> Sequence[ProfileEvent]:
    """End it for good; what is under review is withdrawn first."""
    if isinstance(state, Closed) or (isinstance(state, Blank) and command.by != "person"):
        return []
    if isinstance(state, Blank):
        raise ProfileUnknown
    work = work_of(state)
    back = [withdrawn(work.filed, WithdrawSubmission(command.now))] if isinstance(work, Reviewing) else []
    closed = ProfileClosed(profile_id=state.profile_id, person_id=state.profile_id, closed_by=command.by, closed_at=command.now)
    return [*back, closed]


def _suspended(command: SuspendProfile, state: Approved) -> ProfileSuspended:
    return ProfileSuspended(
        profile_id=state.profile_id,
        person_id=state.profile_id,
        reason=command.reason,
        suspended_by=command.suspended_by,
        suspended_at=command.now,
    )
