"""The codec: old versions become new ones, unknown and future ones are named, personal fields never show."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from pydantic import BaseModel

from shared.eventsourcing.codec import Codec, FromTheFuture, InstantNotUtc, StreamKey, UnknownEvent, Unreadable, personal_fields
from shared.eventsourcing.event import Erased, Event, Personal


class ParcelSent(Event):
    """A second version: `weight` became grams."""

    schema_version = 2
    grams: int
    to: Personal[str] = ""
    note: Personal[str | None] = None


CODEC = Codec([ParcelSent], {("ParcelSent", 1): lambda content: {**content, "grams": content.pop("kilos") * 1000}})
STREAM = "parcel-1"
KEY = StreamKey(1, b"k" * 32)


def test_an_older_version_is_read_through_its_upcaster() -> None:
    assert CODEC.decode("ParcelSent", 1, '{"kilos": 2}', STREAM, uuid4()) == ParcelSent(grams=2000)


def test_fields_nobody_knows_are_ignored() -> None:
    assert CODEC.decode("ParcelSent", 2, '{"grams": 1, "colour": "blue"}', STREAM, uuid4()) == ParcelSent(grams=1)


def test_a_version_from_the_future_is_named() -> None:
    with pytest.raises(FromTheFuture):
        CODEC.decode("ParcelSent", 3, "{}", STREAM, uuid4())


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEvent):
        CODEC.decode("ParcelLost", 1, "{}", STREAM, uuid4())


@pytest.mark.parametrize("data", ["not json", "[]", "{}", '{"grams": "segredo"}'])
def test_what_cannot_be_read_says_why_without_quoting_it(data: str) -> None:
    with pytest.raises(Unreadable) as refused:
        CODEC.decode("ParcelSent", 2, data, STREAM, uuid4())
    assert "segredo" not in str(refused.value)


def test_personal_fields_are_found_also_when_optional() -> None:
    assert personal_fields(ParcelSent) == {"to", "note"}


def test_personal_fields_are_sealed_for_their_stream_event_and_field() -> None:
    event, event_id = ParcelSent(grams=1, to="Rua das Flores 1"), uuid4()
    stored = CODEC.encode(event, STREAM, event_id, KEY)
    assert "Flores" not in stored.data
    keys = {1: KEY.secret}
    assert CODEC.decode(stored.type, stored.schema, stored.data, STREAM, event_id, keys) == event
    for stream, other in (("parcel-2", event_id), (STREAM, uuid4())):
        with pytest.raises(Unreadable):
            CODEC.decode(stored.type, stored.schema, stored.data, stream, other, keys)


@pytest.mark.parametrize("keys", [{1: None}, {}])
def test_a_destroyed_key_leaves_the_rest_of_the_event(keys: dict[int, bytes | None]) -> None:
    event_id = uuid4()
    stored = CODEC.encode(ParcelSent(grams=7, to="Rua das Flores 1"), STREAM, event_id, KEY)
    assert CODEC.decode(stored.type, stored.schema, stored.data, STREAM, event_id, keys) == ParcelSent(grams=7, to=Erased())


class Visit(BaseModel):
    """A part of an event."""

    at: datetime


class VisitPlanned(Event):
    """When somebody comes, and when else they might."""

    at: datetime
    otherwise: tuple[Visit, ...] = ()
    price: Decimal = Decimal(0)


def test_instants_are_stored_in_utc_and_decimals_as_text() -> None:
    at = datetime(2026, 11, 24, 12, 0, 0, 5, UTC)
    stored = json.loads(Codec([VisitPlanned]).encode(VisitPlanned(at=at, price=Decimal("1.50")), STREAM, uuid4()).data)
    assert (stored["at"], stored["price"]) == ("2026-11-24T12:00:00.000005Z", "1.50")


@pytest.mark.parametrize("at", [datetime(2026, 11, 24, 12), datetime(2026, 11, 24, 12, tzinfo=timezone(-timedelta(hours=4)))])  # noqa: DTZ001 - the mistake
def test_an_instant_in_no_zone_or_another_is_refused_wherever_it_stands(at: datetime) -> None:
    codec = Codec([VisitPlanned])
    for wrong in (VisitPlanned(at=at), VisitPlanned(at=datetime.now(UTC), otherwise=(Visit(at=at),))):
        with pytest.raises(InstantNotUtc):
            codec.encode(wrong, STREAM, uuid4())
