"""What identity keeps in a browser: cookies that only it reads, sealed where they mean something."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request, Response

from services.identity.parts import IdentityParts
from shared.eventsourcing.refusal import Forbidden
from shared.ids import new_id

_YEAR = int(timedelta(days=365).total_seconds())
_AGENT = 200
_PEOPLE = 5
_BETWEEN = "~"


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


def known_device(request: Request, parts: IdentityParts, person_id: UUID) -> UUID | None:
    """The id of a browser in which this person has logged in before, by its sealed cookie."""
    for sealed in read(request, parts, "device").split(_BETWEEN)[:_PEOPLE]:
        value = parts.pepper.open("device", sealed, person_id)
        if value is not None and (device := _uuid(value)) is not None:
            return device
    return None


def devices_with(request: Request, parts: IdentityParts, device: UUID, person_id: UUID) -> str:
    """The cookie by which this browser is known to this person from now on, and still to those who logged in here lately."""
    others = [sealed for sealed in read(request, parts, "device").split(_BETWEEN)[:_PEOPLE] if sealed]
    others = [sealed for sealed in others if parts.pepper.open("device", sealed, person_id) is None]
    return _BETWEEN.join([parts.pepper.seal("device", str(device), person_id), *others][:_PEOPLE])


def remember_device(response: Response, parts: IdentityParts, devices: str) -> None:
    """From now on this browser has its own counter of wrong passwords."""
    put(response, parts, "device", devices, _YEAR)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def must_be_ours(request: Request, parts: IdentityParts) -> None:
    """Refuse a request that another site had the browser make; raises CrossSiteRefused."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = urlsplit(parts.settings.public_url)
    if site is not None and site not in {"same-origin", "none"}:
        raise CrossSiteRefused
    if origin is not None and urlsplit(origin)[:2] != ours[:2]:
        raise CrossSiteRefused


def agent(request: Request) -> str:
    """How the browser calls itself."""
    return request.headers.get("user-agent", "")[:_AGENT]
