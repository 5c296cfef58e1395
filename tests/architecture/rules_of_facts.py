"""More rules: how facts are decided, read, held, sent, stored and locked. Each takes a tree and answers what breaks it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.architecture.source import SERVICES, Module, Source

BY_POSITION = re.compile(r"\bfrom\s+events\b[^\"]*\bposition\s*[<>]", re.IGNORECASE)
SENDS_NOTIFY = re.compile(r"\bpg_notify\b|\"\s*notify\s+\w|\bperform\s+pg_notify\b", re.IGNORECASE)
READS_BY_POSITION = ("shared/eventsourcing/", "shared/migrations/", "shared/metrics.py")
WRITES = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)", re.IGNORECASE)
BEHIND_A_TABLE = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?(?:trigger|rule|function|view|procedure)\b", re.IGNORECASE)
ONLY_THERE: Mapping[str, tuple[str, ...]] = {
    "httpx": ("shared/", "demo/", "bench/"),
    "aiohttp": (),
    "requests": (),
    "faust": ("services/backoffice/live.py",),
    "minio": ("shared/documents/storage.py", "deploy/"),
    "sqlalchemy": (),
    "psycopg": ("bench/",),
    "confluent_kafka": (),
}
HELD: Mapping[str, tuple[str, ...]] = {
    "services/identity/views/register.py": ("find",),
    "services/access/views/proven_holders.py": ("is_proven",),
    "services/access/views/approved_profiles.py": ("get_profile_now",),
    "services/access/views/consumer_units.py": ("find_unit_now",),
    "services/professional/views/verified_people.py": ("kind_of",),
    "services/backoffice/views/staff_roles.py": ("get_officer",),
    "services/requests/views/units.py": ("find_unit", "find_unit_by_number"),
    "services/requests/views/people.py": ("find_profile",),
    "services/requests/views/world.py": ("_held", "world_of"),
    "shared/documents/view.py": ("get_clean_document",),
}


FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def closed_decisions(source: Source) -> Iterator[str]:
    """A decision over kinds is closed by `assert_never`; commands and states are frozen."""
    for module in source.modules("services"):
        if "domain" not in module.name.split("/")[2:-1]:
            continue
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in {"decide", "evolve"} and not _closed(node):
                yield f"{module.name}: {node.name} is not closed by assert_never"
        for kind in ast.walk(module.tree):
            if isinstance(kind, ast.ClassDef) and any(_thawed(mark) for mark in kind.decorator_list):
                yield f"{module.name}: {kind.name} is not frozen"


def _closed(node: ast.FunctionDef) -> bool:
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return "assert_never" in names or not any(isinstance(inner, ast.Match) for inner in ast.walk(node))


def _thawed(mark: ast.expr) -> bool:
    match mark:
        case ast.Name(id="dataclass"):
            return True
        case ast.Call(func=ast.Name(id="dataclass"), keywords=words):
            return not any(word.arg == "frozen" and getattr(word.value, "value", False) is True for word in words)
        case _:
            return False


def readers_keep_to_the_horizon(source: Source) -> Iterator[str]:
    """Who reads across streams asks `events_after`, horizon first; nobody wakes others from inside a transaction."""
    for path in source.files(".py", ".sql", folders=("services", "shared")):
        inside = path.relative_to(source.root).as_posix()
        text = path.read_text(encoding="utf-8")
        if BY_POSITION.search(text) and not inside.startswith(READS_BY_POSITION):
            yield f"{inside} reads events by position without the horizon"
        if SENDS_NOTIFY.search(text):
            yield f"{inside} notifies inside a transaction"


def held_facts(source: Source) -> Iterator[str]:
    """What a decision rests on is read for share, so that it does not change before the decision is committed."""
    for name, functions in HELD.items():
        file = source.root / name
        if not file.is_file():
            continue
        found = {node.name: node for node in Module(source.root, file).tree.body if isinstance(node, ast.AsyncFunctionDef)}
        for function in functions:
            if function not in found:
                yield f"{name} has no {function}: say here what took its place"
            elif "for share" not in ast.unparse(found[function]):
                yield f"{name}: {function} does not hold what it reads"


def one_writer(source: Source) -> Iterator[str]:
    """A table has exactly one writer: the view that declares it."""
    for service in SERVICES:
        declared: dict[str, set[str]] = defaultdict(set)
        written: dict[str, set[str]] = defaultdict(set)
        for module in source.modules(f"services/{service}"):
            for table in _tables_of(module):
                declared[table].add(module.name)
            for table in WRITES.findall(module.text):
                written[table.lower()].add(module.name)
        for table, homes in declared.items():
            yield from (f"{other} writes {table}, which is of {min(homes)}" for other in sorted((written[table] | homes) - {min(homes)}))


def writes_say_what_they_touch(source: Source) -> Iterator[str]:
    """Writes of views wait and travel together: what one touches stands in its text, and nobody catches what it raises too early."""
    for path in source.files(".sql", folders=("services",)):
        if BEHIND_A_TABLE.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(source.root).as_posix()} puts something behind a table that no statement names"
    for module in source.modules("services"):
        if "views" in module.name.split("/")[2:-1]:
            catching = (node for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler) and node.type)
            yield from (f"{module.name} catches in line {node.lineno}" for node in catching if "asyncpg" in ast.unparse(node.type or node))


def _tables_of(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        match node:
            case ast.AnnAssign(target=ast.Name(id="tables"), value=ast.Tuple(elts=names)):
                yield from (str(name.value) for name in names if isinstance(name, ast.Constant))
            case _:
                continue


def views_are_compared(source: Source) -> Iterator[str]:
    """A view says which tables are its own or which timers it keeps, for `verify` and `rebuild`; or why it cannot be compared."""
    for module in source.modules("services", "shared"):
        for kind in ast.walk(module.tree):
            said = _said_by(kind) if isinstance(kind, ast.ClassDef) else {}
            if isinstance(kind, ast.ClassDef) and "project" in said and _filled(said.get("name")):
                named, why = any(_filled(said.get(word)) for word in ("tables", "timers")), _filled(said.get("not_compared"))
                if not named and not why:
                    yield f"{module.name}: {kind.name} says neither its tables or timers nor why it is not compared"
                if named and why:
                    yield f"{module.name}: {kind.name} says why it is not compared, and has something to compare"


def _said_by(kind: ast.ClassDef) -> dict[str, ast.expr | None]:
    """What a class says, by name: its attributes with their values, and its functions."""
    said: dict[str, ast.expr | None] = {node.name: None for node in kind.body if isinstance(node, FUNCTION)}
    for node in kind.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=value) | ast.Assign(targets=[ast.Name(id=name)], value=value):
                said[name] = value
            case _:
                continue
    return said


def _filled(value: ast.expr | None) -> bool:
    """Whether something is said: a name, a sentence, a tuple that is not empty."""
    match value:
        case None:
            return False
        case ast.Tuple(elts=parts):
            return bool(parts)
        case ast.Constant(value=said):
            return isinstance(said, str) and bool(said.strip())
        case _:
            return True


def each_library_in_its_place(source: Source) -> Iterator[str]:
    """Services do not call each other; one storage, one broker client, no object mapper; Faust where rates are shown only."""
    for module in source.modules("services", "shared", "deploy", "demo", "bench"):
        for name in module.imports():
            places = ONLY_THERE.get(name.split(".")[0])
            if places is not None and not module.name.startswith(places):
                yield f"{module.name} imports {name}"


def locked(source: Source) -> Iterator[str]:
    """Every dependency is locked with hashes, and no lock names an index."""
    for path in sorted((source.root / "requirements").glob("*.txt")):
        name = path.relative_to(source.root).as_posix()
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        if re.search(r"https?://|--(?:extra-)?index-url", text):
            yield f"{name} names an index"
        for line in text.splitlines():
            if line.strip() and not line.lstrip().startswith("#") and "--hash=sha256:" not in line:
                yield f"{name}: {line.split()[0]} has no hash"
