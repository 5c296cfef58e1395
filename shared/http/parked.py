"""Parked streams: an operator sees what could not be applied, and has it applied again once the cause is gone."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import APIRouter, Depends, Request

from shared.eventsourcing.codec import Unreadable
from shared.eventsourcing.refusal import NotFound, Refusal
from shared.http.body import Answer
from shared.http.openapi import refuses
from shared.http.pages import Asked, Page, asked, page
from shared.http.principal import Principal, staff, step_up
from shared.postgres import LOST
from shared.workers import consumers_of

if TYPE_CHECKING:
    from shared.service import Parts, Service


class ParkedStreamUnknown(NotFound):
    """Nothing is parked of this stream for this reader."""

    sentence = "Não há nada parado deste registro para este leitor."


class StillFails(Refusal):
    """Applied again, and failed again."""

    sentence = "O reprocessamento falhou de novo. Corrija a causa e tente outra vez."


class ParkedAnswer(Answer):
    """A stream that waits."""

    reader: str
    stream: str
    error: str
    events: int
    first_version: int
    parked_at: datetime
    sentence: str


class ReplayedAnswer(Answer):
    """How many events went through."""

    replayed: int


async def _parts(request: Request) -> "Parts":
    return cast("Parts", request.app.state.parts)


def parked_router(service: "Service") -> APIRouter:
    """The routes under `/<service>/v1/parked-streams`."""
    router = APIRouter(prefix=f"/{service.name}/v1/parked-streams", tags=["operations"])

    @router.get("")
    async def several(
        who: Annotated[Principal, Depends(staff("operator", "auditor"))],  # noqa: ARG001 - the marker
        wanted: Annotated[Asked, Depends(asked)],
        parts: Annotated["Parts", Depends(_parts)],
    ) -> Page[ParkedAnswer]:
        """Listar o que está parado, com a causa."""
        after = wanted.after if wanted.after and len(wanted.after) == 2 else ("", "")  # noqa: PLR2004 - reader and stream
        rows = await parts.platform.pool.fetch(
            "select reader, stream, (array_agg(error order by version))[1] as error, count(*) as events, min(version) as first_version,"
            " min(parked_at) as parked_at from parked where (reader, stream) > ($1, $2)"
            " group by reader, stream order by reader, stream limit $3",
            *after,
            wanted.limit + 1,
        )
        return page(
            rows,
            wanted.limit,
            lambda row: ParkedAnswer(
                **dict(row), sentence=f"Parado em {row['reader']}; {row['events'] - 1} evento(s) aguardam atrás dele."
            ),
            lambda row: (row["reader"], row["stream"]),
        )

    @router.post("/{reader}/{stream}/replays", responses=refuses(ParkedStreamUnknown, StillFails))
    async def replay(
        reader: str,
        stream: str,
        who: Annotated[Principal, Depends(step_up("operator"))],  # noqa: ARG001 - the marker
        parts: Annotated["Parts", Depends(_parts)],
    ) -> ReplayedAnswer:
        """Aplicar de novo o que está parado de um registro, na ordem."""
        pool = parts.platform.pool
        waits = await pool.fetchval("select exists (select 1 from parked where reader = $1 and stream = $2)", reader, stream)
        readers = [consumer for consumer in consumers_of(service, parts) if consumer.reads(reader)]
        if not waits or not readers:
            raise ParkedStreamUnknown
        try:
            return ReplayedAnswer(replayed=await readers[0].replay(reader, stream))
        except LOST:
            raise
        except Exception as error:
            code = error.code if isinstance(error, Refusal) else "unreadable" if isinstance(error, Unreadable) else type(error).__name__
            raise StillFails(extra={"cause": code}) from error

    return router
