"""`rewrap`: after a new key-encryption key was put in front, everything is wrapped by it, so that the old one may go."""

from collections.abc import Sequence

from shared.chores import say
from shared.eventsourcing.transaction import transact
from shared.service import Platform, Service

_HOLDERS = "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'kek' order by table_name"


async def rewrap(service: Service, platform: Platform, _arguments: Sequence[str]) -> int:
    """Wrap every stream key by the first key-encryption key; say what still needs an older one, 1 where something does."""
    done = 0
    while more := await transact(platform.pool, platform.keys.rewrap):
        done += more
    say(f"{service.name}: {done} keys are wrapped anew, by key {platform.keys.current}")
    left = 0
    for row in await platform.pool.fetch(_HOLDERS):
        table = row["table_name"]
        count = await platform.pool.fetchval(
            f'select count(*) from "{table}" where kek <> $1 and wrapped is not null', platform.keys.current
        )
        if count:
            say(f"  {table}: {count} rows still need an older key: it must stay in the ring")
        left += count
    return 1 if left else 0
