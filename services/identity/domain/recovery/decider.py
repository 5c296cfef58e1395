"""How a recovery goes: code, then a new password within ten minutes of proving it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.identity.domain.one_time_code.rules import CODE_LIVES, SentCode, try_code
from services.identity.domain.recovery.commands import ConcludeRecovery, ProveRecovery, RecoveryCommand, StartRecovery
from services.identity.domain.recovery.events import (
    RecoveryConcluded,
    RecoveryEvent,
    RecoveryProven,
    RecoveryStarted,
    WrongRecoveryCodeGiven,
)
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import NotFound, Refusal


class RecoveryNotFound(NotFound):
    """No recovery of this browser."""

    sentence = "Recuperação não encontrada. Comece de novo."


class RecoveryOver(Refusal):
    """Concluded, or too late."""

    sentence = "Esta recuperação já terminou. Comece de novo."


class RecoveryNotProven(Refusal):
    """The code comes first."""

    sentence = "Digite primeiro o código enviado por e-mail."


class DataDiverges(Refusal):
    """What was given is not what is on file; says how many tries remain."""

    sentence = "Os dados não conferem."


@dataclass(frozen=True, slots=True)
class Unstarted:
    """Nothing happened yet."""


@dataclass(frozen=True, slots=True)
class Recovering:
    """The code is out, or proven."""

    recovery_id: UUID
    user_id: UUID
    person_id: UUID
    code: SentCode
    proven_at: datetime | None = None
    concluded: bool = False


type Recovery = Unstarted | Recovering


def decide(command: RecoveryCommand, state: Recovery) -> Sequence[RecoveryEvent]:
    """What follows from a command."""
    match command:
        case StartRecovery():
            return _start(command, state)
        case ProveRecovery():
            going = _open(state)
            if going.proven_at is not None:
                return []
            if try_code(going.code, command.code_digest, command.now) == "wrong":
                return [WrongRecoveryCodeGiven(given_at=command.now)]
            return [RecoveryProven(proven_at=command.now)]
        case ConcludeRecovery():
            proven(state, command.now)
            return [RecoveryConcluded(concluded_at=command.now)]
        case _:
            assert_never(command)


def _start(command: StartRecovery, state: Recovery) -> Sequence[RecoveryEvent]:
    if isinstance(state, Recovering):
        return []
    return [
        RecoveryStarted(
            recovery_id=command.recovery_id,
            user_id=command.user_id,
            person_id=command.person_id,
            digest=command.code_digest,
            started_at=command.now,
        )
    ]


def _open(state: Recovery) -> Recovering:
    going = known(state)
    if going.concluded:
        raise RecoveryOver
    return going


def known(state: Recovery) -> Recovering:
    """A recovery that was begun; raises RecoveryNotFound."""
    if not isinstance(state, Recovering):
        raise RecoveryNotFound
    return state


def proven(state: Recovery, now: datetime) -> Recovering:
    """The recovery when a new password may be set; raises RecoveryNotFound, RecoveryOver, RecoveryNotProven."""
    going = _open(state)
    if going.proven_at is None:
        raise RecoveryNotProven
    if now >= going.proven_at + CODE_LIVES:
        raise RecoveryOver
    return going


def evolve(state: Recovery, event: RecoveryEvent) -> Recovery:
    """The state after an event."""
    match event:
        case RecoveryStarted(digest=digest):
            code = SentCode.of(digest, event.started_at)
            return Recovering(event.recovery_id, event.user_id, event.person_id, code)
        case WrongRecoveryCodeGiven():
            going = _open(state)
            return replace(going, code=going.code.missed())
        case RecoveryProven(proven_at=proven_at):
            return replace(_open(state), proven_at=proven_at)
        case RecoveryConcluded():
            return replace(_open(state), concluded=True)
        case _:
            assert_never(event)


RECOVERY: Decider[RecoveryCommand, Recovery, RecoveryEvent] = Decider(Unstarted(), decide, evolve)
