"""What identity keeps in a browser: cookies that only it reads, sealed where they mean something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request, Response

from services.identity.parts import IdentityParts
from services.identity.views import known_browsers
from shared.eventsourcing.refusal import Forbidden
from shared.ids import new_id
from shared.postgres import Db

_YEAR = int(timedelta(days=365).total_seconds())
_AGENT = 200
_PEOPLE = 5
_BETWEEN = "~"
_DEVICE = "device"
_SHARED = "shared-device"


class CrossSiteRefused(Forbidden):
    """Cookies are only taken from our own pages."""

    sentence = "Este pedido não veio das páginas da agência."


def _name(parts: IdentityParts, name: str) -> str:
    return f"__Host-{name}" if parts.settings.secure_cookies else name


def put(response: Response, parts: IdentityParts, name: str, value: str, age: int | None) -> None:
    """Set a cookie; without an age it goes when the browser closes."""
    response.set_cookie(
        _name(parts, name), value, max_age=age, path="/", secure=parts.settings.secure_cookies, httponly=True, samesite="strict"
    )


def drop(response: Response, parts: IdentityParts, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(_name(parts, name), path="/", secure=parts.settings.secure_cookies, httponly=True, samesite="strict")


def read(request: Request, parts: IdentityParts, name: str) -> str:
    """The value of a cookie, empty without one."""
    return request.cookies.get(_name(parts, name), "")


def browser_id(request: Request, response: Response, parts: IdentityParts) -> UUID:
    """The id of this browser, given to it when it has none."""
    try:
        return UUID(read(request, parts, "browser"))
    except ValueError:
        fresh = new_id()
        put(response, parts, "browser", str(fresh), _YEAR)
        return fresh


@dataclass(frozen=True, slots=True)
class _Seal:
    """What a cookie says of a browser: its id, and the generation in which somebody logged in there."""

    device: UUID
    generation: int


async def known_device(db: Db, request: Request, parts: IdentityParts, subject_id: UUID) -> UUID | None:
    """The id of a browser in which this user or staff member has logged in before, by its sealed cookie; not a shared one.

    A seal is of one account, and of one generation: a hand-over, a recovery, a copied refresh token, a reset second factor and the
    end of all sessions begin the next (`known_browsers`).
    """
    seals = _seals(request, parts, _DEVICE, subject_id)
    if not seals:
        return None
    generation = await known_browsers.generation(db, subject_id)
    return next((seal.device for seal in seals if seal.generation == generation), None)


def devices_of(request: Request, parts: IdentityParts, subject_id: UUID) -> Sequence[UUID]:
    """The ids that this browser has had for somebody, still known or not, and for as long as its window is open on a shared device."""
    return [seal.device for name in (_DEVICE, _SHARED) for seal in _seals(request, parts, name, subject_id)]


def sealed_device(parts: IdentityParts, device: UUID, subject_id: UUID, generation: int) -> str:
    """What this browser is to keep, so that it is known to this user or staff member from now on."""
    return parts.pepper.seal(_DEVICE, f"{device}:{generation}", subject_id)


def remember_device(request: Request, response: Response, parts: IdentityParts, sealed: str, subject_id: UUID, *, shared: bool) -> None:
    """From now on this browser has its own counter of wrong passwords, beside those who logged in here lately.

    A shared device is known to nobody: what it keeps goes with its window, and only tells this session's browser from others.
    """
    if shared:
        put(response, parts, _SHARED, sealed, None)
        return
    others = [one for one in _sealed(request, parts, _DEVICE) if one and _opened(parts, one, subject_id) is None]
    put(response, parts, _DEVICE, _BETWEEN.join([sealed, *others][:_PEOPLE]), _YEAR)


def _sealed(request: Request, parts: IdentityParts, name: str) -> Sequence[str]:
    return read(request, parts, name).split(_BETWEEN)[:_PEOPLE]


def _seals(request: Request, parts: IdentityParts, name: str, subject_id: UUID) -> Sequence[_Seal]:
    found = (_opened(parts, sealed, subject_id) for sealed in _sealed(request, parts, name))
    return [seal for seal in found if seal is not None]


def _opened(parts: IdentityParts, sealed: str, subject_id: UUID) -> _Seal | None:
    device, _, generation = (parts.pepper.open(_DEVICE, sealed, subject_id) or "").partition(":")
    return _Seal(UUID(device), int(generation)) if device else None


def must_be_ours(request: Request, home: str) -> None:
    """Refuse a request that pages of another address than this had the browser make; raises CrossSiteRefused."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        raise CrossSiteRefused
    if origin is not None and urlsplit(origin)[:2] != urlsplit(home)[:2]:
        raise CrossSiteRefused


def agent(request: Request) -> str:
    """How the browser calls itself."""
    return request.headers.get("user-agent", "")[:_AGENT]
