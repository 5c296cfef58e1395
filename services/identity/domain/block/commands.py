"""What a block can be asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Block:
    """Three attempts failed."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    what: Literal["login", "recovery"]
    until: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class LiftBlock:
    """An attendant proofed who it is."""

    now: datetime


type BlockCommand = Block | LiftBlock
