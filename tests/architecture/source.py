"""Reads a tree of Python files once, for the rules to look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("identity", "professional", "access", "requests", "backoffice")
CODE = ("shared", "services", "deploy", "demo", "bench", "tests")


@dataclass(frozen=True)
class Module:
    """One file."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """Its path inside the tree."""
        return self.path.relative_to(self.root).as_posix()

    @cached_property
    def text(self) -> str:
        """Its words."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Every module it imports, dotted."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


@dataclass(frozen=True)
class Source:
    """A tree: the project's own, or a small wrong one made by a test."""

    root: Path

    def modules(self, *folders: str) -> Iterator[Module]:
        """The Python files below the folders."""
        for folder in folders or CODE:
            for path in sorted((self.root / folder).rglob("*.py")):
                if "__pycache__" not in path.parts:
                    yield Module(self.root, path)

    def files(self, *suffixes: str, folders: tuple[str, ...]) -> Iterator[Path]:
        """Files of certain kinds below the folders."""
        for folder in folders:
            yield from (path for path in sorted((self.root / folder).rglob("*")) if path.suffix in suffixes)
