"""Where a sign-up stands, for the browser that it goes on in: step, masked e-mail, what may be done and what not yet."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response

from services.identity.api.browser import put
from services.identity.api.one_time_codes import must_be_own
from services.identity.contacts import masked_email
from services.identity.domain.one_time_code.rules import CODES, ResendTooSoon, TooManyTries
from services.identity.domain.sign_up.decider import Over, SigningUp, SignUpNotFound, SignUpOver, StepOutOfOrder, under_way
from services.identity.parts import IdentityParts
from services.identity.views.accounts import plain
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Answer, Deed, allowed, not_allowed
from shared.http.etag import etag
from shared.identifiers import mask_document
from shared.postgres import Db

COOKIE = "sign-up"
_DAY = 24 * 3600
_DEEDS = ("resend-code", "correct-email", "prove-email", "give-name-and-phone", "choose-password")


class SignUpAnswer(Answer):
    """Where a sign-up stands; name, phone and representative are shown once the e-mail is proven."""

    id: UUID
    step: str
    kind: str | None
    document: str | None
    email: str | None
    name: str | None
    phone: str | None
    representative_name: str | None
    code_expires_at: datetime | None
    resend_at: datetime | None
    tries_left: int | None
    expires_at: datetime | None
    terms_version: str
    actions: dict[str, Deed]
    version: int
    server_time: datetime


def _value(sign_up_id: UUID, moves: int) -> str:
    return f"{sign_up_id}:{moves}"


def keep_in_browser(response: Response, parts: IdentityParts, sign_up_id: UUID, moves: int) -> None:
    """From now on the sign-up goes on in this browser, and in no other."""
    put(response, parts, COOKIE, parts.pepper.seal(COOKIE, _value(sign_up_id, moves)), _DAY)


def link_token(parts: IdentityParts, sign_up_id: UUID, email: str) -> str:
    """What the link of the mail holds: whoever shows it reads the mail of that address; another address voids it."""
    return parts.pepper.digest("sign-up-link", sign_up_id, email)


async def own_sign_up(db: Db, request: Request, parts: IdentityParts, sign_up_id: UUID) -> tuple[SigningUp | Over, int]:
    """The sign-up of this browser, and its version; raises SignUpNotFound."""
    state, version = await parts.sign_ups.load(db, sign_up_id)
    moves = state.moves if isinstance(state, SigningUp | Over) else 0
    must_be_own(request, parts, COOKIE, _value(sign_up_id, moves), SignUpNotFound)
    return known(state), version


def known(state: object) -> SigningUp | Over:
    """A sign-up that was begun; raises SignUpNotFound."""
    if not isinstance(state, SigningUp | Over):
        raise SignUpNotFound
    return state


def answer(parts: IdentityParts, sign_up_id: UUID, found: object, version: int, response: Response) -> SignUpAnswer:
    """What is shown of a sign-up."""
    state = known(found)
    response.headers["ETag"] = etag(version)
    now = parts.platform.clock()
    going = state if isinstance(state, SigningUp) else None
    code = going.code if going and not going.email_proven else None
    typed = going if going and going.email_proven else None
    return SignUpAnswer(
        id=sign_up_id,
        step=going.step if going else "over",
        kind=going.kind if going else None,
        document=mask_document(going.document) if going and isinstance(going.document, str) else None,
        email=masked_email(email) if going and (email := plain(going.email)) else None,
        name=plain(typed.name) if typed else None,
        phone=plain(typed.phone) if typed else None,
        representative_name=plain(typed.representative_name) if typed else None,
        code_expires_at=code.expires_at if code else None,
        resend_at=code.resend_at if code else None,
        tries_left=code.tries_left if code else None,
        expires_at=going.expires_at if going else None,
        terms_version=parts.terms_now().version,
        actions=dict(_actions(state, now)),
        version=version,
        server_time=now,
    )


def _no(refusal: type[Refusal], *, until: datetime | None = None) -> Deed:
    return not_allowed(refusal.code, refusal.sentence, until=until)


def _actions(state: SigningUp | Over, now: datetime) -> Mapping[str, Deed]:
    try:
        going = under_way(state, now)
    except SignUpOver:
        return dict.fromkeys(_DEEDS, _no(SignUpOver))
    proven, named = going.email_proven, going.step == "password"
    out_of_order = _no(StepOutOfOrder)
    spent = going.code is not None and going.code.number >= CODES
    early = going.code is not None and now < going.code.resend_at
    until = going.code.resend_at if going.code else None
    resend = out_of_order if proven else _no(TooManyTries) if spent else _no(ResendTooSoon, until=until) if early else allowed()
    return {
        "resend-code": resend,
        "correct-email": _no(TooManyTries) if spent else allowed(),
        "prove-email": out_of_order if proven else allowed(),
        "give-name-and-phone": allowed() if proven else out_of_order,
        "choose-password": allowed() if named else out_of_order,
    }
