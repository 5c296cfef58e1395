"""Every refusal is met by a test: a way of saying no that nobody has heard is a guess."""

import ast
import re
from collections.abc import Iterator

from shared.eventsourcing.refusal import kebab
from tests.architecture.source import Module, Source

ROOT_OF_ALL = "Refusal"
MET_IN = ("tests/unit", "tests/component")


def heard_refusals(source: Source) -> Iterator[str]:
    """Every refusal is named, by its class or its code, in a test of a rule or of a service."""
    names, words = set[str](), list[str]()
    for module in source.modules(*MET_IN):
        names |= set(_names(module.tree))
        words += _words(module.tree)
    said = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", "\n".join(words)))
    for module, kind in _refusals(source):
        code = _code(kind)
        if kind.name not in names and code not in said:
            yield f"{module.name}: no test hears {kind.name} ({code})"


def _refusals(source: Source) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Whatever descends from Refusal, over however many steps and files."""
    classes = [
        (module, node)
        for module in source.modules("shared", "services")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    family = {ROOT_OF_ALL}
    while more := {node.name for _, node in classes if node.name not in family and family & set(map(_last, node.bases))}:
        family |= more
    yield from ((module, node) for module, node in classes if node.name in family)


def _last(base: ast.expr) -> str:
    match base:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _code(kind: ast.ClassDef) -> str:
    """Its own code, else its name in kebab-case."""
    for node in kind.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code)))
                | ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code)))
            ):
                return code
            case _:
                continue
    return kebab(kind.name)


def _names(tree: ast.Module) -> Iterator[str]:
    """What the code uses; an import alone is no use."""
    return (found for node in ast.walk(tree) if isinstance(node, ast.expr) and (found := _last(node)))


def _words(tree: ast.Module) -> Iterator[str]:
    """What it says between quotes, but for its docstrings."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
