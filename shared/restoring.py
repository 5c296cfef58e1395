"""What an operator does after a restore: `relay look|accept|republish`, and `reread`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from uuid import uuid4

import asyncpg

from shared import chores
from shared.eventsourcing.restored import Behind, Contradicted, behind, take_back
from shared.kafka import Incoming, read_records, rewind_groups, topic_of
from shared.platform import published
from shared.service import Platform, Service

_USAGE = "relay look | relay accept --because TEXT | relay republish"
_SHOWN = 20
_MISUSED = 2

type Verb = Callable[[Service, Platform, Sequence[str]], Awaitable[int]]


async def relay(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """What to do when the relay refuses, or its topics are gone: `relay look`, `relay accept --because TEXT`, `relay republish`."""
    verb = _VERBS.get(arguments[0]) if arguments else None
    if verb is None:
        chores.say(_USAGE)
        return _MISUSED
    return await verb(service, platform, arguments[1:])


async def _look(service: Service, platform: Platform, _arguments: Sequence[str]) -> int:
    """Say what the topics hold and the store does not; 1 when there is something."""
    async with platform.pool.acquire(timeout=10) as db:
        found = await behind(db, _own_records(service, platform))
    _say(service, found)
    return 1 if found.events or found.conflicts else 0


async def _accept(service: Service, platform: Platform, arguments: Sequence[str]) -> int:
    """Take back what the topics hold, say what is lost, rebuild the own views."""
    if len(arguments) != len(("--because", "text")) or arguments[0] != "--because" or not arguments[1].strip():
        chores.say(_USAGE)
        return _MISUSED
    db = await asyncpg.connect(chores.migrator_url(platform), timeout=10)
    try:
        if not await db.fetchval("select pg_try_advisory_lock(hashtext('relay'))"):
            chores.say(f"{service.name}: a relay leads: its store is not behind its topics, or it has been accepted already")
            return 1
        found = await behind(db, _own_records(service, platform))
        _say(service, found)
        if not found.events and not found.conflicts:
            return 0
        async with db.transaction():
            await take_back(db, found, service.name, platform.codec, arguments[1])
    except Contradicted:
        chores.say("  nothing was taken back. Stop every process of the service, restore again, and accept before anything is started.")
        return 1
    finally:
        await db.close(timeout=5)
    chores.say(f"{service.name}: {len(found.events)} events taken back; rebuilding the views")
    return await chores.rebuild_views(service, platform, ["--all"])


def _say(service: Service, found: Behind) -> None:
    say = chores.say
    say(f"{service.name}: the store ends at {found.restored_to or 'nothing'}; its topics hold {len(found.events)} events that it lacks")
    for event in found.events[:_SHOWN]:
        say(f"  {event.recorded_at:%Y-%m-%d %H:%M:%S} {event.stream} version {event.version} {event.type}")
    if len(found.events) > _SHOWN:
        say(f"  … and {len(found.events) - _SHOWN} more, in {found.streams} streams")
    for conflict in found.conflicts[:_SHOWN]:
        say(f"  given anew since the restore: {conflict}")
    if not found.events:
        return
    say("What was published comes back as it was: same streams, versions, ids, instants. What was not, after that instant, is lost:")
    say("  drafts, names and addresses given, mails not handed over, keys of requests done once, whole streams that held only such.")
    for stream, versions in sorted(found.gaps.items())[:_SHOWN]:
        say(f"  lost for good: {stream} versions {', '.join(map(str, versions))}; what follows in it may be refused: look at it by hand")
    say(f"  {found.versions_lost} versions between published ones are lost, in {len(found.gaps)} streams")


async def _republish(service: Service, platform: Platform, _arguments: Sequence[str]) -> int:
    """Have the relay send everything again from the beginning; readers drop what they have."""
    async with platform.pool.acquire(timeout=10) as db:
        top = await db.fetchval("select events_horizon()")
        await db.execute(
            "insert into relay (name, position, owner) values ('relay', 0, $1)"
            " on conflict (name) do update set position = 0, owner = excluded.owner",
            uuid4(),
        )
    chores.say(f"{service.name}: the relay begins anew and sends up to position {top} again; whoever leads notices within seconds")
    return 0


async def reread(service: Service, platform: Platform, _arguments: Sequence[str]) -> int:
    """Set every group of the service back to the beginning of its topics; the ledger drops what it has. 1 while a process reads."""
    moved = await rewind_groups(platform.settings.kafka_bootstrap, f"{service.name}.")
    for group, partitions in sorted(moved.items()):
        told = "still read by a process: stop it first" if partitions is None else f"{partitions} partitions from earliest"
        chores.say(f"{group}: {told}")
    return 1 if None in moved.values() else 0


def _own_records(service: Service, platform: Platform) -> AsyncIterator[Incoming]:
    topics = sorted(topic_of(service.name, aggregate) for aggregate in published(service))
    return read_records(platform.settings.kafka_bootstrap, topics)


_VERBS: Mapping[str, Verb] = {"look": _look, "accept": _accept, "republish": _republish}
