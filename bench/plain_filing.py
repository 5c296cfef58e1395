"""A filing as a team would write it by hand: FastAPI, asyncpg and SQL, current state in tables, one transaction; to read ours beside."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel

from bench.plain_tables import (
    ARM,
    ASK_FOR_PAPER,
    AUDIT,
    BEGIN_CLOCK,
    DRAFT,
    FILE,
    KEEP,
    KNOWN,
    MAIL,
    NEXT_PROTOCOL,
    PROVEN,
    REQUEST,
    STANDING,
    TELL,
)
from shared.calendar import Calendar, Unit
from shared.postgres import Db
from shared.protocols import check_digit

_CLOCKS: Sequence[tuple[str, str, int, Unit, int | None]] = (
    ("triage", "REN 1.000/2021, art. 71", 5, "business-days", None),
    ("budget", "REN 1.000/2021, art. 64", 15, "days", 3),
)
_MAIL = """Recebemos o pedido de orçamento de conexão de geração distribuída.

Protocolo: {protocol}
Data e hora: {filed_at}
Unidade consumidora: {unit}
Objeto: orçamento de conexão (REN ANEEL 1.000/2021, art. 63)

A documentação será analisada até {due_on} (art. 71). Guarde o protocolo: com ele e o CPF ou CNPJ do titular qualquer etapa pode ser acompanhada.

Acompanhe em https://agencia.example
"""  # noqa: E501 - as ours says it
_CALENDAR = Calendar()

router = APIRouter()


class FiledAnswer(BaseModel):
    """A receipt."""

    id: UUID
    protocol: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks."""

    id: UUID
    session: UUID


@lru_cache(maxsize=1)
def _keys() -> KeySet:
    return KeySet.import_key_set(json.loads(os.environ["BENCH_JWKS"]))


@lru_cache(maxsize=1000)
def _claims(token: str) -> Mapping[str, Any]:
    return jwt.decode(token, _keys(), algorithms=["EdDSA"]).claims


async def person(authorization: Annotated[str, Header()]) -> Person:
    """Whom a token speaks for; whether the session has ended is asked in the transaction."""
    try:
        claims = _claims(authorization.removeprefix("Bearer "))
        if claims["iss"] != "identity" or claims["aud"] != "agencia" or claims["exp"] < time.time():
            raise HTTPException(401)
        return Person(UUID(claims["pid"]), UUID(claims["sid"]))
    except (JoseError, KeyError, ValueError) as error:
        raise HTTPException(401) from error


@router.post("/filings-by-hand/{request_id}", status_code=201)
async def file(
    request: Request,
    response: Response,
    request_id: UUID,
    who: Annotated[Person, Depends(person)],
    idempotency_key: Annotated[str, Header(min_length=8, max_length=128)],
) -> FiledAnswer:
    """Once, with a protocol."""
    actor, fingerprint = f"person:{who.id}", sha256(f"POST\0{request.url.path}".encode()).digest()
    try:
        async with request.app.state.pool.acquire() as db, db.transaction():
            # The request is locked before the key is looked for: whoever repeats it meanwhile waits here, then finds the answer.
            row = await db.fetchrow(REQUEST, request_id)
            known = await db.fetchrow(KNOWN, actor, idempotency_key, who.session)
            if known["ended"]:
                raise HTTPException(401)
            if known["answer"] is None:
                protocol = await _file(db, who, row)
                answer = FiledAnswer(id=request_id, protocol=protocol)
                await db.execute(KEEP, actor, idempotency_key, fingerprint, 201, answer.model_dump_json())
            elif known["fingerprint"] == fingerprint:
                answer = FiledAnswer.model_validate_json(known["answer"])
            else:
                raise HTTPException(422, "Idempotency-Key reused")
    except asyncpg.UniqueViolationError as error:
        raise HTTPException(409, "another request of this unit is open") from error
    response.headers["Location"] = f"/requests/{request_id}"
    return answer


async def _file(db: Db, who: Person, row: asyncpg.Record | None) -> str:
    if row is None:
        raise HTTPException(404)
    if row["state"] != "draft":
        raise HTTPException(409, "already filed")
    now = datetime.now(UTC)
    today = _CALENDAR.today(now)
    grant = await _standing(db, who, row, today)
    draft = await db.fetchrow(DRAFT, row["request_id"], today)
    if draft is None:
        raise HTTPException(503)
    documents = json.loads(draft["documents"] or "[]")
    installed_kw = min(draft["modules_kwp"], draft["inverters_kw"]) + row["existing_kw"]
    if lacking := _lacking(row, draft, installed_kw, documents):
        raise HTTPException(422, lacking)
    clocks = [_clock(*clock, now) for clock in _CLOCKS]
    # Whoever has taken a number keeps the others waiting for theirs: what can be written without it goes first.
    await db.executemany(BEGIN_CLOCK, [(row["request_id"], *clock) for clock in clocks])
    await db.executemany(ARM, [(f"clock-{clock[0]}", row["request_id"], _CALENDAR.end_of_day(clock[3])) for clock in clocks])
    await db.executemany(ASK_FOR_PAPER, [(row["request_id"], code, now) for code in ("FORMULARIO_ANEEL", "RECIBO")])
    number = await db.fetchval(NEXT_PROTOCOL, today.year)
    thirteen = f"{today.year:04d}1{number:08d}"
    protocol = f"{thirteen}{check_digit(thirteen)}"
    told = {"triage": f"{clocks[0][3]:%d/%m/%Y}", "budget": f"{clocks[1][3]:%d/%m/%Y}", "protocol": protocol}
    porte = "micro" if installed_kw <= 75 else "mini"
    version = row["version"] + 1
    grant_id = grant["grant_id"] if grant else None
    await db.execute(FILE, row["request_id"], protocol, who.id, grant_id, porte, installed_kw, now, version)
    await db.execute(TELL, row["request_id"], version, now, "budget-requested", f"person:{who.id}", json.dumps(told))
    await _mail(db, who, row, now, told)
    what = _what(row, draft, documents, grant, clocks) | {"protocol": protocol, "filed_by": who.id, "porte": porte, "kw": installed_kw}
    about = json.dumps({"actor": f"person:{who.id}", "session": str(who.session)})
    await db.execute(AUDIT, row["request_id"], version, uuid4(), "filed", json.dumps(what, default=str), about)
    return protocol


async def _standing(db: Db, who: Person, row: asyncpg.Record, today: date) -> asyncpg.Record | None:
    """The grant by which somebody files, None for the holder; refused who may not, and where the responsible may not sign."""
    grants = {
        found["person_id"]: found
        for found in await db.fetch(STANDING, row["unit_id"], row["holder_id"], [who.id, row["responsible_id"]], today)
        if found["approved"] and found["may_file"] and found["valid_until"] >= today
    }
    if who.id == row["holder_id"]:
        if not await db.fetchval(PROVEN, who.id):
            raise HTTPException(403)
    elif who.id not in grants:
        raise HTTPException(403)
    if row["responsible_id"] not in grants or not row["active"] or row["unit_holder"] != row["holder_id"]:
        raise HTTPException(422, "responsible or unit")
    return grants.get(who.id)


def _lacking(row: asyncpg.Record, draft: asyncpg.Record, installed_kw: Decimal, documents: Sequence[Mapping[str, str]]) -> list[str]:
    steps = ("motive", "purpose", "address", "load_kw", "inspection", "contractor", "responsible_id", "confirmed")
    lacking = [step for step in steps if not row[step]]
    lacking += [name for name in ("modules_kwp", "inverters_kw") if not draft[name]]
    lacking += sorted(set(draft["required"]) - {document["code"] for document in documents})
    lacking += sorted(set(draft["needed"]) - set(row["declarations"]))
    if installed_kw > (5000 if row["connected_before_2022_01_07"] else 3000) or installed_kw > row["available_kw"]:
        lacking.append("power")
    return lacking


type _Clock = tuple[str, str, date, date, date | None, int, str, str, int | None]


def _clock(clock: str, article: str, length: int, unit: Unit, annex: int | None, now: datetime) -> _Clock:
    due = _CALENDAR.due(now, length, unit, "distributor")
    return clock, article, due.starts_on, due.due_on, due.other_reading, length, unit, "distributor", annex


async def _mail(db: Db, who: Person, row: asyncpg.Record, now: datetime, told: Mapping[str, str]) -> None:
    protocol = told["protocol"]
    at = f"{now.astimezone(_CALENDAR.zone):%d/%m/%Y às %H:%M}"
    text = _MAIL.format(protocol=protocol, filed_at=at, unit=row["number"], due_on=told["triage"])
    subject = f"Protocolo {protocol}: pedido de orçamento de conexão recebido"
    people = dict.fromkeys((row["holder_id"], who.id, row["responsible_id"]))
    await db.executemany(MAIL, [(uuid4(), person, "budget-requested", subject, text, now) for person in people])


def _what(
    row: asyncpg.Record,
    draft: asyncpg.Record,
    documents: Sequence[Mapping[str, str]],
    grant: asyncpg.Record | None,
    clocks: Sequence[_Clock],
) -> dict[str, object]:
    """What is kept of a filing for whoever asks later."""
    names = ("unit_id", "number", "holder_id", "responsible_id", "motive", "purpose", "source", "voltage_v", "municipality", "inspection")
    return {
        **{name: row[name] for name in names},
        "modules_kwp": draft["modules_kwp"],
        "inverters_kw": draft["inverters_kw"],
        "rules_version": draft["version"],
        "documents": documents,
        "grant": {"id": grant["grant_id"], "version": grant["version"], "may_decide": grant["may_decide"]} if grant else None,
        "due": clocks,
    }
