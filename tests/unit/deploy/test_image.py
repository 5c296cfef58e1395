"""The image's recipe and what is let near it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
LAST = DOCKERFILE.rpartition("\nFROM ")[2]


def test_it_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    assert re.search(r"^USER 10001:10001$", LAST, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", LAST, re.MULTILINE)


def test_it_installs_what_the_lock_names_by_hash_and_compiles_nothing() -> None:
    [install] = re.findall(r"pip .*install.*", DOCKERFILE)
    assert "--require-hashes" in install
    assert "--only-binary :all:" in install
    assert "requirements/base.txt" in DOCKERFILE


def test_nothing_reaches_it_that_is_not_named() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert let_in == {
        *("requirements/base.txt", "contracts", "shared", "services"),
        *("deploy/__init__.py", "deploy/compose", "deploy/gateway", "deploy/local"),
    }
    assert {"shared/testing", "deploy/local/mail"} <= set(lines)


def test_whoever_runs_it_may_read_it_whatever_the_umask_of_the_checkout() -> None:
    [compiling] = re.findall(r"^RUN cd /app && python -m compileall .*?(?<!\\)$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert compiling.splitlines()[-1] == " && chmod -R a+rX /app", "after what is compiled, which has the modes of its sources"
