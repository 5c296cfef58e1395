"""What a route costs without a platform: FastAPI and asyncpg, one statement, no token, no rules, no events."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from bench import plain_filing
from shared.collector import settle

TABLES = """
create table bare_filings (request_id uuid primary key, key text not null, protocol text not null,
  filed_at timestamptz not null default now());
create index bare_filings_protocol on bare_filings (protocol);
create table bare_reviews (review_id uuid primary key, kind text not null, protocol text, filed_at timestamptz not null, due_on date,
  state text not null, documents int not null);
create index bare_reviews_queue on bare_reviews (kind, filed_at, review_id);
"""
_WAITING = (
    "select review_id, kind, protocol, filed_at, due_on, state, documents from bare_reviews where kind = $1"
    " order by filed_at, review_id limit 51"
)


class Filed(BaseModel):
    """A receipt."""

    id: UUID
    protocol: str


class Tracked(BaseModel):
    """Where a filing stands."""

    protocol: str
    filed_at: datetime


class Tracking(BaseModel):
    """What is asked."""

    protocol: str
    cpf_or_cnpj: str


class Review(BaseModel):
    """One row of a queue."""

    review_id: UUID
    kind: str
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    state: str
    documents: int


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    """A pool of the size that a service has."""
    async with asyncpg.create_pool(os.environ["BENCH_URL"], min_size=12, max_size=12) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=connected, openapi_url=None)
app.include_router(plain_filing.router)


@app.get("/jwks")
async def jwks() -> PlainTextResponse:
    """The keys that the services under measurement believe."""
    return PlainTextResponse(os.environ["BENCH_JWKS"], media_type="application/json")


@app.post("/filings/{request_id}", status_code=201)
async def file(request_id: UUID) -> Filed:
    """One row."""
    protocol = request_id.hex[:14]
    await app.state.pool.execute(
        "insert into bare_filings (request_id, key, protocol) values ($1, $2, $3)", request_id, str(uuid4()), protocol
    )
    return Filed(id=request_id, protocol=protocol)


@app.get("/queue")
async def queue() -> list[Review]:
    """A page of fifty."""
    return [Review(**dict(row)) for row in (await app.state.pool.fetch(_WAITING, "triage"))[:50]]


@app.post("/tracking")
async def track(body: Tracking) -> Tracked:
    """One row by its unique key."""
    row = await app.state.pool.fetchrow("select protocol, filed_at from bare_filings where protocol = $1 limit 1", body.protocol)
    if row is None:
        raise HTTPException(404)
    return Tracked(**dict(row))


if __name__ == "__main__":
    settle()
    uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)
