"""The rules: each takes a tree and answers what breaks it, as sentences."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.architecture.source import SERVICES, Module, Source

type Rule = Callable[[Source], Iterator[str]]

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
ROOMS = ("api", "domain", "reactions", "views", "migrations")
MORE_ROOMS = ("mails", "seeds")
FILES = ("README.md", "__init__.py", "__main__.py", "app.py", "settings.py")
UNUSED_WORDS = ("Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Impl", "Data", "Info")
TERMS_OF_LAW = ("PersonalData",)
UNUSED_MODULES = {word.lower() for word in UNUSED_WORDS}
PURE = frozenset(
    [
        "__future__",
        "abc",
        "collections",
        "collections.abc",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "functools",
        "hashlib",
        "hmac",
        "itertools",
        "math",
        "operator",
        "re",
        "types",
        "typing",
        "unicodedata",
        "uuid",
        "zoneinfo",
        "pydantic",
        "rfc8785",
    ]
)
KERNEL = ("shared.eventsourcing", "shared.contracts", "shared.calendar", "shared.identifiers")
DOING = (
    *("httpx", "aiokafka", "aiosmtplib", "minio", "shared.kafka", "shared.mail.post", "shared.documents.storage"),
    *("shared.eventsourcing.handler", "shared.eventsourcing.transaction", "shared.eventsourcing.bulk", "shared.eventsourcing.relay"),
)
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "open", "print", "sleep", "new_id", "utc_now"}
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DISTRIBUTOR = re.compile(r"amazonas\s*energia|0?800[\s.-]?701[\s.-]?3001", re.IGNORECASE)
EVENTS_TABLE = re.compile(r"\b(update|delete\s+from|insert\s+into|truncate(\s+table)?)\s+events\b", re.IGNORECASE)


def same_rooms(source: Source) -> Iterator[str]:
    """Who knows one service knows all."""
    for service in SERVICES:
        home = source.root / "services" / service
        yield from (f"{service} has no {room}/" for room in ROOMS if not (home / room).is_dir())
        yield from (f"{service} has no {file}" for file in FILES if not (home / file).is_file())
        for folder in sorted(path.name for path in home.glob("*") if path.is_dir()) if home.is_dir() else ():
            if folder not in (*ROOMS, *MORE_ROOMS, "__pycache__"):
                yield f"{service} has a room of its own: {folder}/"


def short_files(source: Source) -> Iterator[str]:
    """A file is refused at 400 lines."""
    for module in source.modules():
        lines = module.text.count("\n")
        if lines > LINES_OF_A_FILE:
            yield f"{module.name} has {lines} lines"


def short_functions(source: Source) -> Iterator[str]:
    """A function has at most 40 lines, those inside it counted for themselves; `decide` and `evolve`, one line per case, are exempt."""
    for module in source.modules("shared", "services", "deploy", "demo", "bench"):
        for node in ast.walk(module.tree):
            if isinstance(node, FUNCTION) and not _by_cases(module, node.name):
                lines = _lines(node) - sum(_lines(inner) for inner in node.body if isinstance(inner, FUNCTION))
                if lines > LINES_OF_A_FUNCTION:
                    yield f"{module.name}: {node.name} has {lines} lines"


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _by_cases(module: Module, name: str) -> bool:
    return ("/domain/" in module.name or module.path.stem == "decider") and name.lstrip("_").startswith(("decide", "evolve"))


def pure_domain(source: Source) -> Iterator[str]:
    """Rules have no clock, no ids, no I/O, no logging, no framework."""
    for module in _domain(source):
        own = ".".join(module.name.split("/")[:3])
        for name in module.imports():
            if name not in PURE and name != own and not name.startswith((f"{own}.", *KERNEL)):
                yield f"{module.name} imports {name}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Await | ast.AsyncFunctionDef):
                yield f"{module.name} waits in line {node.lineno}"
            if isinstance(node, ast.Call) and _impure(node):
                yield f"{module.name} calls {_called(node)} in line {node.lineno}"


def _domain(source: Source) -> Iterator[Module]:
    return (module for module in source.modules("services") if "domain" in module.name.split("/")[2:-1])


def _impure(node: ast.Call) -> bool:
    """`date.today()` looks at the clock; `calendar.today(now)` is told."""
    return _called(node) in IMPURE_CALLS and not (_called(node) == "today" and node.args)


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def plain_names(source: Source) -> Iterator[str]:
    """Names that say nothing are not used; facts are never called Updated; reactions say when."""
    for module in source.modules("shared", "services", "deploy", "demo"):
        stem = Path(module.name).stem
        if stem in UNUSED_MODULES:
            yield f"{module.name}: a module called {stem}"
        if "/reactions/" in module.name and not stem.startswith(("when_", "__init__")):
            yield f"{module.name}: a reaction is called when_<event>.py"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and not node.name.endswith(TERMS_OF_LAW):
                yield from (f"{module.name}: class {node.name}" for word in (*UNUSED_WORDS, "Updated") if node.name.endswith(word))


def nobody_in_particular(source: Source) -> Iterator[str]:
    """The distributor's name, addresses and phone are configuration and seeds, never code."""
    for path in source.files(".py", ".sql", ".txt", ".html", ".md", folders=("services", "shared")):
        inside = path.relative_to(source.root).as_posix()
        if "/seeds/" not in inside and DISTRIBUTOR.search(path.read_text(encoding="utf-8")):
            yield f"{inside} names the distributor"


def one_way_to_write(source: Source) -> Iterator[str]:
    """Only the store touches the event table."""
    for path in source.files(".py", ".sql", folders=("services", "shared")):
        inside = path.relative_to(source.root).as_posix()
        if not inside.startswith(("shared/eventsourcing/", "shared/migrations/")) and EVENTS_TABLE.search(path.read_text(encoding="utf-8")):
            yield f"{inside} writes to the event table"


def views_only_show(source: Source) -> Iterator[str]:
    """A view is rebuilt, so it must not append, call or send."""
    for module in source.modules("services"):
        if "views" in module.name.split("/")[2:-1]:
            yield from (f"{module.name} imports {name}" for name in module.imports() if name.startswith(DOING))
            waits = (node for node in ast.walk(module.tree) if isinstance(node, ast.Await))
            yield from (f"{module.name} appends in line {node.lineno}" for node in waits if _appends(node))


def _appends(node: ast.Await) -> bool:
    """`await store.append(db, …)`; the append of a list is not awaited."""
    return isinstance(node.value, ast.Call) and _called(node.value) in {"append", "append_many"}


def first_sentence(source: Source) -> Iterator[str]:
    """A module opens with one sentence."""
    for module in source.modules("shared", "services", "deploy", "demo", "bench"):
        if module.text.strip() and not ast.get_docstring(module.tree):
            yield f"{module.name} does not say what it is"


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        same_rooms,
        short_files,
        short_functions,
        pure_domain,
        plain_names,
        nobody_in_particular,
        one_way_to_write,
        views_only_show,
        first_sentence,
    )
}
