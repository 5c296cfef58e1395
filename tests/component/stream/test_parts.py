"""What one event asks of many streams is done in parts, each in a transaction of its own: nothing lost, nothing doubled."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from shared.eventsourcing.consumer import Consumer, reader_of_reaction
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.parts import AT_ONCE, in_parts
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db
from tests.component.stream.counters import CODEC, KEYS, STORE, CounterMoved, CounterNoted, eventually, move, prepared, relay_of, running
from tests.conftest import Database

MANY = 2 * AT_ONCE + 30
FOLLOWERS = [uuid5(NAMESPACE_URL, f"follower-{n}") for n in range(MANY)]


def _decide(_command: str, state: int) -> Sequence[CounterNoted]:
    return [] if state else [CounterNoted(text="followed")]


FOLLOWING = Handler("follower", Decider(0, _decide, lambda state, _event: state + 1), STORE)


class WhenCounterMoved:
    """Every follower follows, once; it may stumble at one of them."""

    name: ClassVar[str] = "when_counter_moved"
    on: ClassVar[frozenset[type[Event]]] = frozenset({CounterMoved})
    refusals: ClassVar[frozenset[type[Refusal]]] = frozenset()

    def __init__(self, *, stumbles_at: int | None = None) -> None:
        self.parts = 0
        self.stumbles_at = stumbles_at

    async def react(self, db: Db, event: Recorded[Any]) -> bool:
        """In parts."""
        cause = Cause("service:test", event.cause.correlation, event.id)

        async def follow(one: UUID) -> Any:
            if self.stumbles_at is not None and one == FOLLOWERS[self.stumbles_at]:
                message = "stumbled"
                raise ValueError(message)
            return await FOLLOWING(db, one, "follow", cause, reaction=self.name)

        self.parts += 1
        return await in_parts(db, FOLLOWERS, follow)


def _consumer(service: str, pool: Any, kafka: str, reaction: WhenCounterMoved) -> Consumer:
    reader = reader_of_reaction(reaction, {f"{service}.counter": [CounterMoved]})
    return Consumer(group=f"{service}.reactions", readers=[reader], codec=CODEC, pool=pool, keys=KEYS, bootstrap=kafka)


FOLLOWED = "select count(*) from events where stream like 'follower-%'"


async def test_more_than_a_transaction_may_append_is_done_in_several_and_each_once(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reaction = WhenCounterMoved()
    async with database.pool() as pool:
        async with running(relay_of(service, pool, database, kafka), _consumer(service, pool, kafka, reaction)):
            await move(pool, uuid4(), [1])
            await eventually(pool, FOLLOWED, MANY)
            await eventually(pool, "select count(*) from applied where reader = 'when_counter_moved'", 1)
        assert reaction.parts == 3
        await pool.execute("delete from applied")
        again = _consumer(service, pool, kafka, WhenCounterMoved())
        again.group = f"{service}.again"
        async with running(again):
            await eventually(pool, "select count(*) from applied where reader = 'when_counter_moved'", 1)
        assert await pool.fetchval(FOLLOWED) == MANY


async def test_what_fails_in_a_later_part_keeps_the_parts_before_is_parked_and_goes_on_from_there(database: Database, kafka: str) -> None:
    service = await prepared(database, kafka)
    reaction = WhenCounterMoved(stumbles_at=AT_ONCE + 10)
    mover = uuid4()
    async with database.pool() as pool:
        consumer = _consumer(service, pool, kafka, reaction)
        async with running(relay_of(service, pool, database, kafka), consumer):
            await move(pool, mover, [1])
            await eventually(pool, "select count(*) from parked", 1)
            assert await pool.fetchval(FOLLOWED) == AT_ONCE
            reaction.stumbles_at = None
            assert await consumer.replay(reaction.name, f"counter-{mover}") == 1
        assert await pool.fetchval(FOLLOWED) == MANY
        assert await pool.fetchval("select count(*) from parked") == 0
