"""How staff come and go: by invitation, with a second factor; nobody changes their own roles, and the last admin stays."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.identity.domain.staff_member.commands import (
    AcceptInvitation,
    EnrolTotp,
    GrantRole,
    InviteAgain,
    InviteStaff,
    ReinstateStaff,
    ResetTotp,
    StaffCommand,
    SuspendStaff,
    TakeRole,
)
from services.identity.domain.staff_member.events import (
    InvitationAccepted,
    StaffEvent,
    StaffInvited,
    StaffInvitedAgain,
    StaffReinstated,
    StaffRolesChanged,
    StaffSuspended,
    TotpEnrolled,
    TotpReset,
)
from shared.contracts.identity.staff_member import Role
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import Forbidden, NotFound, Refusal

INVITATION_LIVES = timedelta(hours=72)


class StaffNotFound(NotFound):
    """No such staff member."""

    sentence = "Integrante da equipe não encontrado."


class InvitationInvalid(NotFound):
    """A link that was never sent, was replaced by another, or is too old."""

    sentence = "Este convite não vale mais. Peça outro a um administrador."


class InvitationUsed(Refusal):
    """A password was chosen by it already: whoever comes second gets nothing, whoever came first."""

    sentence = "Este convite já foi usado."


class StaffIsSuspended(Refusal):
    """Suspended staff get no new link, and enrol no second factor."""

    sentence = "Este acesso está suspenso."


class OwnRolesAreNotYours(Forbidden):
    """Somebody else changes your roles, suspends you or resets your second factor."""

    sentence = "Outro administrador precisa fazer esta alteração por você."


class LastAdminStays(Refusal):
    """There is always one active admin."""

    sentence = "Este é o último administrador ativo. Dê o papel a outra pessoa antes."


@dataclass(frozen=True, slots=True)
class Uninvited:
    """Nobody."""


@dataclass(frozen=True, slots=True)
class Member:
    """Invited until `enrolled`, active then, unless suspended."""

    staff_id: UUID
    person_id: UUID
    token_digest: str | Erased | None = field(repr=False)
    invited_at: datetime
    roles: frozenset[Role] = frozenset()
    accepted: bool = False
    enrolled: bool = False
    suspended: bool = False

    @property
    def is_active_admin(self) -> bool:
        """Counts among those of whom one must stay."""
        return self.enrolled and not self.suspended and "admin" in self.roles


type Staff = Uninvited | Member


def decide(command: StaffCommand, state: Staff) -> Sequence[StaffEvent]:
    """What follows from a command."""
    match command:
        case InviteStaff():
            return _invite(command, state)
        case InviteAgain():
            return _invite_again(command, state)
        case AcceptInvitation():
            return _accept(command, state)
        case EnrolTotp():
            return _enrol(command, state)
        case ResetTotp():
            return _reset(command, state)
        case GrantRole():
            return _grant(command, state)
        case TakeRole():
            return _take(command, state)
        case SuspendStaff():
            return _suspend(command, state)
        case ReinstateStaff():
            member = _invited(state)
            reinstated = StaffReinstated(
                staff_id=member.staff_id,
                person_id=member.person_id,
                reinstated_by=command.reinstated_by,
                reinstated_at=command.now,
            )
            return [reinstated] if member.suspended else []
        case _:
            assert_never(command)


def _invite(command: InviteStaff, state: Staff) -> Sequence[StaffEvent]:
    if isinstance(state, Member):
        return []
    invited = StaffInvited(
        staff_id=command.staff_id,
        person_id=command.person_id,
        document=command.document,
        name=command.name,
        email=command.email,
        token_digest=command.token_digest,
        invited_by=command.invited_by,
        invited_at=command.now,
    )
    roles = StaffRolesChanged(
        staff_id=command.staff_id,
        person_id=command.person_id,
        roles=tuple(sorted(set(command.roles))),
        changed_by=command.invited_by,
        changed_at=command.now,
    )
    return [invited, roles] if command.roles else [invited]


def _invite_again(command: InviteAgain, state: Staff) -> Sequence[StaffEvent]:
    member = _invited(state)
    if member.suspended:
        raise StaffIsSuspended
    if member.enrolled:
        raise InvitationUsed
    return [StaffInvitedAgain(token_digest=command.token_digest, invited_by=command.invited_by, invited_at=command.now)]


def _accept(command: AcceptInvitation, state: Staff) -> Sequence[StaffEvent]:
    must_open(state, command.token_digest, command.now)
    return [InvitationAccepted(password_hash=command.password_hash, totp_secret=command.totp_secret, accepted_at=command.now)]


def must_open(state: Staff, token_digest: str, now: datetime) -> None:
    """Whether a link of this digest is good, once; raises InvitationInvalid, InvitationUsed."""
    if not isinstance(state, Member) or not isinstance(state.token_digest, str):
        raise InvitationInvalid
    fits = hmac.compare_digest(state.token_digest, token_digest)
    if not fits or state.suspended or now >= state.invited_at + INVITATION_LIVES:
        raise InvitationInvalid
    if state.accepted:
        raise InvitationUsed


def _enrol(command: EnrolTotp, state: Staff) -> Sequence[StaffEvent]:
    member = _invited(state)
    if member.suspended:
        raise StaffIsSuspended
    return [] if member.enrolled else [TotpEnrolled(enrolled_at=command.now)]


def _reset(command: ResetTotp, state: Staff) -> Sequence[StaffEvent]:
    member = _by_another(_invited(state), command.reset_by)
    return [
        TotpReset(staff_id=member.staff_id, person_id=member.person_id, reset_by=command.reset_by, reset_at=command.now),
        StaffInvitedAgain(token_digest=command.token_digest, invited_by=command.reset_by, invited_at=command.now),
    ]


def _grant(command: GrantRole, state: Staff) -> Sequence[StaffEvent]:
    member = _by_another(_invited(state), command.changed_by)
    if command.role in member.roles:
        return []
    return [_roles(member, member.roles | {command.role}, command.changed_by, command.now)]


def _take(command: TakeRole, state: Staff) -> Sequence[StaffEvent]:
    member = _by_another(_invited(state), command.changed_by)
    if command.role not in member.roles:
        return []
    if command.role == "admin" and member.is_active_admin and command.other_admins == 0:
        raise LastAdminStays
    return [_roles(member, member.roles - {command.role}, command.changed_by, command.now)]


def _suspend(command: SuspendStaff, state: Staff) -> Sequence[StaffEvent]:
    member = _by_another(_invited(state), command.suspended_by)
    if member.suspended:
        return []
    if member.is_active_admin and command.other_admins == 0:
        raise LastAdminStays
    return [
        StaffSuspended(
            staff_id=member.staff_id,
            person_id=member.person_id,
            suspended_by=command.suspended_by,
            suspended_at=command.now,
        )
    ]


def _roles(member: Member, roles: frozenset[Role], changed_by: UUID, now: datetime) -> StaffRolesChanged:
    return StaffRolesChanged(
        staff_id=member.staff_id,
        person_id=member.person_id,
        roles=tuple(sorted(roles)),
        changed_by=changed_by,
        changed_at=now,
    )


def _invited(state: Staff) -> Member:
    if not isinstance(state, Member):
        raise StaffNotFound
    return state


def _by_another(member: Member, by: UUID) -> Member:
    if by == member.staff_id:
        raise OwnRolesAreNotYours
    return member


def evolve(state: Staff, event: StaffEvent) -> Staff:
    """The state after an event."""
    match event:
        case StaffInvited():
            return Member(event.staff_id, event.person_id, event.token_digest, event.invited_at)
        case StaffInvitedAgain():
            return replace(_invited(state), token_digest=event.token_digest, invited_at=event.invited_at, accepted=False)
        case InvitationAccepted():
            return replace(_invited(state), accepted=True)
        case TotpEnrolled():
            return replace(_invited(state), enrolled=True)
        case TotpReset():
            return replace(_invited(state), enrolled=False, accepted=False, token_digest=None)
        case StaffRolesChanged():
            return replace(_invited(state), roles=frozenset(event.roles))
        case StaffSuspended():
            return replace(_invited(state), suspended=True)
        case StaffReinstated():
            return replace(_invited(state), suspended=False)
        case _:
            assert_never(event)


STAFF_MEMBER: Decider[StaffCommand, Staff, StaffEvent] = Decider(Uninvited(), decide, evolve)
