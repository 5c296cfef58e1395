"""Where a recovery stands, for the browser that began it: step, masked e-mail, what may be done and what not yet."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import Response

from services.identity.contacts import masked_email
from services.identity.domain.one_time_code.rules import CODE_LIVES, ResendTooSoon
from services.identity.domain.recovery.commands import ConcludeRecovery, ProveRecovery, RecoveryCommand
from services.identity.domain.recovery.decider import RECOVERY, Recovering, RecoveryOver
from services.identity.parts import IdentityParts
from services.identity.views.accounts import Account
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Answer, Deed, allowed, not_allowed
from shared.http.etag import etag


class RecoveryAnswer(Answer):
    """Where a recovery stands; `expires_at` is when this step ends, from `resend_at` on another code is sent to who begins anew."""

    id: UUID
    step: str
    email: str | None
    expires_at: datetime
    resend_at: datetime
    tries_left: int | None
    actions: dict[str, Deed]
    version: int
    server_time: datetime


def answer(parts: IdentityParts, going: Recovering, account: Account | None, version: int, response: Response) -> RecoveryAnswer:
    """What is shown of a recovery."""
    response.headers["ETag"] = etag(version)
    now = parts.platform.clock()
    step = _step(going, account, now)
    return RecoveryAnswer(
        id=going.recovery_id,
        step=step,
        email=masked_email(account.email) if account and account.email and step != "over" else None,
        expires_at=_ends(going),
        resend_at=going.code.resend_at,
        tries_left=going.code.tries_left if step == "code" else None,
        actions=dict(_actions(going, step, now)),
        version=version,
        server_time=now,
    )


def reaches(going: Recovering, account: Account | None) -> bool:
    """Whether the code went to the address that is the account's still."""
    return account is not None and (account.email_at is None or account.email_at <= going.code.sent_at)


def _ends(going: Recovering) -> datetime:
    return going.code.expires_at if going.proven_at is None else going.proven_at + CODE_LIVES


def _step(going: Recovering, account: Account | None, now: datetime) -> str:
    if going.concluded or not reaches(going, account):
        return "over"
    if going.proven_at is None:
        return "code"
    return "password" if now < _ends(going) else "over"


def _actions(going: Recovering, step: str, now: datetime) -> Mapping[str, Deed]:
    over = not_allowed(RecoveryOver.code, RecoveryOver.sentence)
    early = not_allowed(ResendTooSoon.code, ResendTooSoon.sentence, until=going.code.resend_at)
    return {
        "prove-code": over if step == "over" else _tried(ProveRecovery("", now), going),
        "choose-password": over if step == "over" else _tried(ConcludeRecovery(now), going),
        "begin-anew": early if now < going.code.resend_at else allowed(),
    }


def _tried(command: RecoveryCommand, going: Recovering) -> Deed:
    """What the rules themselves say of a deed."""
    try:
        RECOVERY.decide(command, going)
    except Refusal as refusal:
        return not_allowed(refusal.code, refusal.detail, until=refusal.until)
    return allowed()
