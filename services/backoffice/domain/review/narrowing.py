"""Narrowing a review to the state a command needs, or refusing by name."""

from services.backoffice.domain.review.commands import Officer, Rules
from services.backoffice.domain.review.refusals import (
    AlreadyConcluded,
    ClaimedByAnother,
    NothingToConfirm,
    NotYourClaim,
    OnlySupervisorDecides,
    ReviewerIsParty,
    ReviewUnknown,
    RoleMissing,
    SubjectMovedOn,
)
from services.backoffice.domain.review.states import (
    AwaitingSecondPerson,
    Case,
    Claimed,
    Closed,
    Concluded,
    Open,
    Review,
    Unopened,
    Waiting,
)

SUPERVISOR = "supervisor"


def is_open(state: Review) -> Open:
    """A review that is still to be concluded."""
    match state:
        case Unopened():
            raise ReviewUnknown
        case Concluded():
            raise AlreadyConcluded
        case Closed():
            raise SubjectMovedOn
        case Waiting() | Claimed() | AwaitingSecondPerson():
            return state


def fit(officer: Officer, rules: Rules, case: Case) -> None:
    """The officer has a role of the queue and is no party, by person."""
    if not officer.roles & rules.roles:
        raise RoleMissing
    if officer.person_id in case.opened.parties:
        raise ReviewerIsParty
    if case.escalated and SUPERVISOR not in officer.roles:
        raise OnlySupervisorDecides


def held_by(officer: Officer, rules: Rules, state: Review) -> Claimed:
    """A review that this officer holds, and may."""
    current = is_open(state)
    fit(officer, rules, current.case)
    match current:
        case Claimed() if current.claimed_by == officer.person_id:
            return current
        case Claimed():
            raise ClaimedByAnother(extra={"claimed_by": str(current.claimed_by)}, until=current.expires_at)
        case Waiting() | AwaitingSecondPerson():
            raise NotYourClaim


def awaiting(state: Review) -> AwaitingSecondPerson:
    """A review whose proposed conclusion waits for a second person."""
    current = is_open(state)
    if not isinstance(current, AwaitingSecondPerson):
        raise NothingToConfirm
    return current
