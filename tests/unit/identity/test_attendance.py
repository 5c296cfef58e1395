"""The rules of the service desk."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.identity.domain.attendance.commands import DoDeed, OpenAttendance, ProofIdentity
from services.identity.domain.attendance.decider import (
    ATTENDANCE,
    AttendanceNotFound,
    AttendanceOver,
    IdentityNotProofed,
    NobodyAttendsThemselves,
)
from services.identity.domain.attendance.events import AttendanceOpened, DeedDone, IdentityProofed
from shared.testing.given import given

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
ID, PERSON, STAFF, STAFF_PERSON = uuid4(), uuid4(), uuid4(), uuid4()
OPEN = OpenAttendance(ID, "20261000000017", PERSON, "store", STAFF, STAFF_PERSON, T0)
OPENED = ATTENDANCE.decide(OPEN, ATTENDANCE.initial)[0]
PROOFED = IdentityProofed(checked=("photo-id",), proofed_by=STAFF, proofed_at=T0)


def test_the_protocol_comes_first() -> None:
    given(ATTENDANCE).when(OPEN).then_types(AttendanceOpened)
    given(ATTENDANCE, OPENED).when(OPEN).then_nothing()
    given(ATTENDANCE).when(ProofIdentity(("photo-id",), STAFF, T0)).then_refused(AttendanceNotFound)


def test_nobody_attends_themselves() -> None:
    own = OpenAttendance(ID, "20261000000017", PERSON, "store", STAFF, PERSON, T0)
    given(ATTENDANCE).when(own).then_refused(NobodyAttendsThemselves)


def test_deeds_follow_the_proofing_by_the_same_attendant_within_eight_hours() -> None:
    given(ATTENDANCE, OPENED).when(DoDeed("block-lifted", STAFF, T0)).then_refused(IdentityNotProofed)
    given(ATTENDANCE, OPENED).when(ProofIdentity(("photo-id", "photo-id"), STAFF, T0)).then(PROOFED)
    done = DeedDone(attendance_id=ID, protocol="20261000000017", person_id=PERSON, deed="block-lifted", done_by=STAFF, done_at=T0)
    given(ATTENDANCE, OPENED, PROOFED).when(DoDeed("block-lifted", STAFF, T0)).then(done)
    given(ATTENDANCE, OPENED, PROOFED, done).when(DoDeed("block-lifted", STAFF, T0)).then(done)
    given(ATTENDANCE, OPENED, PROOFED).when(DoDeed("block-lifted", uuid4(), T0)).then_refused(AttendanceNotFound)
    given(ATTENDANCE, OPENED, PROOFED).when(DoDeed("block-lifted", STAFF, T0 + timedelta(hours=8))).then_refused(AttendanceOver)
