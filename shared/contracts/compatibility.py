"""What a change of a published event may be: fields that come, never fields that go or mean something else."""

from collections.abc import Iterator, Mapping
from typing import Any

type Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """Why a reader of `old` cannot read what is written under `new`, or readers of `new` what was stored under `old`; empty: it can."""
    return list(_compare(old, new, old, new, ""))


def _resolve(schema: Schema, root: Schema) -> Schema:
    seen = 0
    while "$ref" in schema and seen < 20:  # noqa: PLR2004 - refs to refs end long before
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        schema = root.get("$defs", {}).get(name, {})
        seen += 1
    return schema


def _compare(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    if len(where) > 300:  # noqa: PLR2004 - a schema that holds itself
        return
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    if "anyOf" in old or "anyOf" in new or "oneOf" in old or "oneOf" in new:
        yield from _choices(old, new, old_root, new_root, where)
        return
    if old.get("type") != new.get("type"):
        yield f"{where or '/'}: type {old.get('type')} became {new.get('type')}"
        return
    if old.get("format") != new.get("format"):
        yield f"{where or '/'}: format {old.get('format')} became {new.get('format')}"
    yield from _values(old, new, where)
    yield from _fields(old, new, old_root, new_root, where)
    if "items" in old and "items" in new and isinstance(old["items"], Mapping):
        yield from _compare(old["items"], new["items"], old_root, new_root, f"{where}/[]")


def _values(old: Schema, new: Schema, where: str) -> Iterator[str]:
    known = set(old.get("enum", [old["const"]] if "const" in old else []))
    now = set(new.get("enum", [new["const"]] if "const" in new else []))
    if known and (gone := known - now):
        yield f"{where or '/'}: values {sorted(map(str, gone))} went"
    if known and now - known:
        yield f"{where or '/'}: values {sorted(map(str, now - known))} came, which readers do not know: raise schema_version"


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{where}/{name}: went"
        else:
            yield from _compare(before[name], after[name], old_root, new_root, f"{where}/{name}")
            if name in old.get("required", ()) and name not in new.get("required", ()) and "default" not in after[name]:
                yield f"{where}/{name}: no longer always there"
    for name in after:
        if name not in before and "default" not in after[name]:
            yield f"{where}/{name}: came without a default, so that stored events cannot be read"


def _choices(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before = [_resolve(one, old_root) for one in old.get("anyOf", old.get("oneOf", [old]))]
    after = [_resolve(one, new_root) for one in new.get("anyOf", new.get("oneOf", [new]))]
    for one in before:
        if not any(not list(_compare(one, other, old_root, new_root, where)) for other in after):
            yield f"{where or '/'}: one of its forms went or changed"
    for other in after:
        if not any(not list(_compare(one, other, old_root, new_root, where)) for one in before):
            yield f"{where or '/'}: a form came that readers do not know"
