"""Any command of a decider, made from its type: few ids, instants and words, so that commands meet; secrets are words of their own."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
SECRET, PERSONAL = "segredo", "pessoal"
SECRETS = ("digest", "hash", "secret")
PERSONALS = ("name", "email", "phone", "document", "address", "browser")

_ids = st.integers(1, 2).map(lambda n: UUID(int=n))
_moments = (st.integers(0, 9) | st.integers(0, 26 * 60)).map(lambda minutes: T0 + timedelta(minutes=minutes))


def lives_of(commands: object) -> st.SearchStrategy[list[Any]]:
    """Commands that an alias `type XCommand = A | B` names, in any order, after the first of them, which opens the stream."""
    union = commands.__value__ if isinstance(commands, TypeAliasType) else commands
    kinds = get_args(union)
    return st.tuples(_one(kinds[0]), st.lists(st.one_of([_one(kind) for kind in kinds]), min_size=12, max_size=40)).map(
        lambda drawn: [drawn[0], *drawn[1]]
    )


def _one(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, *(_value(field.name, hints[field.name]) for field in fields(kind) if not field.kw_only), **{
        field.name: _value(field.name, hints[field.name]) for field in fields(kind) if field.kw_only
    })  # fmt: skip


def _value(name: str, hint: Any) -> st.SearchStrategy[Any]:
    hint = hint.__value__ if isinstance(hint, TypeAliasType) else hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, UnionType}:
        return st.one_of([_value(name, argument) for argument in arguments])
    if origin is tuple:
        return st.lists(_value(name, arguments[0]), max_size=3).map(tuple)
    plain = {UUID: _ids, datetime: _moments, bool: st.booleans(), int: st.integers(0, 3), NoneType: st.none()}
    return plain[hint] if hint in plain else _word(name)


def _word(name: str) -> st.SearchStrategy[str]:
    mark = SECRET if name.endswith(SECRETS) else PERSONAL if name.rpartition("_")[2] in PERSONALS else "palavra"
    return st.integers(1, 2).map(lambda n: f"{mark}-{n}")
