"""The terms of use, in versions: which one holds on a day, and the digest that says which words were accepted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.eventsourcing.refusal import Refusal


class TermsNotAccepted(Refusal):
    """The terms of use that hold today were not accepted."""

    sentence = "Leia e aceite a versão atual dos termos de uso para continuar."


@dataclass(frozen=True, slots=True)
class Terms:
    """One version; it is named by the day from which it holds."""

    version: str
    text: str
    sha256: str


def read_terms(folder: Path) -> Sequence[Terms]:
    """Every version there is, oldest first."""
    files = sorted(folder.glob("*.txt"))
    found = [(file.stem, file.read_bytes()) for file in files]
    return [Terms(date.fromisoformat(stem).isoformat(), content.decode(), hashlib.sha256(content).hexdigest()) for stem, content in found]


def terms_on(versions: Sequence[Terms], day: date) -> Terms:
    """The version that holds on a day; before the first one, the first."""
    held = [terms for terms in versions if terms.version <= day.isoformat()]
    return held[-1] if held else versions[0]


def must_be_current(current: Terms, accepted: str | None) -> None:
    """Refuse a version that does not hold any more, or none; raises TermsNotAccepted, which names the one that does."""
    if accepted != current.version:
        raise TermsNotAccepted(step="terms", extra={"terms_version": current.version})
