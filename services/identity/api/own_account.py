"""One's own account as it is shown, and the password that guards what would let somebody else keep it."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from services.identity.api.misses import missed
from services.identity.domain.attempts.rules import Charged
from services.identity.domain.user.commands import ProveHolder
from services.identity.domain.user.decider import UserNotFound
from services.identity.parts import IdentityParts
from services.identity.views import accounts, attempts, register
from services.identity.views.accounts import Account
from shared.eventsourcing.event import Cause
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.transaction import transact
from shared.http.body import Answer, Deed, allowed, not_allowed
from shared.http.etag import etag
from shared.http.principal import Principal
from shared.postgres import Db


class CurrentPasswordWrong(Refusal):
    """Whoever is logged in here does not know the password; the session itself is good, so it is no 401."""

    sentence = "A senha atual não confere. Digite de novo."


class TermsLine(Answer):
    """Which version of the terms was accepted, and which one holds today."""

    accepted_version: str | None
    accepted_at: datetime | None
    current_version: str


class MeAnswer(Answer):
    """One's account."""

    user_id: UUID
    person_id: UUID
    kind: str
    document: str | None
    name: str | None
    email: str | None
    phone: str | None
    representative_id: UUID | None
    representative_name: str | None
    holder_proven: bool
    terms: TermsLine
    verified_at: datetime
    actions: dict[str, Deed]
    version: int
    server_time: datetime


def me_answer(parts: IdentityParts, account: Account, response: Response) -> MeAnswer:
    """What is shown of one's account."""
    response.headers["ETag"] = etag(account.version)
    return MeAnswer(
        user_id=account.user_id,
        person_id=account.person_id,
        kind=account.kind,
        document=account.document,
        name=account.name,
        email=account.email,
        phone=account.phone,
        representative_id=account.representative_id,
        representative_name=account.representative_name,
        holder_proven=account.holder,
        terms=TermsLine(
            accepted_version=account.terms_version, accepted_at=account.terms_accepted_at, current_version=parts.terms_now().version
        ),
        verified_at=account.verified_at,
        actions=actions_of(account),
        version=account.version,
        server_time=parts.platform.clock(),
    )


def actions_of(account: Account) -> dict[str, Deed]:
    """What may be done with one's account now."""
    unproven = not_allowed(
        "holder-not-proven",
        "Seu e-mail ainda não é o do cadastro da distribuidora. Peça um código no e-mail do cadastro ou fale com o atendimento.",
    )
    already = not_allowed("holder-already-proven", "Sua conta já está comprovada como a do titular.")
    person_only = not_allowed("only-companies-are-represented", "Só a conta de uma empresa (CNPJ) tem representante.")
    always = ("change-name", "change-phone", "change-email", "change-password", "export-data", "erase-data")
    return {
        **{deed: allowed() for deed in always},
        "name-representative": allowed() if account.kind == "cnpj" else person_only,
        "prove-holder": already if account.holder else allowed(),
        "act-as-holder": allowed() if account.holder else unproven,
    }


async def own_account(db: Db, who: Principal) -> Account:
    """The account of who is logged in; raises UserNotFound."""
    account = await accounts.find(db, who.sub)
    if account is None:
        raise UserNotFound
    return account


async def must_know_password(parts: IdentityParts, who: Principal, password: str, cause: Cause) -> Account:
    """Ask for the password again, counted and told as at log-in; raises CurrentPasswordWrong, LoginIsBlocked, PasswordsBusy.

    What it allows is done later, in another transaction: there `still.own_account_still` looks again.
    """
    now, browser = parts.platform.clock(), who.sid or attempts.UNKNOWN_BROWSER

    async def charge(db: Db) -> tuple[Charged, Account]:
        charged = await attempts.charge_attempt(db, who.pid, browser, "password", now, parts.settings.attempts)
        return charged, await own_account(db, who)

    async with parts.passwords.turn() as turn:
        charged, account = await transact(parts.platform.pool, charge)
        fits = await turn.fits(account.password_hash, password)
    if not fits:
        await transact(parts.platform.pool, lambda db: missed(db, parts, "login", who.pid, account, charged, cause))
        raise CurrentPasswordWrong
    await transact(parts.platform.pool, lambda db: attempts.forgive(db, who.pid, browser, "password"))
    return account


async def prove_by_register_email(db: Db, parts: IdentityParts, user_id: UUID, person_id: UUID, email: str, cause: Cause) -> None:
    """Whose proven e-mail is the one that the utility has of them is the holder."""
    customer = await register.find(db, person_id)
    if customer is not None and customer.email == email:
        await parts.users(db, user_id, ProveHolder("register-email", parts.platform.clock()), cause)
