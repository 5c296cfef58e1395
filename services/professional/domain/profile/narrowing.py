"""The parts of a profile that a command needs, or the refusal that says why they are not there."""

from typing import assert_never
from uuid import UUID

from services.professional.domain.profile.refusals import (
    NothingUnderReview,
    ProfileIsClosed,
    ProfileIsSuspended,
    ProfileUnderReview,
    ProfileUnknown,
    RenewalNotStarted,
)
from services.professional.domain.profile.states import (
    Approved,
    Blank,
    Closed,
    Drafting,
    Expired,
    InProgress,
    Profile,
    Reviewing,
    Suspended,
    Work,
)


def work_of(state: Profile) -> Work | None:
    """What is being built or is before a reviewer, if anything."""
    match state:
        case InProgress(work=work):
            return work
        case Approved(renewal=renewal) | Suspended(renewal=renewal) | Expired(renewal=renewal):
            return renewal
        case Blank() | Closed():
            return None
        case _:
            assert_never(state)


def drafting(state: Profile) -> tuple[UUID, Drafting]:
    """What is being built; raises why nothing can be."""
    match state:
        case Blank():
            raise ProfileUnknown
        case Closed():
            raise ProfileIsClosed
        case Suspended():
            raise ProfileIsSuspended
        case InProgress(work=work) | Approved(renewal=work) | Expired(renewal=work):
            match work:
                case Drafting():
                    return state.profile_id, work
                case Reviewing():
                    raise ProfileUnderReview
                case None:
                    raise RenewalNotStarted
        case _:
            assert_never(state)


def reviewing(state: Profile) -> Reviewing:
    """What is before a reviewer; raises NothingUnderReview."""
    if isinstance(state, Blank):
        raise ProfileUnknown
    work = work_of(state)
    if not isinstance(work, Reviewing):
        raise NothingUnderReview
    return work
