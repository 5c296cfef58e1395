"""Writes requirements/*.txt from pyproject.toml, or says that they are stale (`--check`, offline, at once).

Each lock has hashes and no index host, so that any mirror serves. Its first line records the part of pyproject.toml it was made from.
"""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
GROUPS = ("base", "dev", "local", "bench")
OPTIONS = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--python-version", "3.13")
MARK = "# made from pyproject.toml "


def fingerprint(group: str) -> str:
    """What of pyproject.toml decides this lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    decides = {"base": project["project"]["dependencies"], "python": project["project"]["requires-python"]}
    if group != "base":
        decides["group"] = project["dependency-groups"][group]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32]


def stale() -> list[str]:
    """The groups whose lock was made from something else."""
    return [group for group in GROUPS if not _first_line(group).endswith(fingerprint(group))]


def write(uv: str) -> None:
    """All locks, the base first: the groups agree with it."""
    for group in GROUPS:
        file = FOLDER / f"{group}.txt"
        chosen = ["--constraint", str(FOLDER / "base.txt"), "--group", f"{ROOT / 'pyproject.toml'}:{group}"]
        source = [str(ROOT / "pyproject.toml")] if group == "base" else chosen
        command = [uv, "pip", "compile", "--quiet", *OPTIONS, *source, "--output-file", str(file)]
        subprocess.run(command, check=True, cwd=ROOT)
        file.write_text(f"{MARK}{fingerprint(group)}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")


def _first_line(group: str) -> str:
    file = FOLDER / f"{group}.txt"
    return file.read_text(encoding="utf-8").partition("\n")[0] if file.exists() else ""


if __name__ == "__main__":
    if "--check" in sys.argv:
        old = stale()
        if old:
            sys.exit(f"✗ stale locks: {', '.join(old)}\n  → make lock")
    else:
        write(os.environ.get("UV", "uv"))
