"""import-linter's contracts, seen to fail on a tree that breaks each."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, SERVICES

LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
WRONG = {
    "Services never import each other": ("services/access/app.py", "import services.identity.app\n"),
    "What is shared knows no service": ("shared/clock.py", "import services.access.app\n"),
    "Door and reactions above views": ("services/access/domain/rules.py", "import services.access.views.grants\n"),
    "Services know nothing of how they are deployed": ("services/access/app.py", "import deploy.local\n"),
}


@pytest.mark.parametrize("contract", WRONG)
def test_the_contract_bites(contract: str, tmp_path: Path) -> None:
    _small_tree(tmp_path)
    name, text = WRONG[contract]
    (tmp_path / name).write_text(text, encoding="utf-8")
    broken = _lint(tmp_path)
    assert broken.returncode == 1, broken.stdout
    assert any(contract in line and "BROKEN" in line for line in broken.stdout.splitlines()), broken.stdout


def test_a_tree_that_keeps_them_passes(tmp_path: Path) -> None:
    _small_tree(tmp_path)
    assert _lint(tmp_path).returncode == 0


def _small_tree(root: Path) -> None:
    folders = [f"services/{service}{room}" for service in SERVICES for room in ("", "/api", "/views", "/domain", "/reactions")]
    for folder in ("services", "shared", "deploy", "deploy/local", "demo", *folders):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "__init__.py").write_text("", encoding="utf-8")
    for service in SERVICES:
        (root / "services" / service / "app.py").write_text("", encoding="utf-8")
    (root / "services/access/views/grants.py").write_text("", encoding="utf-8")
    (root / ".importlinter").write_text((ROOT / ".importlinter").read_text(encoding="utf-8"), encoding="utf-8")


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LINT, "--no-cache"], cwd=root, check=False, capture_output=True, text=True)
