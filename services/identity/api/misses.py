"""A wrong password, or details that diverge: written down whoever it is about; the miss that blocks is told to whom it is about."""

from typing import Literal
from uuid import UUID

from services.identity.domain.attempts.rules import Charged
from services.identity.domain.block.commands import Block
from services.identity.letters import send
from services.identity.parts import IdentityParts
from services.identity.views.accounts import Account
from services.identity.views.staff import StaffRow
from shared.access_log import Channel, Viewed, record_viewed
from shared.eventsourcing.event import Cause
from shared.ids import new_id
from shared.postgres import Db

_GIVEN = {"login": "wrong-password-given", "recovery": "divergent-data-given"}


async def missed(
    db: Db,
    parts: IdentityParts,
    what: Literal["login", "recovery"],
    person_id: UUID,
    account: Account | None,
    charged: Charged,
    cause: Cause,
) -> None:
    """A miss at a customer's log-in, at the password asked for again, or in a recovery; an account's block is an event, and its mail."""
    await _write_down(db, person_id, _GIVEN[what], "portal", cause)
    until = charged.attempts.blocked_until
    if account is None or until is None:
        return
    block_id, now = new_id(), parts.platform.clock()
    await parts.blocks(db, block_id, Block(block_id, account.user_id, account.person_id, what, until, now), cause)


async def staff_missed(db: Db, parts: IdentityParts, person_id: UUID, row: StaffRow | None, charged: Charged, cause: Cause) -> None:
    """A miss at staff's log-in or step-up; a block is mailed, and no event: it is of no account, and nobody at the desk lifts it."""
    await _write_down(db, person_id, _GIVEN["login"], "staff", cause)
    until = charged.attempts.blocked_until
    if row is None or row.email is None or until is None:
        return
    values = {"until": f"{until.astimezone(parts.platform.calendar.zone):%d/%m/%Y %H:%M}"}
    await send(db, parts.templates, new_id(), "login-blocked", person_id, values, cause, address=row.email)


async def _write_down(db: Db, person_id: UUID, given: str, channel: Channel, cause: Cause) -> None:
    await record_viewed(db, Viewed(cause.actor, "attempt", str(person_id), given, channel, cause.correlation))
