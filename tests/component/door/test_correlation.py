"""One id is followed from the request through its event, the record in the topic, a reaction and the mail that tells of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from shared.eventsourcing.consumer import Consumer, reader_of_reaction
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.relay import Relay
from shared.eventsourcing.writes import Writes
from shared.kafka import KEPT_FOR_EVER, ensure_topics
from shared.mail import Templates, write
from shared.postgres import Db
from shared.testing.running import Running
from tests.component.door.sample import NoteWritten, SampleParts, WriteNote
from tests.component.stream.counters import eventually, running, topic
from tests.conftest import Database

ANA = UUID(int=1)


@dataclass(frozen=True)
class WhenNoteWritten:
    """Writes the author, and a note of its own about the first."""

    parts: SampleParts
    templates: Templates
    name: ClassVar[str] = "when_note_written"
    on: ClassVar[frozenset[type[Event]]] = frozenset({NoteWritten})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    async def react(self, db: Db, event: Recorded[Any]) -> None:
        """To people only: what it wrote itself comes back to it."""
        if not event.cause.of_a_person:
            return
        write(writes := Writes(db), event, event.event.by, "note-written", {"title": "Nova nota"}, self.templates)
        await writes.sent()
        cause = Cause("service:sample", event.cause.correlation, event.id, event.cause.trace)
        await self.parts.notes(db, uuid4(), WriteNote("seen", event.event.by), cause, reaction=self.name)


async def test_the_id_of_a_request_is_on_all_that_follows_from_it(door: Running, database: Database, kafka: str, tmp_path: Path) -> None:
    (tmp_path / "note-written.txt").write_text("Assunto: {{title}}\n\nOlá.\n", encoding="utf-8")
    assert isinstance(door.parts, SampleParts)
    platform, service = door.parts.platform, f"trial{uuid4().hex[:10]}"
    await ensure_topics(kafka, {f"{service}.note": KEPT_FOR_EVER})
    reader = reader_of_reaction(WhenNoteWritten(door.parts, Templates(tmp_path)), {f"{service}.note": [NoteWritten]})
    relay = Relay(service=service, pool=platform.pool, lead_url=database.url, bootstrap=kafka, published={"note": ["NoteWritten"]})
    reading = Consumer(
        group=f"{service}.reactions",
        readers=[reader],
        codec=door.parts.store.codec,
        pool=platform.pool,
        keys=platform.keys,
        bootstrap=kafka,
    )
    async with running(relay, reading):
        answer = await door.client.post(
            "/v1/notes", json={"text": "a"}, headers={**door.issuer.person(ANA), "Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 201
        await eventually(platform.pool, "select count(*) from outbox", 1)
        await eventually(platform.pool, "select position from relay", await platform.pool.fetchval("select max(position) from events"))
    asked = answer.headers["x-request-id"]
    rows = await platform.pool.fetch("select id, metadata::jsonb->>'correlation' as correlation from events order by position")
    assert [row["correlation"] for row in rows] == [asked, asked]
    sent = [dict(record.headers) for record in await topic(kafka, service, "note")]
    assert [headers["ce_correlationid"].decode() for headers in sent] == [asked, asked]
    assert [headers.get("ce_causationid") for headers in sorted(sent, key=lambda one: int(one["ce_position"]))] == [
        None,
        str(rows[0]["id"]).encode(),
    ]
    assert str(await platform.pool.fetchval("select correlation from outbox")) == asked
