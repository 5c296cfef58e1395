"""Who is asking, and the access markers: every route carries exactly one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, cast
from uuid import UUID

from fastapi import Request
from fastapi.dependencies.models import Dependant

from shared.eventsourcing.refusal import Forbidden
from shared.http.problem import SessionOver, SignInRequired

type Kind = Literal["customer", "staff", "service"]
STEP_UP_WITHIN = timedelta(minutes=5)
CLOCKS_MAY_DIFFER = timedelta(seconds=30)


class RoleRequired(Forbidden):
    """A role that this caller does not have."""

    sentence = "Seu perfil de acesso não permite isto."


class StepUpRequired(Forbidden):
    """Needs the second factor again, at most five minutes old."""

    sentence = "Confirme com o código do seu aplicativo autenticador para continuar."


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a good token speaks for. `pid` is the PersonId, on which actor and object checks rest."""

    sub: UUID
    pid: UUID
    kind: Kind
    sid: UUID | None
    roles: frozenset[str]
    auth_time: datetime | None
    amr: frozenset[str]
    rep: UUID | None
    name: str | None
    purpose: str | None = None
    on_behalf_of: str | None = None

    @property
    def actor(self) -> str:
        """`person:<pid>`, `staff:<sub>` or `service:<name>`."""
        match self.kind:
            case "customer":
                return f"person:{self.pid}"
            case "staff":
                return f"staff:{self.sub}"
            case "service":
                return f"service:{self.name}"

    def has_role(self, *roles: str) -> bool:
        """Whether any of these roles is theirs."""
        return bool(self.roles & set(roles))


class Door(Protocol):
    """Reads tokens; set on `app.state.door` by `create_app`."""

    async def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises SignInRequired or SessionOver."""

    def now(self) -> datetime:
        """The present."""


async def principal_of(request: Request) -> Principal | None:
    """Who is asking; None when no token was sent. Read once per request. Raises SignInRequired, SessionOver.

    On a route for anyone a token that is no longer good counts as none: logging in again must not fail because of it.
    """
    if not hasattr(request.state, "principal"):
        try:
            request.state.principal = await _read(request)
        except (SignInRequired, SessionOver):
            if not _is_for_anyone(request):
                raise
            request.state.principal = None
    return cast("Principal | None", request.state.principal)


async def _read(request: Request) -> Principal | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInRequired
    door = cast("Door", request.app.state.door)
    return await door.principal(token.strip())


def _is_for_anyone(request: Request) -> bool:
    dependant = getattr(request.scope.get("route"), "dependant", None)
    return dependant is not None and all(isinstance(marker, Anyone) for marker in markers_of(dependant))


def markers_of(dependant: Dependant) -> Iterator["Access | Anyone"]:
    """The access markers among the dependencies of a route."""
    if isinstance(dependant.call, Access | Anyone):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from markers_of(inner)


@dataclass(frozen=True)
class Access:
    """An access marker: which kinds of caller, with which roles, and how fresh a second factor. It is the dependency."""

    label: str
    kinds: frozenset[Kind]
    roles: frozenset[str] = frozenset()
    fresh_totp: bool = False

    async def __call__(self, request: Request) -> Principal:
        """Let the caller in, or refuse by name."""
        principal = await principal_of(request)
        if principal is None:
            raise SignInRequired
        if principal.kind not in self.kinds or (self.roles and not principal.roles & self.roles):
            raise RoleRequired
        if self.fresh_totp and not has_fresh_totp(principal, cast("Door", request.app.state.door).now()):
            raise StepUpRequired
        return principal


def has_fresh_totp(principal: Principal, now: datetime) -> bool:
    """Whether the second factor was shown lately enough for what asks for it."""
    if principal.auth_time is None or ("totp" not in principal.amr and "otp" not in principal.amr):
        return False
    return now - principal.auth_time.astimezone(UTC) <= STEP_UP_WITHIN + CLOCKS_MAY_DIFFER


@dataclass(frozen=True)
class Anyone:
    """The marker of a route that needs no token; one that is sent is read, and one that is not good counts as none."""

    label: str = "anyone"

    async def __call__(self, request: Request) -> Principal | None:
        """Who is asking, if they say."""
        return await principal_of(request)


person = Access("person", frozenset({"customer"}))
signed_in = Access("signed-in", frozenset({"customer", "staff"}))
service_call = Access("service", frozenset({"service"}))
anyone = Anyone()


def staff(*roles: str) -> Access:
    """Staff with any of these roles; with none named, any staff."""
    return Access("staff:" + ",".join(sorted(roles)) if roles else "staff", frozenset({"staff"}), frozenset(roles))


def step_up(*roles: str) -> Access:
    """Staff with any of these roles whose second factor is at most five minutes old."""
    return Access("step-up:" + ",".join(sorted(roles)) if roles else "step-up", frozenset({"staff"}), frozenset(roles), fresh_totp=True)


def person_or_staff(*roles: str) -> Callable[[Request], object]:
    """A person, or staff with any of these roles."""
    return _PersonOrStaff("person|staff:" + ",".join(sorted(roles)), frozenset({"customer", "staff"}), frozenset(roles))


class _PersonOrStaff(Access):
    async def __call__(self, request: Request) -> Principal:
        """Let a person in without a role, staff with one."""
        principal = await principal_of(request)
        if principal is None:
            raise SignInRequired
        if principal.kind not in self.kinds or (principal.kind == "staff" and not principal.roles & self.roles):
            raise RoleRequired
        return principal


def from_claims(claims: Mapping[str, object]) -> Principal:
    """A principal from the verified claims of a person's or staff member's token. Raises KeyError, ValueError."""
    kind = claims["kind"]
    if kind not in {"customer", "staff"}:
        raise ValueError(kind)
    auth_time = claims.get("auth_time")
    rep = claims.get("rep")
    return Principal(
        sub=UUID(str(claims["sub"])),
        pid=UUID(str(claims["pid"])),
        kind=cast("Kind", kind),
        sid=UUID(str(claims["sid"])) if claims.get("sid") else None,
        roles=frozenset(str(role) for role in cast("list[object]", claims.get("roles") or [])),
        auth_time=datetime.fromtimestamp(float(str(auth_time)), UTC) if auth_time else None,
        amr=frozenset(str(way) for way in cast("list[object]", claims.get("amr") or [])),
        rep=UUID(str(rep)) if rep else None,
        name=None,
    )
