"""Keys of streams: made on the first append that needs one, wrapped by the service's own key, destroyed at erasure."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.eventsourcing.codec import StreamKey
from shared.key_rings import keys_in
from shared.postgres import Db

_NONCE = 12
_TOLD = "json_agg(json_build_array(generation, kek, encode(wrapped, 'hex')))"


def keys_of(stream: str) -> str:
    """SQL of one value, for a statement that asks more and `Keys.opened`: the keys of a stream, `stream` the SQL of its name."""
    return f"(select {_TOLD} from stream_keys where stream = {stream})"


class KekMissing(Exception):
    """A stream key is wrapped by a key-encryption key that the settings do not hold."""


class Keys:
    """Key-encryption keys as `2:<base64>,1:<base64>`: the first wraps, all of them open. Raises ValueError as `keys_in`."""

    def __init__(self, keks: str) -> None:
        self._keks = {number: AESGCM(secret) for number, secret in keys_in(keks).items()}
        self._current = next(iter(self._keks))

    @property
    def current(self) -> int:
        """The number of the key that wraps."""
        return self._current

    @property
    def known(self) -> frozenset[int]:
        """The numbers of all keys that open."""
        return frozenset(self._keks)

    def wrap(self, secret: bytes, context: str) -> tuple[int, bytes]:
        """A secret sealed by the current key, bound to what it is for; answers that key's number too."""
        nonce = secrets.token_bytes(_NONCE)
        return self._current, nonce + self._keks[self._current].encrypt(nonce, secret, context.encode())

    def unwrap(self, kek: int, wrapped: bytes, context: str) -> bytes:
        """The secret that `wrap` sealed; raises KekMissing, or InvalidTag when it was tampered with."""
        if kek not in self._keks:
            raise KekMissing(kek)
        return self._keks[kek].decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context.encode())

    async def sealing(self, db: Db, stream: str, person: UUID | None) -> StreamKey | None:
        """The live key of a stream, made now for `person` if it has none; None when it has none and nobody is named."""
        row = await db.fetchrow(
            "select generation, wrapped, kek from stream_keys where stream = $1 and destroyed_at is null"
            " order by generation desc limit 1 for share",
            stream,
        )
        if row is not None:
            return StreamKey(row["generation"], self.unwrap(row["kek"], row["wrapped"], stream))
        if person is None:
            return None
        secret = AESGCM.generate_key(256)
        kek, wrapped = self.wrap(secret, stream)
        made = await db.fetchval(
            "insert into stream_keys (stream, generation, person, wrapped, kek)"
            " select $1, coalesce(max(generation), 0) + 1, $2, $3, $4 from stream_keys where stream = $1"
            " on conflict do nothing returning generation",
            stream,
            person,
            wrapped,
            kek,
        )
        return StreamKey(made, secret) if made is not None else await self.sealing(db, stream, None)

    async def sealing_many(self, db: Db, people: Mapping[str, UUID | None]) -> Mapping[str, StreamKey]:
        """The live keys of many streams, in two statements; made now where the person is named and there is none."""
        rows = await db.fetch(
            "select distinct on (stream) stream, generation, wrapped, kek from stream_keys"
            " where stream = any($1::text[]) and destroyed_at is null order by stream, generation desc",
            list(people),
        )
        keys = {row["stream"]: StreamKey(row["generation"], self.unwrap(row["kek"], row["wrapped"], row["stream"])) for row in rows}
        missing = {stream: person for stream, person in people.items() if stream not in keys and person is not None}
        fresh = {stream: AESGCM.generate_key(256) for stream in missing}
        wrapped = {stream: self.wrap(secret, stream) for stream, secret in fresh.items()}
        made = await db.fetch(
            "insert into stream_keys (stream, generation, person, wrapped, kek)"
            " select s.stream, 1, s.person, s.wrapped, s.kek from unnest($1::text[], $2::uuid[], $3::bytea[], $4::smallint[])"
            "  s(stream, person, wrapped, kek) where not exists (select 1 from stream_keys k where k.stream = s.stream)"
            " order by s.stream on conflict do nothing returning stream",
            list(missing),
            list(missing.values()),
            [sealed for _, sealed in wrapped.values()],
            [kek for kek, _ in wrapped.values()],
        )
        keys |= {row["stream"]: StreamKey(1, fresh[row["stream"]]) for row in made}
        for stream in missing.keys() - keys.keys():
            if (key := await self.sealing(db, stream, missing[stream])) is not None:
                keys[stream] = key
        return keys

    async def opening(self, db: Db, streams: list[str]) -> Mapping[str, Mapping[int, bytes | None]]:
        """Per stream, its keys by generation; a destroyed one is None."""
        rows = await db.fetch(f"select stream, {_TOLD} from stream_keys where stream = any($1::text[]) group by stream", streams)
        return {stream: self.opened(stream, told) for stream, told in rows}

    def opened(self, stream: str, told: str | None) -> Mapping[int, bytes | None]:
        """The keys of a stream by generation, of what `keys_of` tells; a destroyed one is None."""
        return {
            generation: None if wrapped is None else self.unwrap(kek, bytes.fromhex(wrapped), stream)
            for generation, kek, wrapped in json.loads(told or "[]")
        }

    async def destroy(self, db: Db, stream: str, *, before: datetime) -> int:
        """Destroy the keys of a stream made before an instant: what they sealed reads as erased from now on."""
        done = await db.fetch(
            "update stream_keys set wrapped = null, destroyed_at = clock_timestamp()"
            " where stream = $1 and made_at < $2 and destroyed_at is null returning generation",
            stream,
            before,
        )
        return len(done)

    async def streams_of(self, db: Db, person: UUID, *, before: datetime) -> list[str]:
        """The streams that hold this person's data under keys made before an instant."""
        rows = await db.fetch(
            "select distinct stream from stream_keys where person = $1 and made_at < $2 and destroyed_at is null", person, before
        )
        return [row["stream"] for row in rows]

    async def rewrap(self, db: Db, *, limit: int = 500) -> int:
        """Wrap keys under an old key-encryption key with the current one; call until it answers 0."""
        rows = await db.fetch(
            "select stream, generation, wrapped, kek from stream_keys where kek <> $1 and wrapped is not null"
            " limit $2 for update skip locked",
            self._current,
            limit,
        )
        for row in rows:
            kek, wrapped = self.wrap(self.unwrap(row["kek"], row["wrapped"], row["stream"]), row["stream"])
            await db.execute(
                "update stream_keys set kek = $3, wrapped = $4 where stream = $1 and generation = $2",
                row["stream"],
                row["generation"],
                kek,
                wrapped,
            )
        return len(rows)

    async def check(self, db: Db) -> list[str]:
        """The streams whose live keys do not open: empty when all is well."""
        broken: list[str] = []
        async with db.transaction():
            async for row in db.cursor("select stream, wrapped, kek from stream_keys where wrapped is not null"):
                try:
                    self.unwrap(row["kek"], row["wrapped"], row["stream"])
                except Exception:  # noqa: BLE001 - whatever the reason, the key does not open
                    broken.append(row["stream"])
        return broken
