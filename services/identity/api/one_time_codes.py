"""One-time codes at the door: whose they are, and what a wrong one answers; in sign-up, recovery and proofs of a contact alike."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field

from services.identity.api.browser import read
from services.identity.domain.one_time_code.rules import CodeWrong, SentCode
from services.identity.parts import IdentityParts
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Body


class CodeBody(Body):
    """The six digits of the e-mail."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


def must_be_own(request: Request, parts: IdentityParts, cookie: str, value: str, missing: type[Refusal]) -> None:
    """Refuse what was not begun in this browser, as if it did not exist; the cookie is sealed for its own purpose."""
    if parts.pepper.open(cookie, read(request, parts, cookie)) != value:
        raise missing


def must_have_been_right(events: Sequence[Recorded[Any]], wrong: type[Event], code: SentCode | None) -> None:
    """Say how many tries are left after a wrong code, which was stored; raises CodeWrong."""
    if any(isinstance(record.event, wrong) for record in events):
        raise CodeWrong(step="code", extra={"tries_left": code.tries_left if code else 0})
