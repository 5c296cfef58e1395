"""As much of PromQL as it takes to see which metrics and labels an expression names."""

import re
from dataclasses import dataclass

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"\{([^}]*)\}")
RANGE = re.compile(r"\[[^\]]*\]")
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])")
WORDS = frozenset({"and", "or", "unless", "bool", "offset"})


@dataclass(frozen=True)
class Named:
    """What an expression names."""

    metrics: frozenset[str]
    labels: frozenset[str]


def named(expression: str) -> Named:
    """The metrics and the labels of an expression."""
    rest = STRING.sub('""', expression)
    labels = {label.strip() for group in GROUPING.findall(rest) for label in group.split(",") if label.strip()}
    labels |= {label for inside in SELECTOR.findall(rest) for label in re.findall(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)", inside)}
    for pattern in (GROUPING, SELECTOR, RANGE):
        rest = pattern.sub(" ", rest)
    return Named(frozenset(NAME.findall(rest)) - WORDS, frozenset(labels))
