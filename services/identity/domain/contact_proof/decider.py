"""How a contact is proven: one code, ten minutes, five tries, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.identity.domain.contact_proof.commands import ContactProofCommand, ProveContact, StartContactProof
from services.identity.domain.contact_proof.events import (
    ContactProofEvent,
    ContactProofStarted,
    ContactProven,
    Purpose,
    WrongContactCodeGiven,
)
from services.identity.domain.one_time_code.rules import SentCode, try_code
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Erased
from shared.eventsourcing.refusal import Refusal


class NoCodeIsOut(Refusal):
    """Nothing was asked for, or it was used already."""

    sentence = "Peça primeiro um código."


@dataclass(frozen=True, slots=True)
class Unstarted:
    """Nothing happened yet."""


@dataclass(frozen=True, slots=True)
class Proving:
    """A code is out, or has come back."""

    user_id: UUID
    purpose: Purpose
    address: str | Erased | None
    code: SentCode
    proven: bool = False


type ContactProof = Unstarted | Proving


def decide(command: ContactProofCommand, state: ContactProof) -> Sequence[ContactProofEvent]:
    """What follows from a command."""
    match command:
        case StartContactProof():
            return _start(command, state)
        case ProveContact():
            return _prove(command, state)
        case _:
            assert_never(command)


def _start(command: StartContactProof, state: ContactProof) -> Sequence[ContactProofEvent]:
    if isinstance(state, Proving):
        return []
    return [
        ContactProofStarted(
            proof_id=command.proof_id,
            user_id=command.user_id,
            person_id=command.person_id,
            purpose=command.purpose,
            address=command.address,
            digest=command.code_digest,
            started_at=command.now,
        )
    ]


def _prove(command: ProveContact, state: ContactProof) -> Sequence[ContactProofEvent]:
    if not isinstance(state, Proving) or state.proven:
        raise NoCodeIsOut
    if try_code(state.code, command.code_digest, command.now) == "wrong" or state.address is None:
        return [WrongContactCodeGiven(given_at=command.now)]
    return [ContactProven(user_id=state.user_id, purpose=state.purpose, proven_at=command.now)]


def evolve(state: ContactProof, event: ContactProofEvent) -> ContactProof:
    """The state after an event."""
    match event:
        case ContactProofStarted(digest=digest):
            code = SentCode.of(digest, event.started_at)
            return Proving(event.user_id, event.purpose, event.address, code)
        case WrongContactCodeGiven():
            going = _proving(state)
            return replace(going, code=going.code.missed())
        case ContactProven():
            return replace(_proving(state), proven=True)
        case _:
            assert_never(event)


def _proving(state: ContactProof) -> Proving:
    if not isinstance(state, Proving):
        raise TypeError(state)
    return state


CONTACT_PROOF: Decider[ContactProofCommand, ContactProof, ContactProofEvent] = Decider(Unstarted(), decide, evolve)
