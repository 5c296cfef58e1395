"""What identity publishes about accounts, on `identity.user`: who is verified, who is the holder, what blocks them, who is erased."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.eventsourcing.event import Event

type HolderProof = Literal["register-email", "register-code", "attendant"]


class UserVerified(Event):
    """Somebody proved an e-mail and chose a password for a CPF or CNPJ; `root_id` is shared by all branches of a company."""

    user_id: UUID
    person_id: UUID
    kind: Literal["cpf", "cnpj"]
    root_id: UUID | None
    verified_at: datetime


class HolderProven(Event):
    """The account may act as holder: its contact is the one the utility has, or an attendant saw who it is."""

    user_id: UUID
    person_id: UUID
    how: HolderProof
    proven_at: datetime


class UserContactChanged(Event):
    """Another e-mail or phone, by the person or by an attendant after proofing."""

    user_id: UUID
    person_id: UUID
    what: Literal["email", "phone"]
    changed_at: datetime


class AccountHandedOver(Event):
    """Somebody else had taken this CPF or CNPJ; what they did since `acted_since` is contested."""

    user_id: UUID
    person_id: UUID
    acted_since: datetime
    at: datetime


class PersonalDataErased(Event):
    """The person asked to be forgotten: keys, rows and objects made before `at` go where no duty keeps them."""

    user_id: UUID
    person_id: UUID
    at: datetime


class PersonalDataExported(Event):
    """The person asked for a copy of what is kept about them."""

    user_id: UUID
    person_id: UUID
    at: datetime


class LoginBlocked(Event):
    """Three wrong passwords in a row: no log-in until then, live sessions go on."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    until: datetime
    blocked_at: datetime


class LoginUnblocked(Event):
    """The block of log-ins ended before its time, by an attendant."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    unblocked_at: datetime


class RecoveryBlocked(Event):
    """Divergent contact details three times: no recovery until then."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    until: datetime
    blocked_at: datetime


class RecoveryUnblocked(Event):
    """The block of recoveries ended before its time, by an attendant."""

    block_id: UUID
    user_id: UUID
    person_id: UUID
    unblocked_at: datetime


class MailBounced(Event):
    """A message to this person came back for good: an attendant looks for another way to reach them (REN 1.000, art. 417)."""

    mail_id: UUID
    person_id: UUID
    at: datetime
