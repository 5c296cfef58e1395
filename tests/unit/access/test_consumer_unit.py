"""A consumer unit follows the register: newer wins, numbers last for ever."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from services.access.domain.consumer_unit.commands import Holder, Place
from services.access.domain.consumer_unit.decider import CONSUMER_UNIT, Active, resolve
from services.access.domain.consumer_unit.events import (
    AddressGiven,
    ConsumerUnitChanged,
    ConsumerUnitClosed,
    ConsumerUnitRegistered,
    ConsumerUnitRenumbered,
    HolderChanged,
    Plant,
)
from services.access.domain.consumer_unit.refusals import StaleCisRecord, UnitIsClosed, UnitNumberReused
from shared.testing.given import given
from tests.unit.access.cast import ANA, AT, BRUNO, LIKE, MONDAY, RECORD, REGISTERED, UNIT

ADDRESS = AddressGiven(unit_id=UNIT, address=AT.address, coordinates=None, given_at=MONDAY)
CLOSED = ConsumerUnitClosed(unit_id=UNIT, closed_at=MONDAY)
LATER = replace(RECORD, sequence=2, last_sequence=1)


def test_the_first_record_registers_the_unit() -> None:
    given(CONSUMER_UNIT).when(RECORD).then(REGISTERED, ADDRESS)


def test_a_unit_without_address_is_registered_too() -> None:
    given(CONSUMER_UNIT).when(replace(RECORD, place=Place(None, None))).then(REGISTERED)


def test_the_same_again_says_nothing() -> None:
    given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(LATER).then_nothing()


def test_an_older_record_is_stale_and_an_equal_one_already_so() -> None:
    other = replace(RECORD, holder=Holder(BRUNO, "cpf", None), last_sequence=2)
    given(CONSUMER_UNIT, REGISTERED).when(replace(other, sequence=1)).then_refused(StaleCisRecord)
    given(CONSUMER_UNIT, REGISTERED).when(replace(other, sequence=2)).then_nothing()


def test_a_unit_first_heard_of_under_its_second_number_has_both() -> None:
    state = (
        given(CONSUMER_UNIT).when(replace(RECORD, replaces="9")).then_types(ConsumerUnitRegistered, AddressGiven, ConsumerUnitRenumbered)
    )
    assert isinstance(state, Active)
    assert (state.number, state.former_numbers) == (RECORD.number, frozenset({"9"}))


def test_another_holder() -> None:
    changed = HolderChanged(unit_id=UNIT, previous_holder_id=ANA, holder_id=BRUNO, holder_kind="cpf", changed_at=MONDAY)
    given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(replace(LATER, holder=Holder(BRUNO, "cpf", None))).then(changed)


def test_other_characteristics_are_all_told() -> None:
    plant = Plant(source="solar", installed_kw=Decimal(5))
    record = replace(LATER, characteristics=replace(LIKE, available_kw=Decimal(15), plant=plant))
    state = given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(record).then_types(ConsumerUnitChanged)
    assert isinstance(state, Active)
    assert state.characteristics.plant == plant


def test_another_address_alone() -> None:
    given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(replace(LATER, place=Place("Rua B, 2", None))).then_types(AddressGiven)


def test_a_renumbered_unit_keeps_its_legacy_number() -> None:
    new = "000000000200201"
    renumbered = ConsumerUnitRenumbered(
        unit_id=UNIT, previous_number=REGISTERED.number, number=new, legacy_number="12345", renumbered_at=MONDAY
    )
    given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(replace(LATER, number=new, legacy_number=None)).then(renumbered)


def test_a_record_under_an_old_number_comes_too_late() -> None:
    renumbered = ConsumerUnitRenumbered(unit_id=UNIT, previous_number=REGISTERED.number, number="9", renumbered_at=MONDAY)
    given(CONSUMER_UNIT, REGISTERED, renumbered).when(LATER).then_refused(StaleCisRecord)


def test_a_unit_closes_once() -> None:
    given(CONSUMER_UNIT, REGISTERED, ADDRESS).when(replace(LATER, closed=True)).then(CLOSED)
    given(CONSUMER_UNIT, REGISTERED, ADDRESS, CLOSED).when(replace(LATER, closed=True)).then_nothing()


def test_a_unit_first_heard_of_when_closed_is_registered_and_closed() -> None:
    given(CONSUMER_UNIT).when(replace(RECORD, closed=True)).then_types(ConsumerUnitRegistered, AddressGiven, ConsumerUnitClosed)


def test_a_closed_unit_does_not_come_back() -> None:
    given(CONSUMER_UNIT, REGISTERED, CLOSED).when(LATER).then_refused(UnitIsClosed)


def test_which_unit_a_record_is_about() -> None:
    a, b, fresh = UUID(int=1), UUID(int=2), UUID(int=3)
    assert resolve(None, None, fresh) == fresh
    assert resolve(None, b, fresh) == b
    assert resolve(a, None, fresh) == a
    assert resolve(a, a, fresh) == a
    with pytest.raises(UnitNumberReused):
        resolve(a, b, fresh)
