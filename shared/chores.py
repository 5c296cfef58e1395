"""The roles that end: migrate, rebuild, verify, import, replay."""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import structlog

from shared import catalogue
from shared.contracts.catalogue import CataloguePublished
from shared.eventsourcing import rebuild as rebuilding
from shared.eventsourcing import verify as verifying
from shared.eventsourcing.event import Cause
from shared.eventsourcing.foreign import ReaderCameBetween, check_foreign_views, refill
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.transaction import transact
from shared.eventsourcing.view import View
from shared.ids import new_id
from shared.imports import take_file
from shared.kafka import BROKER_LOST, DAY_MS, KEPT_FOR_EVER, ensure_topics, read_all, read_records, topic_of
from shared.platform import foreign_views, published, reading
from shared.postgres import LOST, migrate
from shared.service import Parts, Platform, Service
from shared.workers import consumers_of

log = structlog.get_logger(__name__)

type Chore = Callable[[Service, Platform, Sequence[str]], Awaitable[int]]

_KERNEL = Path(__file__).resolve().parent / "migrations"
_WAIT_SECONDS = 60
_TRIES = 5
_PATIENT = {"transaction_timeout": "0", "idle_in_transaction_session_timeout": "0"}
_MISUSED = 2
_VIEWED_FOR_DAYS = 400
_INGRESS_FOR_DAYS = 7


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def migrate_service(service: Service, platform: Platform, _arguments: Sequence[str]) -> int:
    """Bring the schema forward, make the topics, publish the seeds. What is away is waited for, a minute."""
    url = migrator_url(platform)
    role = unquote(urlsplit(platform.settings.database_url.get_secret_value()).username or "")
    try:
        done = await _patiently(lambda: migrate(url, role, [_KERNEL, service.root / "migrations"]))
        made = await _patiently(lambda: ensure_topics(platform.settings.kafka_bootstrap, topics_of(service, platform)))
    except (*LOST, *BROKER_LOST) as error:
        log.error("migrate_gave_up", error=type(error).__name__, detail=str(error))  # noqa: TRY400 - an outage, not a mistake
        return 1
    seeds = await publish_seeds(service, service.build(platform))
    log.info("migrated", files=done, topics=made, catalogues=seeds)
    return 0


def topics_of(service: Service, platform: Platform) -> Mapping[str, Mapping[str, str]]:
    """The topics a service needs, with their settings: its own, those it reads (so that the order of set-up is free), ingress."""
    forever = {topic_of(service.name, aggregate) for aggregate in published(service)}
    forever |= {"identity.session", *service.reads, *service.extra_topics}
    topics: dict[str, Mapping[str, str]] = dict.fromkeys(sorted(forever), KEPT_FOR_EVER)
    topics[topic_of(service.name, "access-log")] = {"retention.ms": str(_VIEWED_FOR_DAYS * DAY_MS), "cleanup.policy": "delete"}
    if platform.settings.environment != "production":
        for source in service.build(platform).ingress:
            topics[source.topic] = {"retention.ms": str(_INGRESS_FOR_DAYS * DAY_MS), "cleanup.policy": "delete"}
    return topics


async def publish_seeds(service: Service, parts: Parts) -> list[str]:
    """Version 1 of each catalogue that the service owns and has not published."""
    folder = service.root / "seeds"
    if CataloguePublished not in service.events or not folder.is_dir():
        return []
    handler = Handler("catalogue", catalogue.CATALOGUE, parts.store)
    cause = Cause(actor=f"service:{service.name}", correlation=new_id())
    now = parts.platform.clock()
    return await transact(parts.platform.pool, lambda db: catalogue.seed(db, folder, handler, cause, now))


async def rebuild_views(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """Rebuild own views beside the live ones, compare, and switch; fill views of others' events anew: `rebuild VIEW…`, `rebuild --all`."""
    parts = service.build(platform)
    known = {view.name: view for view in parts.store.views if not getattr(view, "not_compared", "")}
    foreign = {view.name: view for view in foreign_views(parts) if not getattr(view, "not_compared", "")}
    wanted = list(known) if list(arguments) == ["--all"] else list(arguments)
    if not wanted or not set(wanted) <= {*known, *foreign}:
        say(f"rebuild --all (own views), or any of: {' '.join(sorted({*known, *foreign}))}")
        return _MISUSED
    role = unquote(urlsplit(platform.settings.database_url.get_secret_value()).username or "")
    for name in wanted:
        db = await asyncpg.connect(migrator_url(platform), timeout=10)
        try:
            if name in known:
                await _rebuild(db, parts, known[name], role)
            else:
                await _refill(db, service, platform, foreign[name])
        finally:
            await db.close(timeout=5)
    return 0


async def _rebuild(db: "asyncpg.Connection[asyncpg.Record]", parts: Parts, view: View, role: str) -> None:
    def progress(done: int, top: int) -> None:
        say(f"{view.name}: {done} of {top} ({100 * done // max(top, 1)} %)")

    position = await rebuilding.rebuild(db, parts.store, view, progress)
    position = await rebuilding.catch_up(db, parts.store, view, position, progress)
    for difference in await rebuilding.compare(db, view, parts.platform.clock()):
        say(
            f"{view.name}, {difference.table}: {difference.rows} rows,"
            f" {difference.only_live} only live, {difference.only_rebuilt} only rebuilt"
        )
    taken = await rebuilding.switch(db, parts.store, view, position, role, parts.platform.clock())
    say(f"{view.name}: switched, {taken} events taken during the switch")


async def _refill(db: "asyncpg.Connection[asyncpg.Record]", service: Service, platform: Platform, view: View) -> None:
    records = partial(read_records, platform.settings.kafka_bootstrap)
    for _ in range(_TRIES):
        with contextlib.suppress(asyncpg.DeadlockDetectedError, ReaderCameBetween):  # it was at work on a stream that is new
            streams = await refill(db, platform.codec, view, reading(service), records)
            say(f"{view.name}: filled anew from {streams} streams")
            return
    message = f"{view.name}: its reader came between {_TRIES} times: stop the workers of {service.name} meanwhile"
    raise SystemExit(message)


async def verify_service(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """Compare store, topics and own views as sets, see that every key opens and nothing is parked; 1 when something differs.

    `verify --foreign` also compares the views of others' events with what their topics say.
    """
    parts = service.build(platform)
    report = verifying.Report(service.name)
    topics = {topic_of(service.name, aggregate): [kind.__name__ for kind in types] for aggregate, types in published(service).items()}
    relayed = await platform.pool.fetchval("select coalesce((select position from relay where name = 'relay'), 0)")
    bootstrap = platform.settings.kafka_bootstrap
    db = await asyncpg.connect(platform.settings.database_url.get_secret_value(), timeout=10, server_settings=_PATIENT)
    try:
        await verifying.check_streams(db, report)
        await verifying.check_topics(db, report, topics, relayed, read_all(bootstrap, sorted(topics)))
        await verifying.check_views(db, report, parts.store, parts.store.views, platform.clock)
        await verifying.check_keys(db, report, platform.keys)
        await verifying.check_parked(db, report)
        if "--foreign" in arguments:
            views, reads = foreign_views(parts), reading(service)
            await check_foreign_views(db, report, platform.codec, views, reads, partial(read_records, bootstrap))
    finally:
        await db.close(timeout=5)
    say(f"{service.name}: {report.events} events, {report.published} published, {report.in_topics} in topics, {len(report.views)} tables")
    if report.accepted:
        say(f"  {report.accepted} versions are lost, as an operator has accepted")
    if report.not_compared:
        say(f"  not compared: {'; '.join(report.not_compared)}")
    for finding in report.findings:
        say(f"  {finding}")
    say("  clean" if report.clean else f"  {len(report.findings)} findings")
    return 0 if report.clean else 1


async def import_file(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """Take a file of another system: `import OBJECT FILE [--dry-run]`."""
    parts = service.build(platform)
    words = [word for word in arguments if word != "--dry-run"]
    if len(words) != len(("object", "file")) or words[0] not in parts.imports:
        say(f"import OBJECT FILE [--dry-run], OBJECT one of: {' '.join(sorted(parts.imports)) or '(none)'}")
        return _MISUSED
    content = await asyncio.to_thread(Path(words[1]).read_bytes)
    cause = Cause(f"service:{service.name}", correlation=new_id())
    report = await take_file(platform.pool, parts.imports[words[0]], content, cause, dry_run="--dry-run" in arguments)
    say(report.text())
    return 1 if report.refused else 0


async def replay_parked(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """Apply parked streams again, in order: `replay READER STREAM`, `replay READER`, or `replay --all`."""
    parts = service.build(platform)
    everything = list(arguments) == ["--all"]
    reader, stream = (*arguments, None, None)[:2] if not everything else (None, None)
    if reader is None and not everything:
        say("replay READER [STREAM], or replay --all")
        return _MISUSED
    rows = await platform.pool.fetch(
        "select distinct reader, stream from parked where ($1::text is null or reader = $1) and ($2::text is null or stream = $2)"
        " order by reader, stream",
        reader,
        stream,
    )
    failed = 0
    for row in rows:
        try:
            done = await replay_stream(service, parts, row["reader"], row["stream"])
            say(f"{row['reader']} {row['stream']}: {done} applied")
        except Exception as error:  # noqa: BLE001 - the others are replayed all the same
            failed += 1
            say(f"{row['reader']} {row['stream']}: {type(error).__name__}, still parked")
    return 1 if failed else 0


async def replay_stream(service: Service, parts: Parts, reader: str, stream: str) -> int:
    """Apply what is parked of one stream for one reader; answers how many. Raises LookupError for a reader that is no more."""
    for consumer in consumers_of(service, parts):
        if consumer.reads(reader):
            return await consumer.replay(reader, stream)
    raise LookupError(reader)


def migrator_url(platform: Platform) -> str:
    """The address of the owner of the tables; ends the process, naming the setting, where it is not told."""
    secret = platform.settings.migrator_url
    if secret is None:
        message = f"{platform.settings.service.upper()}_MIGRATOR_URL is not set"
        raise SystemExit(message)
    return secret.get_secret_value()


async def _patiently[T](work: Callable[[], Awaitable[T]]) -> T:
    """Try again for a minute while what is needed is away."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _WAIT_SECONDS
    while True:
        try:
            return await work()
        except (*LOST, *BROKER_LOST) as error:
            if loop.time() > until:
                raise
            log.warning("migrate_waits", error=type(error).__name__)
            await asyncio.sleep(1)


CHORES: Mapping[str, Chore] = {
    "migrate": migrate_service,
    "rebuild": rebuild_views,
    "verify": verify_service,
    "import": import_file,
    "replay": replay_parked,
}
