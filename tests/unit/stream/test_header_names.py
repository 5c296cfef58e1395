"""What a broker hands over is read whatever its headers are called, and read as the client reads it where it can."""

import gzip
import struct
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder, _DefaultRecordBatchPy
from aiokafka.record.util import calc_crc32c

from shared.kafka_names import _Records, read_any_name

NAME, ODD = "x-name", b"x-\xe7\xff\xe3o"[:6]
LENGTH_AT, ATTRIBUTES_AT, BODY_AT = 8, _DefaultRecordBatchPy.ATTRIBUTES_OFFSET, _DefaultRecordBatchPy.HEADER_STRUCT.size
GZIP = 1


def batch(odd: set[int], *, first: int = 0, compressed: bool = False) -> bytes:
    """Five records; these have a header with the odd name."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1_000_000)
    for n in range(5):
        builder.append(n, 1_000 + n, b"k" if n else None, b"%d" % n, [(NAME if n in odd else "x-none", b"1"), ("x-null", None)])
    written = bytearray(builder.build())
    body = bytes(written[BODY_AT:]).replace(NAME.encode(), ODD)
    written[BODY_AT:] = gzip.compress(body) if compressed else body
    struct.pack_into(">q", written, 0, first)
    struct.pack_into(">i", written, LENGTH_AT, len(written) - LENGTH_AT - 4)
    struct.pack_into(">h", written, ATTRIBUTES_AT, GZIP if compressed else 0)
    struct.pack_into(">I", written, _DefaultRecordBatchPy.CRC_OFFSET, calc_crc32c(bytes(written[ATTRIBUTES_AT:])))
    return bytes(written)


def read(content: bytes) -> list[Any]:
    """Every record of it, as the client's fetcher goes about it."""
    records: Any = _Records(content)
    found: list[Any] = []
    while records.has_next():
        one = records.next_batch()
        assert one.validate_crc()
        assert not one.is_control_batch
        found += list(one)
        assert found[-1].offset + 1 == one.next_offset
    return found


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("odd", [set[int](), {0}, {2}, {4}, {0, 1, 2, 3, 4}])
def test_each_record_is_read_once_with_its_headers(odd: set[int], *, compressed: bool) -> None:
    found = read(batch(odd, compressed=compressed) + batch({1}, first=5))
    assert [record.offset for record in found] == list(range(10))
    assert [record.value for record in found] == [b"0", b"1", b"2", b"3", b"4"] * 2
    assert [record.key for record in found] == [None, b"k", b"k", b"k", b"k"] * 2
    assert [record.timestamp for record in found] == [*range(1_000, 1_005)] * 2
    names = [record.headers[0][0] for record in found]
    spelt = r"x-\xe7\xff\xe3o"
    assert names == [spelt if n in odd else "x-none" for n in range(5)] + [spelt if n == 1 else "x-none" for n in range(5)]
    assert all(record.headers[1] == ("x-null", None) for record in found)


def test_a_part_of_a_batch_at_the_end_is_left_for_the_next_fetch() -> None:
    assert len(read(batch({0}) + batch({0}, first=5)[:-7])) == 5


def test_a_client_that_reads_its_records_elsewhere_is_refused_and_saying_it_twice_is_saying_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read_any_name()
    read_any_name()
    assert fetcher.MemoryRecords is _Records
    monkeypatch.setattr(fetcher, "MemoryRecords", object)
    with pytest.raises(ImportError):
        read_any_name()
    monkeypatch.undo()
    monkeypatch.setattr(fetcher.Fetcher, "_proc_fetch_request", lambda _self: None)
    with pytest.raises(ImportError):
        read_any_name()
