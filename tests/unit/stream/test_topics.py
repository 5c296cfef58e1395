"""Which topic an event travels on follows from its stream, so that a stream never spreads over two."""

from typing import cast

import pytest

from shared.eventsourcing.relay import Relay
from shared.postgres import Pool


@pytest.mark.parametrize(
    ("category", "name", "topic"),
    [
        ("review", "ReviewConcluded", "backoffice.review"),
        ("audit", "AuditSealed", "backoffice.operations"),
        ("operations", "EventParked", "backoffice.operations"),
        ("review", "AuditSealed", None),
        ("review", "NoteMade", None),
        ("audit", "NoteMade", None),
    ],
)
def test_a_stream_travels_on_one_topic(category: str, name: str, topic: str | None) -> None:
    published = {"review": ["ReviewConcluded"], "operations": ["AuditSealed", "EventParked"]}
    relay = Relay(service="backoffice", pool=cast("Pool", None), lead_url="", bootstrap="", published=published)
    assert relay._topic(category, name) == topic
