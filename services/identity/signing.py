"""The keys that access tokens are signed with: in a table, wrapped by the service's key, changed without anyone noticing."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from shared.clock import Clock
from shared.eventsourcing.keys import Keys
from shared.eventsourcing.transaction import transact
from shared.http.tokens import signing_key
from shared.ids import new_id
from shared.postgres import Db, Pool

SHOWN_BEFORE = timedelta(minutes=10)
SHOWN_AFTER = timedelta(minutes=15)
_KEPT = timedelta(seconds=20)


_RETIRE = """
delete from signing_keys where kid in (
  select kid from (select kid, lead(active_from) over (order by active_from) as until from signing_keys) k where until <= $1)"""


class SigningKeys:
    """Gives the key that signs now and all that verify."""

    def __init__(self, pool: Pool, keys: Keys, clock: Clock, lives: timedelta) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._lives = lives
        self._current: tuple[datetime, OKPKey] | None = None

    async def current(self) -> OKPKey:
        """The key to sign with, made when there is none yet."""
        now = self._clock()
        if self._current is not None and now - self._current[0] < _KEPT:
            return self._current[1]
        row = await self._signing()
        if row is None:
            await self.renew()
            row = await self._signing()
        if row is None:
            message = "no signing key"
            raise RuntimeError(message)
        seed = self._keys.unwrap(row["kek"], row["wrapped"], f"signing-key-{row['kid']}")
        key = signing_key(seed.decode(), row["kid"])
        self._current = (now, key)
        return key

    async def _signing(self) -> Any:  # noqa: ANN401 - a row
        return await self._pool.fetchrow(
            "select kid, kek, wrapped from signing_keys where active_from <= $1 order by active_from desc limit 1", self._clock()
        )

    async def jwks(self) -> dict[str, Any]:
        """The public keys: those that sign, will sign soon, or signed lately."""
        if await self._signing() is None:
            await self.renew()
        rows = await self._pool.fetch(
            "select public::text as public from (select *, lead(active_from) over (order by active_from) as until from signing_keys) k"
            " where until is null or until > $1 order by active_from desc",
            self._clock() - SHOWN_AFTER,
        )
        return {"keys": [json.loads(row["public"]) for row in rows]}

    async def renew(self) -> bool:
        """Make the next key when the newest has lived long enough; it is shown for ten minutes before it signs.

        Keys that nothing verifies any more are destroyed.
        """

        async def work(db: Db) -> bool:
            await db.execute("select pg_advisory_xact_lock(hashtext('signing-keys'))")
            now = self._clock()
            await db.execute(_RETIRE, now - SHOWN_AFTER)
            newest = await db.fetchval("select max(active_from) from signing_keys")
            if newest is not None and newest + self._lives > now + SHOWN_BEFORE:
                return False
            await self._make(db, now if newest is None else now + SHOWN_BEFORE)
            return True

        return await transact(self._pool, work)

    async def ends_at(self) -> datetime | None:
        """Until when the newest key may sign; past when its successor is overdue, None when there is none yet."""
        newest: datetime | None = await self._pool.fetchval("select max(active_from) from signing_keys")
        return None if newest is None else newest + self._lives

    async def _make(self, db: Db, active_from: datetime) -> None:
        kid = f"identity-{new_id()}"
        seed = _base64url(Ed25519PrivateKey.generate().private_bytes_raw())
        kek, wrapped = self._keys.wrap(seed.encode(), f"signing-key-{kid}")
        public = json.dumps(signing_key(seed, kid).as_dict(private=False))
        await db.execute(
            "insert into signing_keys (kid, kek, wrapped, public, active_from) values ($1, $2, $3, $4, $5)",
            kid,
            kek,
            wrapped,
            public,
            active_from,
        )


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
