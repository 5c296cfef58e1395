"""How an attendance goes: opened by one attendant, identity proofed by the same, deeds only after that, within eight hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.identity.domain.attendance.commands import AttendanceCommand, DoDeed, OpenAttendance, ProofIdentity
from services.identity.domain.attendance.events import AttendanceEvent, AttendanceOpened, DeedDone, IdentityProofed
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import Forbidden, NotFound, Refusal

LIVES = timedelta(hours=8)


class AttendanceNotFound(NotFound):
    """No such attendance, or another's."""

    sentence = "Atendimento não encontrado."


class AttendanceOver(Refusal):
    """Eight hours have passed."""

    sentence = "Este atendimento já terminou. Abra outro."


class IdentityNotProofed(Refusal):
    """Who it is must be known first."""

    sentence = "Confira e registre primeiro a identidade da pessoa."


class NobodyAttendsThemselves(Forbidden):
    """An attendant is a customer too, at somebody else's counter."""

    sentence = "Outra pessoa da equipe precisa fazer o seu atendimento."


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nothing happened yet."""


@dataclass(frozen=True, slots=True)
class Open:
    """Under way."""

    attendance_id: UUID
    protocol: str
    person_id: UUID
    attendant_id: UUID
    opened_at: datetime
    proofed: bool = False


type Attendance = Unopened | Open


def decide(command: AttendanceCommand, state: Attendance) -> Sequence[AttendanceEvent]:
    """What follows from a command."""
    match command:
        case OpenAttendance():
            return _open(command, state)
        case ProofIdentity():
            under_way(state, command.by, command.now)
            return [IdentityProofed(checked=tuple(sorted(set(command.checked))), proofed_by=command.by, proofed_at=command.now)]
        case DoDeed():
            return [_done(command, under_way(state, command.by, command.now))]
        case _:
            assert_never(command)


def _open(command: OpenAttendance, state: Attendance) -> Sequence[AttendanceEvent]:
    if isinstance(state, Open):
        return []
    if command.attendant_person_id == command.person_id:
        raise NobodyAttendsThemselves
    return [
        AttendanceOpened(
            attendance_id=command.attendance_id,
            protocol=command.protocol,
            person_id=command.person_id,
            channel=command.channel,
            attendant_id=command.attendant_id,
            opened_at=command.now,
        )
    ]


def _done(command: DoDeed, going: Open) -> AttendanceEvent:
    if not going.proofed:
        raise IdentityNotProofed
    return DeedDone(
        attendance_id=going.attendance_id,
        protocol=going.protocol,
        person_id=going.person_id,
        deed=command.deed,
        done_by=command.by,
        done_at=command.now,
    )


def under_way(state: Attendance, by: UUID, now: datetime) -> Open:
    """The attendance while its attendant may act on it; raises AttendanceNotFound, AttendanceOver."""
    if not isinstance(state, Open) or state.attendant_id != by:
        raise AttendanceNotFound
    if now >= state.opened_at + LIVES:
        raise AttendanceOver
    return state


def evolve(state: Attendance, event: AttendanceEvent) -> Attendance:
    """The state after an event."""
    match event:
        case AttendanceOpened():
            return Open(event.attendance_id, event.protocol, event.person_id, event.attendant_id, event.opened_at)
        case IdentityProofed():
            return replace(_opened(state), proofed=True)
        case DeedDone():
            return state
        case _:
            assert_never(event)


def _opened(state: Attendance) -> Open:
    if not isinstance(state, Open):
        raise TypeError(state)
    return state


ATTENDANCE: Decider[AttendanceCommand, Attendance, AttendanceEvent] = Decider(Unopened(), decide, evolve)
