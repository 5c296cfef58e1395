"""How a block goes: set once, over by itself, or lifted before its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from services.identity.domain.block.commands import Block, BlockCommand, LiftBlock
from services.identity.domain.block.events import BlockEvent, LoginBlocked, LoginUnblocked, RecoveryBlocked, RecoveryUnblocked
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import NotFound


class BlockNotFound(NotFound):
    """No such block."""

    sentence = "Bloqueio não encontrado."


@dataclass(frozen=True, slots=True)
class Unset:
    """Nothing is blocked."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Blocked until then."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    what: Literal["login", "recovery"]
    until: datetime
    lifted: bool = False


type BlockState = Unset | Blocked


def decide(command: BlockCommand, state: BlockState) -> Sequence[BlockEvent]:
    """What follows from a command."""
    match command:
        case Block():
            return [] if isinstance(state, Blocked) else [_set(command)]
        case LiftBlock():
            return _lift(command, state)
        case _:
            assert_never(command)


def _set(command: Block) -> BlockEvent:
    kind = LoginBlocked if command.what == "login" else RecoveryBlocked
    return kind(
        block_id=command.block_id,
        user_id=command.user_id,
        person_id=command.person_id,
        until=command.until,
        blocked_at=command.now,
    )


def _lift(command: LiftBlock, state: BlockState) -> Sequence[BlockEvent]:
    if not isinstance(state, Blocked):
        raise BlockNotFound
    if state.lifted or command.now >= state.until:
        return []
    kind = LoginUnblocked if state.what == "login" else RecoveryUnblocked
    return [kind(block_id=state.block_id, user_id=state.user_id, person_id=state.person_id, unblocked_at=command.now)]


def evolve(state: BlockState, event: BlockEvent) -> BlockState:
    """The state after an event."""
    match event:
        case LoginBlocked():
            return Blocked(event.block_id, event.user_id, event.person_id, "login", event.until)
        case RecoveryBlocked():
            return Blocked(event.block_id, event.user_id, event.person_id, "recovery", event.until)
        case LoginUnblocked() | RecoveryUnblocked():
            if not isinstance(state, Blocked):
                raise TypeError(state)
            return Blocked(state.block_id, state.user_id, state.person_id, state.what, state.until, lifted=True)
        case _:
            assert_never(event)


BLOCK: Decider[BlockCommand, BlockState, BlockEvent] = Decider(Unset(), decide, evolve)
