"""What the proof of a contact can be asked."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.identity.domain.contact_proof.events import Purpose


@dataclass(frozen=True, slots=True)
class StartContactProof:
    """A code goes to the address; where the register has none it goes nowhere, and nobody is told."""

    proof_id: UUID
    user_id: UUID
    person_id: UUID
    purpose: Purpose
    address: str | None
    code_digest: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class ProveContact:
    """Type the code."""

    code_digest: str = field(repr=False)
    now: datetime


type ContactProofCommand = StartContactProof | ProveContact
