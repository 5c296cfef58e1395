"""The parts of identity, as its routes, loops and commands reach them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from services.identity.domain.attendance.commands import AttendanceCommand
from services.identity.domain.attendance.decider import Attendance
from services.identity.domain.attendance.events import AttendanceEvent
from services.identity.domain.block.commands import BlockCommand
from services.identity.domain.block.decider import BlockState
from services.identity.domain.block.events import BlockEvent
from services.identity.domain.contact_proof.commands import ContactProofCommand
from services.identity.domain.contact_proof.decider import ContactProof
from services.identity.domain.contact_proof.events import ContactProofEvent
from services.identity.domain.mail.commands import MailCommand
from services.identity.domain.mail.decider import Mail
from services.identity.domain.mail.events import MailEvent
from services.identity.domain.recovery.commands import RecoveryCommand
from services.identity.domain.recovery.decider import Recovery
from services.identity.domain.recovery.events import RecoveryEvent
from services.identity.domain.session.commands import SessionCommand
from services.identity.domain.session.decider import Session
from services.identity.domain.session.events import SessionEvent
from services.identity.domain.sign_up.commands import SignUpCommand
from services.identity.domain.sign_up.decider import SignUp
from services.identity.domain.sign_up.events import SignUpEvent
from services.identity.domain.staff_member.commands import StaffCommand
from services.identity.domain.staff_member.decider import Staff
from services.identity.domain.staff_member.events import StaffEvent
from services.identity.domain.user.commands import UserCommand
from services.identity.domain.user.decider import User
from services.identity.domain.user.events import UserEvent
from services.identity.hashing import Passwords
from services.identity.pepper import Pepper
from services.identity.settings import IdentitySettings
from services.identity.signing import SigningKeys
from services.identity.terms import Terms, terms_on
from shared.eventsourcing.handler import Handler
from shared.mail.templates import Templates
from shared.service import Parts


@dataclass(frozen=True, kw_only=True)
class IdentityParts(Parts):
    """Handlers of each aggregate, and what keeps secrets."""

    settings: IdentitySettings
    templates: Templates
    terms: Sequence[Terms]
    passwords: Passwords
    pepper: Pepper
    signing: SigningKeys
    sign_ups: Handler[SignUpCommand, SignUp, SignUpEvent]
    users: Handler[UserCommand, User, UserEvent]
    sessions: Handler[SessionCommand, Session, SessionEvent]
    blocks: Handler[BlockCommand, BlockState, BlockEvent]
    recoveries: Handler[RecoveryCommand, Recovery, RecoveryEvent]
    contact_proofs: Handler[ContactProofCommand, ContactProof, ContactProofEvent]
    attendances: Handler[AttendanceCommand, Attendance, AttendanceEvent]
    staff_members: Handler[StaffCommand, Staff, StaffEvent]
    mails: Handler[MailCommand, Mail, MailEvent]

    def terms_now(self) -> Terms:
        """The terms of use that hold today."""
        return terms_on(self.terms, self.platform.calendar.today(self.platform.clock()))


async def parts(request: Request) -> IdentityParts:
    """The dependency of every route."""
    found: IdentityParts = request.app.state.parts
    return found
