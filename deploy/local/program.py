"""A process of the agency, as the supervisor is told about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.local.home import Home


@dataclass(frozen=True)
class Program:
    """How to start one process, how to stop it, and when it answers."""

    name: str
    command: Sequence[str]
    ready: Callable[[Home], bool]
    ports: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    patience: float = 30.0
    nice: int = 0
    """How far it stands back where the processors are busy."""
    aside: bool = False
    """Whether it leaves half of the processors to the others."""
