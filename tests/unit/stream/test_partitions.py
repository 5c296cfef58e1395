"""A stream's partition is the one that every Kafka client computes for its key: two that differ would let a stream pass itself."""

import random
from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner

from shared.kafka import partition_of


@pytest.mark.parametrize("partitions", [1, 12, 50])
def test_the_partition_is_the_default_partitioners(partitions: int) -> None:
    numbers = list(range(partitions))
    keys = [f"{'c' * length}-{uuid4()}" for length in range(60)]
    keys += ["".join(random.choices("aé漢😀\x00", k=length)) for length in range(1, 40)]
    for key in keys:
        assert partition_of(key, partitions) == DefaultPartitioner()(key.encode(), numbers, numbers)
