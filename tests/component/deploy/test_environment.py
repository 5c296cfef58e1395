"""The environment is made with the Python 3.13 that is there, wherever it is known; where none is, it is said how to get one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UV = """#!/bin/sh
echo "$*" >> "$UV_LOG"
case "$1 $2" in
  "python find") if [ -e "$UV_HAS" ]; then echo /opt/python3.13; else exit 2; fi ;;
  "python install") [ -n "$UV_MAY" ] && touch "$UV_HAS" ;;
  "venv --quiet") mkdir -p .venv/bin && printf '#!/bin/sh\\nexit 0\\n' > .venv/bin/python && chmod +x .venv/bin/python ;;
  "pip sync") [ -z "$UV_INDEX_AWAY" ] ;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The script, the locks, and a `uv` that writes down what it is asked."""
    for folder in ("deploy", "requirements"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "deploy" / "environment.sh", tmp_path / "deploy")
    (tmp_path / "requirements" / "base.txt").touch()
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)
    return tmp_path


def made(tree: Path, **told: str) -> subprocess.CompletedProcess[str]:
    """The script's run where no `python3.13` is on the path."""
    tools = tree / "tools"
    tools.mkdir()
    for name in ("bash", "sh", "dirname", "cat", "cksum", "mkdir", "chmod", "touch"):
        (tools / name).symlink_to(str(shutil.which(name)))
    places = {"UV": f"{tree}/uv", "UV_LOG": f"{tree}/log", "UV_HAS": f"{tree}/has", "UV_MAY": "", "UV_INDEX_AWAY": ""}
    told = {"PATH": str(tools), "HOME": str(tree), "PYENV_ROOT": str(tree), **places, **told}
    command = ["bash", "deploy/environment.sh"]
    return subprocess.run(
        command, cwd=tree, env={**told, "LANG": os.environ.get("LANG", "C.UTF-8")}, capture_output=True, text=True, check=False
    )


def asked(tree: Path) -> list[str]:
    """What `uv` was asked."""
    return (tree / "log").read_text().splitlines()


def test_the_python_that_only_uv_knows_is_taken(tree: Path) -> None:
    (tree / "has").touch()
    done = made(tree)
    assert done.returncode == 0, done.stderr
    assert "venv --quiet --allow-existing --python /opt/python3.13 .venv" in asked(tree)
    assert "python install 3.13" not in asked(tree)


def test_where_there_is_none_uv_fetches_it(tree: Path) -> None:
    done = made(tree, UV_MAY="yes")
    assert done.returncode == 0, done.stderr
    assert asked(tree)[:4] == [
        "python find 3.13",
        "python install 3.13",
        "python find 3.13",
        "venv --quiet --allow-existing --python /opt/python3.13 .venv",
    ]


def test_where_none_can_be_had_it_is_said_how_to_get_one(tree: Path) -> None:
    done = made(tree)
    assert done.returncode == 1
    assert "Python 3.13 was not found" in done.stderr
    assert "pyenv install 3.13" in done.stderr
    assert not (tree / ".venv").exists()


def test_an_index_that_is_away_is_named(tree: Path) -> None:
    (tree / "has").touch()
    done = made(tree, UV_INDEX_AWAY="yes")
    assert done.returncode == 1
    assert "index reachable" in done.stderr
    assert not (tree / ".venv" / ".locks").exists()
