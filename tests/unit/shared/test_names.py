"""Names, asked of identity for who looks and why, so that each look reaches the one place that knows who looked at whom."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared import people
from shared.ids import new_id
from shared.people import UNAVAILABLE, Names

ANA = UUID(int=1)
AUDITOR, ANALYST = "staff:auditor", "staff:analyst"


class Tokens:
    """A signer whose tokens say for whom they are."""

    def token(self, audience: str, purpose: str, on_behalf_of: str | None = None) -> str:
        """Not a secret."""
        return f"{audience}.{purpose}.{on_behalf_of}"


class Identity:
    """Identity at the other end: what it was asked, by whom, and whether it is there."""

    def __init__(self) -> None:
        self.looks: list[tuple[str, str, int]] = []
        self.there = True
        self.names = Names(httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://identity.test"), Tokens())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.there:
            return httpx.Response(503)
        body: Mapping[str, Any] = json.loads(request.content)
        self.looks.append((request.headers["authorization"].removeprefix("Bearer identity."), body["purpose"], len(body["ids"])))
        return httpx.Response(200, json={"names": dict.fromkeys(body["ids"], "Ana")})


async def test_a_name_is_kept_for_who_asked_and_why_and_another_viewer_is_told_to_identity() -> None:
    identity = Identity()
    for viewer in (AUDITOR, AUDITOR, ANALYST, None, ANALYST):
        assert await identity.names.of([ANA, ANA], "profile", viewer) == {ANA: "Ana"}
    assert await identity.names.of([ANA], "review", AUDITOR) == {ANA: "Ana"}
    assert identity.looks == [
        ("profile.staff:auditor", "profile", 1),
        ("profile.staff:analyst", "profile", 1),
        ("profile.None", "profile", 1),
        ("review.staff:auditor", "review", 1),
    ]


async def test_after_five_minutes_the_same_viewer_is_asked_about_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    identity, instants = Identity(), iter((1000.0, 1299.0, 1301.0))
    monkeypatch.setattr("shared.people.time", SimpleNamespace(monotonic=lambda: next(instants)))
    counts = []
    for _ in range(3):
        await identity.names.of([ANA], "profile", AUDITOR)
        counts.append(len(identity.looks))
    assert counts == [1, 1, 2]


async def test_what_is_kept_has_an_end_however_many_look() -> None:
    identity = Identity()
    many = [new_id() for _ in range(people._KEPT // 4)]
    for viewer in range(5):
        await identity.names.of(many, "clients", f"staff:{viewer}")
    assert len(identity.names._kept) <= people._KEPT + people._BATCH


async def test_identity_away_leaves_the_name_out_and_is_asked_again() -> None:
    identity = Identity()
    identity.there = False
    assert await identity.names.of([ANA], "profile", AUDITOR) == {ANA: UNAVAILABLE}
    identity.there = True
    assert await identity.names.of([ANA], "profile", AUDITOR) == {ANA: "Ana"}
