"""How people come in: customers by the four steps of the sign-up, staff by invitation; used by every chapter."""

import asyncio
import time
from typing import Any

import pyotp

from demo.client import Answer, Client
from demo.stage import Kept, Stage
from demo.surprise import Surprise
from shared.testing.people import Person, cpf

_FRESH_SECONDS = 200
_HALF_MINUTE = 30


async def sign_up(stage: Stage, person: Person, *, representative: Person | None = None) -> Client:
    """The guide's four steps, and logged in; who is in already stays in."""
    client = stage.client(person)
    if client.token is not None:
        return client
    started = await client.post("/v1/sign-ups", {"cpf_or_cnpj": person.document, "email": person.email})
    path = f"/v1/sign-ups/{started['id']}"
    mail = await stage.inbox.next_to(person.email, about="código de cadastro")
    await client.post(f"{path}/proofs", {"code": mail.code}, key=None)
    given: dict[str, Any] = {"name": person.name, "phone": person.phone}
    if len(person.document) != len(stage.cast.ana.document):
        acting = representative or stage.cast.silvia
        given["representative"] = {"cpf": acting.document, "name": acting.name}
    await client.post(f"{path}/name-and-phone", given, key=None)
    terms = await client.get("/v1/terms")
    session = await client.post(f"{path}/password", {"password": person.password, "terms_version": terms["version"]}, key=None)
    _in(client, session["access_token"], "/v1/sessions/refreshes")
    return client


async def log_in(stage: Stage, person: Person) -> Client:
    """CPF or CNPJ and password."""
    client = stage.client(person)
    await enter(client, person, person.password)
    return client


async def enter(client: Client, person: Person, password: str) -> None:
    """The same, with the password of today."""
    session = await client.post("/v1/sessions", {"cpf_or_cnpj": person.document, "password": password}, key=None)
    _in(client, session["access_token"], "/v1/sessions/refreshes")


async def staff(stage: Stage, person: Person, *roles: str) -> Client:
    """Somebody of the staff with these roles: invited by the admin, enrolled, logged in with a fresh second factor."""
    client = stage.client(person)
    if client.token is not None:
        return client
    inviting = stage.browser("admin")

    async def renew() -> None:
        inviting.token = await _admin_token(stage, anew=True)

    try:
        inviting.token = await _admin_token(stage)
        inviting.renew = renew
        invited = {"cpf": person.document, "name": person.name, "email": person.email, "roles": list(roles)}
        await inviting.post("/v1/staff", invited)
    finally:
        await inviting.http.aclose()
    secret = await accept(stage, client, person.email, person.password)
    stage.table[f"totp:{person.key}"] = secret
    stage.check((await staff_in(stage, person)).code is None, f"{person.name} could not log in")
    return client


async def staff_in(stage: Stage, person: Person) -> Answer:
    """Log in with the second factor of now; answers the session, or why not: each code is good once."""
    client = stage.client(person)
    body = {"cpf": person.document, "password": person.password, "totp": pyotp.TOTP(stage.table[f"totp:{person.key}"]).now()}
    answer = await client.post("/v1/staff/sessions", body, key=None, expect=(201, 409))
    if answer.code is None:
        _in(client, answer["access_token"], "/v1/staff/sessions/refreshes")
    return answer


async def accept(stage: Stage, client: Client, email: str, password: str) -> str:
    """Follow the invitation's link and choose a password; answers the secret of the second factor."""
    mail = await stage.inbox.next_to(email, about="Convite")
    token = mail.link.partition("#")[2]
    enrolment = await client.post("/v1/staff/invitations/acceptance", {"token": token, "password": password}, key=None)
    return str(enrolment["totp_secret"])


def _in(client: Client, token: str, refreshes: str) -> None:
    client.token = token

    async def renew() -> None:
        client.token = None
        session = await client.post(refreshes, key=None)
        client.token = session["access_token"]

    client.renew = renew


async def _admin_token(stage: Stage, *, anew: bool = False) -> str:
    """The one administrator of this installation: made at the first walk ever, kept with its second factor; `anew`: logged in again."""
    async with stage.kept("admin") as kept:
        known = kept.read()
        if known is None:
            known = await _first_admin(stage)
            kept.write(known)
        if anew or time.time() - float(known.get("at", 0)) > _FRESH_SECONDS:
            known = await _admin_in(stage, known, kept)
        return str(known["token"])


async def _first_admin(stage: Stage) -> dict[str, Any]:
    number = cpf(99_000_000 + stage.run)
    email, password = f"admin.{stage.run}@exemplo.test", f"Lua-cheia-{stage.run}-admin"
    await stage.command("identity", "invite-admin", "--cpf", number, "--name", "Administradora", "--email", email)
    client = stage.browser("admin")
    try:
        secret = await accept(stage, client, email, password)
    finally:
        await client.http.aclose()
    return {"cpf": number, "password": password, "secret": secret, "at": 0.0}


async def _admin_in(stage: Stage, known: dict[str, Any], kept: Kept) -> dict[str, Any]:
    """Log in with the next unused code: each is good once."""
    client = stage.browser("admin")
    try:
        refused: str | None = None
        for _ in range(4):
            code = pyotp.TOTP(known["secret"]).now()
            body = {"cpf": known["cpf"], "password": known["password"], "totp": code}
            answer = await client.post("/v1/staff/sessions", body, key=None, expect=(201, 409))
            if answer.code is None:
                fresh = {**known, "at": time.time(), "token": answer["access_token"]}
                kept.write(fresh)
                return fresh
            refused = answer.code
            if refused != "totp-replayed":
                break
            await asyncio.sleep(_HALF_MINUTE - time.time() % _HALF_MINUTE + 0.2)
        raise Surprise(f"the administrator could not log in: {refused}")
    finally:
        await client.http.aclose()
