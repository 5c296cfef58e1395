"""Between the check of a password and the deed that it allows others act too: in the deed's own transaction it must be right still."""

from services.identity.api.own_account import CurrentPasswordWrong
from services.identity.parts import IdentityParts
from services.identity.views import accounts, sessions, staff
from services.identity.views.accounts import Account
from services.identity.views.staff import StaffRow
from shared.http.principal import Principal
from shared.http.problem import SessionOver
from shared.postgres import Db


async def account_still(db: Db, parts: IdentityParts, checked: Account, password: str) -> Account | None:
    """The account as it is now and stays until the transaction ends; None where the password opens it no more."""
    now = await accounts.hold(db, checked.user_id)
    return now if now is not None and await _opens(parts, checked.password_hash, now.password_hash, password) else None


async def staff_still(db: Db, parts: IdentityParts, checked: StaffRow, password: str) -> StaffRow | None:
    """The staff member as they are now (state, roles, second factor), and stay until then; None where the password opens nothing more."""
    now = await staff.hold(db, checked.staff_id)
    return now if now is not None and await _opens(parts, checked.password_hash, now.password_hash, password) else None


async def own_account_still(db: Db, parts: IdentityParts, who: Principal, checked: Account, password: str) -> Account:
    """The account of who is logged in, still with the password that was checked; raises SessionOver, CurrentPasswordWrong."""
    now = await account_still(db, parts, checked, password)
    await must_be_in_session(db, who)
    if now is None:
        raise CurrentPasswordWrong
    return now


async def must_be_in_session(db: Db, who: Principal) -> None:
    """The session of the token lives, and lives until the transaction ends; raises SessionOver."""
    if who.sid is not None and not await sessions.hold_live(db, who.sid):
        raise SessionOver


async def _opens(parts: IdentityParts, checked: str | None, now: str | None, password: str) -> bool:
    """Hashed anew it is the same password: only where the hash is another one does it have to be looked at again."""
    return now is not None and (now == checked or await parts.passwords.fits(now, password))
