"""The two rotations of a key that the runbook prints, done to a ring beside a stand-in for what they restart."""

import subprocess
from pathlib import Path

import pytest

from shared.eventsourcing.keys import Keys
from tests.infra.runbook import printed

RING = Path(".local/secrets/access_keks")
KEY = "a" * 43 + "="
ELSEWHERE = """
make() { echo "make $*" >> done; }
svc() { echo "svc $*" >> done; }
docker() {
  echo "docker $*" | head -n 1 >> done
  for script; do :; done
  case "$*" in *"--entrypoint sh chores -c"*) sh -c "${script//\\/var\\/lib\\/agencia\\/secrets/.local\\/secrets}" ;; esac
}
"""
"""The last words of `docker compose run … sh chores -c` are done by the same kind of shell, in a folder of the test."""


def rotate(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The printed block, in a folder with a ring."""
    return subprocess.run(["bash", "-uc", ELSEWHERE + block], cwd=folder, capture_output=True, text=True, check=False, timeout=20)


@pytest.fixture(
    params=["ring=.local/secrets/access_keks\n", "docker compose run --rm -T --entrypoint sh chores -c "], ids=["here", "containers"]
)
def block(request: pytest.FixtureRequest) -> str:
    beginning: str = request.param
    return printed(beginning)


def test_the_printed_rotation_takes_the_next_number_each_time(block: str, tmp_path: Path) -> None:
    ring = tmp_path / RING
    ring.parent.mkdir(parents=True)
    ring.write_text(f"8:{KEY}")
    for number in (9, 10, 11):
        before = ring.read_text()
        done = rotate(block, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        after = ring.read_text()
        assert after.startswith(f"{number}:")
        assert after.endswith(f",{before}")
        assert ring.stat().st_mode & 0o777 == 0o600
        assert (Keys(after).current, len(Keys(after).known)) == (number, number - 7)
    assert (tmp_path / "done").read_text().splitlines()[-1] == "svc access rewrap"


def test_a_ring_that_is_not_there_is_not_begun_anew(block: str, tmp_path: Path) -> None:
    (tmp_path / RING).parent.mkdir(parents=True)
    rotate(block, tmp_path)
    assert not (tmp_path / RING).exists()
