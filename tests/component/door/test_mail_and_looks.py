"""Mail waits for the post office for as long as it takes; looks reach their topic; catalogues are seeded once."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from time import time
from uuid import UUID, uuid4

import httpx
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from shared import catalogue
from shared.access_log import Viewed, record_viewed
from shared.eventsourcing.event import Cause, Recorded
from shared.eventsourcing.writes import Writes
from shared.http.tokens import ServiceTokens
from shared.kafka import PARTITIONS, consumer, ensure_topics, incoming, producer
from shared.looks import Looks
from shared.mail import Post, Templates, write
from shared.metrics import Measurements
from shared.postgres import Db
from shared.testing.running import Running
from shared.testing.tokens import new_key
from tests.component.door.sample import NoteWritten, SampleParts

ANA = UUID(int=1)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


class PostOffice:
    """Answers as told, and keeps what it was handed."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.letters: list[dict[str, object]] = []
        self.authorized: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        self.letters.append(json.loads(request.content))
        self.authorized.append(request.headers["authorization"])
        return httpx.Response(self.statuses.pop(0) if self.statuses else 202)


def _post(door: Running, office: PostOffice) -> Post:
    client = httpx.AsyncClient(transport=httpx.MockTransport(office), base_url="http://identity")
    return Post(door.parts.platform.pool, client, ServiceTokens("sample", new_key()), "sample")


def _event() -> Recorded[NoteWritten]:
    event = NoteWritten(text="a", by=ANA, at=NOW)
    return Recorded(event, f"note-{uuid4()}", 1, 1, uuid4(), NOW, Cause(f"person:{ANA}", uuid4()))


async def _write(db: Db, folder: Path, event: Recorded[NoteWritten]) -> None:
    (folder / "note-written.txt").write_text("Assunto: {{title}}\n\nOlá, {{name:person}}.\n", encoding="utf-8")
    write(writes := Writes(db), event, ANA, "note-written", {"title": "Nova nota", "person": str(ANA)}, Templates(folder))
    await writes.sent()


async def test_mail_is_written_once_and_handed_over_when_the_office_answers(door: Running, tmp_path: Path) -> None:
    pool = door.parts.platform.pool
    event = _event()
    async with pool.acquire() as db:
        await _write(db, tmp_path, event)
        await _write(db, tmp_path, event)
    office = PostOffice(503, 202)
    post = _post(door, office)
    assert await post.step() == 1
    assert await post.step() == 0
    await pool.execute("update outbox set next_try_at = now()")
    assert await post.step() == 1
    assert await pool.fetchval("select count(*) from outbox where delivered_at is not null") == 1
    assert {str(letter["id"]) for letter in office.letters} == {str(await pool.fetchval("select id from outbox"))}
    assert office.letters[0]["subject"] == "Nova nota"
    assert office.letters[0]["text"] == f"Olá, {{{{name:{ANA}}}}}.\n"
    assert office.authorized[0].startswith("Bearer ")


async def test_mail_that_can_never_be_taken_is_set_aside(door: Running, tmp_path: Path) -> None:
    pool = door.parts.platform.pool
    async with pool.acquire() as db:
        await _write(db, tmp_path, _event())
    await _post(door, PostOffice(422)).step()
    assert await pool.fetchval("select refused from outbox") == "422"


async def test_mail_that_waits_is_measured_by_its_age(door: Running, tmp_path: Path) -> None:
    pool = door.parts.platform.pool
    measured = Measurements("door", pool, door.parts.platform.keys)
    async with pool.acquire() as db:
        await measured.measure(db)
        assert REGISTRY.get_sample_value("outbox_age_seconds", {"service": "door"}) == 0
        await _write(db, tmp_path, _event())
        await db.execute("update outbox set due_at = now() - interval '1 hour'")
        await measured.measure(db)
        assert (REGISTRY.get_sample_value("outbox_age_seconds", {"service": "door"}) or 0) >= 3600
        await db.execute("update outbox set delivered_at = now()")
        await measured.measure(db)
        assert REGISTRY.get_sample_value("outbox_age_seconds", {"service": "door"}) == 0


async def test_documents_that_wait_and_the_look_itself_are_measured(door: Running) -> None:
    pool, mine = door.parts.platform.pool, {"service": "door"}
    measured = Measurements("door", pool, door.parts.platform.keys)
    built = REGISTRY.get_sample_value("measured_at_seconds", mine) or 0
    assert abs(time() - built) < 60
    async with pool.acquire() as db:
        await measured.measure(db)
        assert REGISTRY.get_sample_value("arrivals_age_seconds", mine) == 0
        await db.execute(
            "insert into arrivals (document_id, arrived_at, next_try_at)"
            " select gen_random_uuid(), now() - age, now() + interval '1 hour' from unnest(array[interval '1 hour', '1 minute']) age"
        )
        await measured.measure(db)
    assert (REGISTRY.get_sample_value("arrivals_age_seconds", mine) or 0) >= 3600
    assert built < (REGISTRY.get_sample_value("measured_at_seconds", mine) or 0) <= time()


async def test_keys_that_nothing_opens_are_counted_and_those_that_an_older_key_wraps(door: Running) -> None:
    pool, keys = door.parts.platform.pool, door.parts.platform.keys
    count = "insert into stream_keys (stream, generation, person, wrapped, kek) values ($1, 1, gen_random_uuid(), 'x', $2)"
    await pool.execute(count, "lamp-1", keys.current)
    await pool.execute(count, "lamp-2", 77)
    await pool.execute(count, "lamp-3", 77)
    await pool.execute("update stream_keys set wrapped = null, destroyed_at = now() where stream = 'lamp-3'")
    async with pool.acquire() as db:
        await Measurements("door", pool, keys).measure(db)
    assert REGISTRY.get_sample_value("stream_keys_closed", {"service": "door"}) == 1
    assert REGISTRY.get_sample_value("stream_keys_old", {"service": "door"}) == 1


async def test_mail_due_later_waits(door: Running, tmp_path: Path) -> None:
    pool = door.parts.platform.pool
    async with pool.acquire() as db:
        await _write(db, tmp_path, _event())
    await pool.execute("update outbox set due_at = now() + interval '1 day'")
    assert await _post(door, PostOffice()).step() == 0


async def test_looks_reach_their_topic_and_are_marked(door: Running, kafka: str) -> None:
    pool = door.parts.platform.pool
    service = f"sample{uuid4().hex[:8]}"
    topic = f"{service}.access-log"
    await ensure_topics(kafka, {topic: {}})
    async with pool.acquire() as db:
        look = await record_viewed(db, Viewed(f"staff:{ANA}", "profile", str(uuid4()), "review", "staff"))
    sender = producer(kafka, service)
    await sender.start()
    try:
        assert await Looks(pool, kafka, service).step(sender) == 1
        assert await Looks(pool, kafka, service).step(sender) == 0
    finally:
        await sender.stop()
    source = consumer(kafka, None, service)
    await source.start()
    try:
        source.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        await source.seek_to_beginning()
        batches = await source.getmany(timeout_ms=5000)
        [record] = [record for batch in batches.values() for record in batch]
    finally:
        await source.stop()
    found = incoming(record)
    assert (found.stream, found.version, found.type, found.cause.actor) == (f"look-{look}", 1, "RecordViewed", f"staff:{ANA}")


async def test_catalogues_are_seeded_once_and_read_by_day(door: Running, tmp_path: Path) -> None:
    (tmp_path / "motivos.yaml").write_text(
        "catalogue: motivos\nsince: 2025-01-01\nentries:\n  - {code: a, label: Á, needs: [X]}\n", encoding="utf-8"
    )
    parts = door.parts
    assert isinstance(parts, SampleParts)
    async with parts.platform.pool.acquire() as db:
        first = await catalogue.seed(db, tmp_path, parts.catalogues, Cause("service:sample", uuid4()), NOW)
        again = await catalogue.seed(db, tmp_path, parts.catalogues, Cause("service:sample", uuid4()), NOW)
        edition = await catalogue.entries(db, "motivos", date(2026, 1, 1))
    shown = await door.client.get("/v1/note-catalogues/motivos", params={"on": "2026-01-01"})
    assert (shown.status_code, shown.headers["etag"]) == (200, '"1"')
    assert shown.json()["entries"][0]["properties"] == {"needs": ["X"]}
    early = await door.client.get("/v1/note-catalogues/motivos", params={"on": "2024-01-01"})
    assert (early.status_code, early.json()["code"]) == (404, "catalogue-unknown")
    assert (first, again) == (["motivos"], [])
    assert (edition.version, edition.get("a").get("needs")) == (1, ["X"])
