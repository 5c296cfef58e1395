"""Inviting staff: the link that goes by e-mail, and the first admin, invited by command line while there is none."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.identity.contacts import canonical_email
from services.identity.domain.staff_member.commands import InviteAgain, InviteStaff
from services.identity.letters import send
from services.identity.parts import IdentityParts
from services.identity.pepper import new_secret
from services.identity.views.staff import StaffRow, find_by_person, other_admins
from shared.contracts.identity.staff_member import Role
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.identifiers import Document, parse_cpf
from shared.ids import new_id
from shared.postgres import Db


class AdminExists(Refusal):
    """The first admin is invited by command line only while none is active."""

    sentence = "Já há um administrador ativo; peça um convite a ele."


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom to invite."""

    cpf: str
    name: str
    email: str
    roles: tuple[Role, ...]


def new_link(parts: IdentityParts, staff_id: UUID) -> tuple[str, str]:
    """A link and its digest; the secret stands behind the `#`, which browsers send to nobody."""
    token = f"{staff_id}.{new_secret()}"
    return f"{parts.settings.home_of('staff')}/equipe/convite#{token}", token_digest(parts, token)


def token_digest(parts: IdentityParts, token: str) -> str:
    """What is kept of an invitation's token."""
    return parts.pepper.digest("invitation", token)


async def invite(db: Db, parts: IdentityParts, invitee: Invitee, by: UUID | None, cause: Cause) -> tuple[UUID, int]:
    """Invite somebody in the caller's transaction; answers their id and version. Raises StaffAlreadyInvited."""
    staff_id = new_id()
    person_id = parts.platform.people.of(Document("cpf", invitee.cpf))
    link, digest = new_link(parts, staff_id)
    command = InviteStaff(staff_id, person_id, invitee.cpf, invitee.name, invitee.email, invitee.roles, digest, by, parts.platform.clock())
    outcome = await parts.staff_members(db, staff_id, command, cause, person=person_id)
    await send(db, parts.templates, new_id(), "staff-invitation", person_id, {"link": link}, cause, address=invitee.email)
    return staff_id, outcome.version


async def invite_admin(parts: IdentityParts, arguments: Sequence[str]) -> int:
    """`invite-admin --cpf --name --email`: the first admin; the link goes by e-mail."""
    parser = argparse.ArgumentParser(prog="invite-admin", description="Invite the first administrator.")
    for name in ("--cpf", "--name", "--email"):
        parser.add_argument(name, required=True)
    given = parser.parse_args(list(arguments))
    try:
        invitee = Invitee(parse_cpf(given.cpf), given.name.strip(), canonical_email(given.email), ("admin",))
        staff_id = await transact(parts.platform.pool, lambda db: _first(db, parts, invitee))
    except (Refusal, ValueError) as error:
        sys.stderr.write(f"{getattr(error, 'code', 'email-invalid')}: {getattr(error, 'detail', 'E-mail inválido.')}\n")
        return 1
    sys.stdout.write(f"invited {staff_id}; the link goes by e-mail\n")
    return 0


async def _first(db: Db, parts: IdentityParts, invitee: Invitee) -> UUID:
    """The first admin; whoever was invited so before and never came gets another link. Raises AdminExists, StaffAlreadyInvited."""
    if await other_admins(db, None):
        raise AdminExists
    cause = Cause("service:identity", new_id())
    row = await find_by_person(db, parts.platform.people.of(Document("cpf", invitee.cpf)))
    if row is None or "admin" not in row.roles:
        return (await invite(db, parts, invitee, None, cause))[0]
    link, digest = new_link(parts, row.staff_id)
    await parts.staff_members(db, row.staff_id, InviteAgain(digest, None, parts.platform.clock()), cause)
    await send_link(db, parts, row, link, cause)
    return row.staff_id


async def send_link(db: Db, parts: IdentityParts, row: StaffRow, link: str, cause: Cause) -> None:
    """The link goes where the invitation went."""
    await send(db, parts.templates, new_id(), "staff-invitation", row.person_id, {"link": link}, cause, address=row.email)
