"""How events change what a profile is: the helpers of `evolve`.

An event that does not fit its state was never decided; such a history is broken and is said so, not guessed at.
"""

from collections.abc import Callable
from dataclasses import replace

from services.professional.domain.profile.checklist import Profession
from services.professional.domain.profile.events import (
    ProfessionChosen,
    ProfileApproved,
    ProfileRejected,
    ProfileSubmitted,
    ProfileSuspended,
)
from services.professional.domain.profile.narrowing import work_of
from services.professional.domain.profile.states import (
    Approved,
    Blank,
    Closed,
    Drafting,
    Expired,
    Form,
    InProgress,
    Profile,
    Refused,
    Reviewing,
    Standing,
    Suspended,
    Work,
)


class BrokenHistory(Exception):
    """A stream holds an event that its past does not allow."""


def submissions_of(state: Profile) -> int:
    """How many times something was put before a reviewer."""
    return 0 if isinstance(state, Blank) else state.submissions


def put_work(state: Profile, work: Work | None) -> Profile:
    """The state with other work in its drawer."""
    match state:
        case InProgress() if work is not None:
            return replace(state, work=work)
        case Approved() | Expired():
            return replace(state, renewal=work)
        case Suspended() if not isinstance(work, Reviewing):
            return replace(state, renewal=work)
        case _:
            raise BrokenHistory(type(state).__name__)


def form_changed(state: Profile, change: Callable[[Form], Form]) -> Profile:
    """The state with another form in its draft."""
    work = work_of(state)
    if not isinstance(work, Drafting):
        raise BrokenHistory(type(state).__name__)
    return put_work(state, replace(work, form=change(work.form)))


def chosen(event: ProfessionChosen) -> Profession:
    """The profession, with what it may do by the edition it was chosen from."""
    return Profession(
        event.profession, event.version, event.councils, event.may_file, event.ceiling_kva, needs_attribution=event.needs_attribution
    )


def renewal(state: Profile) -> Drafting:
    """A draft that begins with what was approved, documents apart: those are shown anew."""
    if not isinstance(state, Approved | Expired):
        raise BrokenHistory(type(state).__name__)
    return Drafting(replace(state.standing.form, documents=()))


def submitted(state: Profile, event: ProfileSubmitted) -> Profile:
    """Before the reviewer."""
    work = work_of(state)
    if isinstance(state, Blank | Closed) or not isinstance(work, Drafting):
        raise BrokenHistory(type(state).__name__)
    return put_work(replace(state, submissions=event.submission), Reviewing(work.form, event, work.refused))


def withdrawn(state: Profile) -> Profile:
    """Back in the drawer."""
    work = _reviewing(state)
    return put_work(state, Drafting(work.form, work.refused))


def approved(state: Profile, event: ProfileApproved) -> Profile:
    """Standing from now on."""
    work = _reviewing(state)
    return Approved(event.profile_id, submissions_of(state), Standing(event, work.form))


def rejected(state: Profile, event: ProfileRejected) -> Profile:
    """Back in the drawer, with reasons."""
    work = _reviewing(state)
    return put_work(state, Drafting(work.form, Refused(work.form, event)))


def suspended(state: Profile, event: ProfileSuspended) -> Profile:
    """Stopped; a renewal rests."""
    if not isinstance(state, Approved) or isinstance(state.renewal, Reviewing):
        raise BrokenHistory(type(state).__name__)
    return Suspended(state.profile_id, state.submissions, state.standing, state.renewal, event)


def warned(state: Profile, days: int) -> Profile:
    """One more warning went out."""
    if not isinstance(state, Approved):
        raise BrokenHistory(type(state).__name__)
    return replace(state, standing=replace(state.standing, announced=state.standing.announced | {days}))


def ended(state: Profile) -> Profile:
    """Over; a renewal goes on."""
    if not isinstance(state, Approved | Suspended):
        raise BrokenHistory(type(state).__name__)
    return Expired(state.profile_id, state.submissions, state.standing, state.renewal)


def _reviewing(state: Profile) -> Reviewing:
    work = work_of(state)
    if not isinstance(work, Reviewing):
        raise BrokenHistory(type(state).__name__)
    return work
