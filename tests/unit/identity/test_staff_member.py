"""The rules of staff."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.identity.domain.staff_member.commands import (
    AcceptInvitation,
    EnrolTotp,
    GrantRole,
    InviteAgain,
    InviteStaff,
    ReinstateStaff,
    ResetTotp,
    SuspendStaff,
    TakeRole,
)
from services.identity.domain.staff_member.decider import (
    STAFF_MEMBER,
    InvitationInvalid,
    InvitationUsed,
    LastAdminStays,
    OwnRolesAreNotYours,
    StaffIsSuspended,
    StaffNotFound,
)
from services.identity.domain.staff_member.events import (
    InvitationAccepted,
    StaffInvited,
    StaffInvitedAgain,
    StaffReinstated,
    StaffRolesChanged,
    StaffSuspended,
    TotpEnrolled,
    TotpReset,
)
from shared.testing.given import given

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
ID, PERSON, ADMIN = uuid4(), uuid4(), uuid4()
INVITE = InviteStaff(ID, PERSON, "52998224725", "Beatriz", "b@exemplo.test", ("admin",), "digest", ADMIN, T0)
INVITED = tuple(STAFF_MEMBER.decide(INVITE, STAFF_MEMBER.initial))
ACCEPT = AcceptInvitation("digest", "hash", "secret", T0)
ACCEPTED = (*INVITED, InvitationAccepted(password_hash="hash", totp_secret="secret", accepted_at=T0))
ACTIVE = (*ACCEPTED, TotpEnrolled(enrolled_at=T0))
SUSPENDED = StaffSuspended(staff_id=ID, person_id=PERSON, suspended_by=ADMIN, suspended_at=T0)


def test_an_invitation_names_the_roles() -> None:
    given(STAFF_MEMBER).when(INVITE).then_types(StaffInvited, StaffRolesChanged)
    given(STAFF_MEMBER, *INVITED).when(INVITE).then_nothing()


def test_the_link_opens_once_within_three_days() -> None:
    given(STAFF_MEMBER, *INVITED).when(ACCEPT).then_types(InvitationAccepted)
    given(STAFF_MEMBER, *INVITED).when(AcceptInvitation("other", "h", "s", T0)).then_refused(InvitationInvalid)
    late = AcceptInvitation("digest", "h", "s", T0 + timedelta(hours=72))
    given(STAFF_MEMBER, *INVITED).when(late).then_refused(InvitationInvalid)
    given(STAFF_MEMBER, *ACCEPTED).when(AcceptInvitation("digest", "theirs", "theirs", T0)).then_refused(InvitationUsed)
    given(STAFF_MEMBER, *ACTIVE).when(ACCEPT).then_refused(InvitationUsed)
    given(STAFF_MEMBER).when(ACCEPT).then_refused(InvitationInvalid)


def test_a_new_link_voids_the_old() -> None:
    again = StaffInvitedAgain(token_digest="second", invited_by=ADMIN, invited_at=T0)
    given(STAFF_MEMBER, *INVITED).when(InviteAgain("second", ADMIN, T0)).then(again)
    given(STAFF_MEMBER, *INVITED, again).when(ACCEPT).then_refused(InvitationInvalid)
    given(STAFF_MEMBER, *ACTIVE).when(InviteAgain("second", ADMIN, T0)).then_refused(InvitationUsed)
    given(STAFF_MEMBER, *ACCEPTED, again).when(ACCEPT).then_refused(InvitationInvalid)
    given(STAFF_MEMBER, *ACCEPTED, again).when(AcceptInvitation("second", "h", "s", T0)).then_types(InvitationAccepted)
    given(STAFF_MEMBER, *INVITED, SUSPENDED).when(InviteAgain("second", ADMIN, T0)).then_refused(StaffIsSuspended)


def test_the_second_factor_is_enrolled_once_and_reset_by_another() -> None:
    given(STAFF_MEMBER, *ACTIVE).when(EnrolTotp(T0)).then_nothing()
    given(STAFF_MEMBER, *ACCEPTED, SUSPENDED).when(EnrolTotp(T0)).then_refused(StaffIsSuspended)
    given(STAFF_MEMBER, *ACTIVE).when(ResetTotp("third", ADMIN, T0)).then_types(TotpReset, StaffInvitedAgain)
    given(STAFF_MEMBER, *ACTIVE).when(ResetTotp("third", ID, T0)).then_refused(OwnRolesAreNotYours)
    reset = STAFF_MEMBER.decide(ResetTotp("third", ADMIN, T0), STAFF_MEMBER.fold(ACTIVE))
    given(STAFF_MEMBER, *ACTIVE, *reset).when(AcceptInvitation("third", "h", "s", T0)).then_types(InvitationAccepted)
    given(STAFF_MEMBER, *ACTIVE, *reset).when(AcceptInvitation("digest", "h", "s", T0)).then_refused(InvitationInvalid)


def test_roles_are_given_and_taken_by_another() -> None:
    given(STAFF_MEMBER, *ACTIVE).when(GrantRole("auditor", ADMIN, T0)).then_types(StaffRolesChanged)
    given(STAFF_MEMBER, *ACTIVE).when(GrantRole("admin", ADMIN, T0)).then_nothing()
    given(STAFF_MEMBER, *ACTIVE).when(GrantRole("auditor", ID, T0)).then_refused(OwnRolesAreNotYours)
    given(STAFF_MEMBER, *ACTIVE).when(TakeRole("auditor", ADMIN, 0, T0)).then_nothing()
    given(STAFF_MEMBER).when(GrantRole("auditor", ADMIN, T0)).then_refused(StaffNotFound)


def test_the_last_admin_stays() -> None:
    given(STAFF_MEMBER, *ACTIVE).when(TakeRole("admin", ADMIN, 0, T0)).then_refused(LastAdminStays)
    given(STAFF_MEMBER, *ACTIVE).when(SuspendStaff(ADMIN, 0, T0)).then_refused(LastAdminStays)
    given(STAFF_MEMBER, *ACTIVE).when(TakeRole("admin", ADMIN, 1, T0)).then_types(StaffRolesChanged)
    given(STAFF_MEMBER, *ACTIVE).when(SuspendStaff(ADMIN, 1, T0)).then_types(StaffSuspended)
    given(STAFF_MEMBER, *INVITED).when(TakeRole("admin", ADMIN, 0, T0)).then_types(StaffRolesChanged)


def test_suspension_ends_by_reinstatement() -> None:
    given(STAFF_MEMBER, *ACTIVE, SUSPENDED).when(SuspendStaff(ADMIN, 1, T0)).then_nothing()
    given(STAFF_MEMBER, *ACTIVE, SUSPENDED).when(ReinstateStaff(ADMIN, T0)).then_types(StaffReinstated)
    given(STAFF_MEMBER, *ACTIVE).when(ReinstateStaff(ADMIN, T0)).then_nothing()
