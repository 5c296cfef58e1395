"""What the tests of identity are given: the service running, people who sign up, log in and are invited."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import pytest
from joserfc.jwk import OKPKey

from services.identity import app
from services.identity.app import service
from services.identity.invitations import invite_admin
from services.identity.parts import IdentityParts
from services.identity.terms import read_terms
from shared.http.tokens import FixedKeys, Keys, TokenReader
from shared.testing.clock import MovedClock
from shared.testing.people import Cast, Person
from shared.testing.running import Running, running, settings_for
from shared.testing.tokens import Issuer
from tests.conftest import Database

TERMS = read_terms(Path(app.__file__).parent / "seeds" / "terms")[-1].version
CHEAP: dict[str, Any] = {
    "argon2_memory_kib": 8192,
    "pepper": "only-for-tests",
    "brand_name": "Agência de teste",
    "public_url": "http://door",
}


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


class OwnKeys:
    """The keys in identity's own table, and the issuer's beside them."""

    def __init__(self, parts: IdentityParts, issuer: Keys) -> None:
        self._parts = parts
        self._issuer = issuer

    async def find(self, kid: str) -> OKPKey | None:
        """The key with this id."""
        own = FixedKeys(await self._parts.signing.jwks())
        return await own.find(kid) or await self._issuer.find(kid)


@dataclass
class Identity:
    """The running service, its cast, and shortcuts that go over HTTP."""

    running: Running
    parts: IdentityParts
    cast: Cast
    clock: MovedClock

    @property
    def issuer(self) -> Issuer:
        """Makes tokens for other people and services."""
        return self.running.issuer

    def browser(self) -> httpx.AsyncClient:
        """A browser of its own: cookies, no token."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.running.app, raise_app_exceptions=False), base_url="http://door")

    async def last_mail(self, fact: str) -> str:
        """The words of the newest letter about a fact that waits in the post office."""
        text = await self.parts.platform.pool.fetchval("select text from mails where fact = $1 order by accepted_at desc limit 1", fact)
        assert text is not None, f"no letter about {fact}"
        return str(text)

    async def code(self, fact: str = "sign-up-code") -> str:
        """The six digits of the newest letter."""
        found = re.search(r"\b\d{6}\b", await self.last_mail(fact))
        assert found
        return found[0]

    async def begin(self, browser: httpx.AsyncClient, person: Person) -> str:
        """Start a sign-up; answers its id."""
        answer = await browser.post(
            "/v1/sign-ups", json={"cpf_or_cnpj": person.document, "email": person.email}, headers={"Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def prove(self, browser: httpx.AsyncClient, sign_up: str) -> None:
        """Type the code."""
        answer = await browser.post(f"/v1/sign-ups/{sign_up}/proofs", json={"code": await self.code()})
        assert answer.status_code == 200, answer.text

    async def sign_up(self, browser: httpx.AsyncClient, person: Person) -> dict[str, Any]:
        """All four steps; answers the session."""
        sign_up = await self.begin(browser, person)
        await self.prove(browser, sign_up)
        body: dict[str, Any] = {"name": person.name, "phone": person.phone}
        if len(person.document) != 11:
            body["representative"] = {"cpf": self.cast.silvia.document, "name": self.cast.silvia.name}
        answer = await browser.post(f"/v1/sign-ups/{sign_up}/name-and-phone", json=body)
        assert answer.status_code == 200, answer.text
        answer = await browser.post(f"/v1/sign-ups/{sign_up}/password", json={"password": person.password, "terms_version": TERMS})
        assert answer.status_code == 201, answer.text
        browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        session: dict[str, Any] = answer.json()
        return session

    async def accept(self, browser: httpx.AsyncClient, person: Person) -> pyotp.TOTP:
        """Follow the newest invitation and choose a password."""
        token = (await self.last_mail("staff-invitation")).partition("#")[2].split()[0]
        answer = await browser.post("/v1/staff/invitations/acceptance", json={"token": token, "password": person.password})
        assert answer.status_code == 200, answer.text
        return pyotp.TOTP(answer.json()["totp_secret"])

    async def log_in(self, browser: httpx.AsyncClient, person: Person, password: str | None = None) -> httpx.Response:
        """CPF or CNPJ and password; a good answer's token is sent from then on."""
        body = {"cpf_or_cnpj": person.document, "password": password or person.password}
        answer = await browser.post("/v1/sessions", json=body)
        if answer.status_code == 201:
            browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    async def staff_log_in(self, browser: httpx.AsyncClient, person: Person, totp: pyotp.TOTP) -> dict[str, Any]:
        """Password and second factor."""
        body = {"cpf": person.document, "password": person.password, "totp": totp.at(self.clock())}
        answer = await browser.post("/v1/staff/sessions", json=body)
        assert answer.status_code == 201, answer.text
        browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        session: dict[str, Any] = answer.json()
        return session

    async def admin(self, browser: httpx.AsyncClient) -> pyotp.TOTP:
        """The first admin, logged in."""
        person = self.cast.supervisor
        assert await invite_admin(self.parts, ["--cpf", person.document, "--name", person.name, "--email", person.email]) == 0
        totp = await self.accept(browser, person)
        await self.staff_log_in(browser, person, totp)
        return totp


@pytest.fixture
async def identity(database: Database) -> AsyncIterator[Identity]:
    """Identity, running on a fresh database."""
    made = service()
    clock = MovedClock()
    async with running(made, settings_for(made, database, **CHEAP), clock) as it:
        assert isinstance(it.parts, IdentityParts)
        door = it.app.state.door
        assert isinstance(door, TokenReader)
        keys = OwnKeys(it.parts, door.people)
        it.app.state.door = TokenReader(door.service, keys, door.services, door.ended, door.clock)
        yield Identity(it, it.parts, Cast(7, "002"), clock)
