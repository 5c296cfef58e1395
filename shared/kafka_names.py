r"""Records whose header names are not UTF-8 are read like others: what cannot be read of a name is spelt out (`situa\xe7\xe3o`).

Kafka takes any bytes for a name. aiokafka decodes names while it hands records out and raises there, before anybody can look at the record:
the whole group would stand before that one for ever. A name that is none of an envelope's is nobody's concern; an envelope without one of
its own is parked, as always.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import SupportsIndex

import structlog
from aiokafka.consumer import fetcher
from aiokafka.record._protocols import DefaultRecordBatchProtocol
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

log = structlog.get_logger(__name__)

_LENGTH = struct.Struct(">i")
_LENGTH_AT = 8
_BEFORE_LENGTH_COUNTS = 12


class _Spelt(bytearray):
    """Bytes of which every part decodes."""

    def __getitem__(self, place: SupportsIndex | slice) -> "int | _Spelt":  # type: ignore[override]  # one way to say both
        found = super().__getitem__(place)
        return found if isinstance(found, int) else _Spelt(found)

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        """As UTF-8, what is not being spelt out."""
        return super().decode(encoding, errors)


class _Batch:
    """A batch of records, as the client reads it; from a name on that it cannot read, as written in Python and with names spelt out."""

    __slots__ = ("_as_the_client_reads", "_bytes")

    def __init__(self, as_the_client_reads: DefaultRecordBatchProtocol, content: memoryview) -> None:
        self._as_the_client_reads = as_the_client_reads
        self._bytes = content

    def __getattr__(self, name: str) -> object:
        return getattr(self._as_the_client_reads, name)

    def __next__(self) -> object:
        return next(self._as_the_client_reads)

    def __iter__(self) -> Iterator[object]:
        read = 0
        try:
            for record in self._as_the_client_reads:
                yield record
                read += 1
        except UnicodeDecodeError:
            log.warning("header_names_spelt_out", offset=self._as_the_client_reads.base_offset + read)
            yield from islice(_spelt(self._bytes), read, None)


def _spelt(content: memoryview) -> Iterator[object]:
    batch = _DefaultRecordBatchPy(content)
    batch._maybe_uncompress()
    batch._buffer = _Spelt(batch._buffer)
    return iter(batch)


class _Records:
    """What a broker sent of one partition: batch after batch."""

    __slots__ = ("_bytes", "_place", "_records")

    def __init__(self, content: bytes) -> None:
        self._records = MemoryRecords(content)
        self._bytes = memoryview(content)
        self._place = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._records, name)

    def next_batch(self) -> _Batch:
        """The next, with its bytes."""
        batch, start = self._records.next_batch(), self._place
        (length,) = _LENGTH.unpack_from(self._bytes, start + _LENGTH_AT)
        self._place = start + _BEFORE_LENGTH_COUNTS + length
        return _Batch(batch, self._bytes[start : self._place])


def read_any_name() -> None:
    """Have the consumers of this process read records whatever their headers are called; raises ImportError for a client made otherwise."""
    reads = getattr(fetcher.Fetcher, "_proc_fetch_request", None)
    used = reads is not None and "MemoryRecords" in reads.__code__.co_names
    there = getattr(fetcher, "MemoryRecords", None)
    if not used or (there is not MemoryRecords and getattr(there, "__module__", None) != __name__):
        message = "this aiokafka reads its records elsewhere: names of headers that are not UTF-8 would stop its consumers"
        raise ImportError(message)
    fetcher.MemoryRecords = _Records  # the client has no other place to say it
