"""`verify-audit FILE`: follow an exported chain, knowing nothing else: no settings, no database, no network."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from services.backoffice.domain.audit.chain import check

_MISUSED = 2


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of an export, one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def verify_audit(arguments: Sequence[str]) -> int:
    """Print what was found; 0 when every row follows from the one before, 1 when not, 2 when there is no such file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write("usage: python -m services.backoffice verify-audit FILE\n")
        return _MISUSED
    try:
        found = check(rows(Path(arguments[0])))
    except (ValueError, TypeError, AttributeError) as error:
        sys.stdout.write(f"broken: the file cannot be read as a chain ({type(error).__name__})\n")
        return 1
    if found.fault is not None:
        sys.stdout.write(f"broken after {found.rows} rows: {found.fault}\n")
        return 1
    sys.stdout.write(f"intact: {found.rows} rows, last {found.last}, head {found.head}\n")
    return 0
