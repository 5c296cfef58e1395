"""Each rule holds for the project, and bites a tree that breaks it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.rules import RULES
from tests.architecture.source import ROOT, Source

TOO_LONG = "\n".join(f"    x = {n}" for n in range(45))
IMPURE = '"""X."""\nimport asyncpg\nfrom datetime import datetime\nnow = datetime.now()\n'
BROKEN: Mapping[str, Mapping[str, str]] = {
    "same_rooms": {"services/identity/helpers/x.py": '"""X."""\n'},
    "short_files": {"shared/long.py": '"""X."""\n' + "x = 1\n" * 401},
    "short_functions": {"services/access/api/grants.py": f'"""X."""\ndef offer():\n{TOO_LONG}\n'},
    "pure_domain": {
        "services/access/domain/grant/decider.py": '"""X."""\nimport asyncpg\nfrom datetime import datetime\nnow = datetime.now()\n'
    },
    "plain_names": {
        "shared/utils.py": '"""X."""\nclass GrantManager: ...\nclass GrantUpdated: ...\n',
        "services/access/reactions/profile.py": '"""X."""\n',
    },
    "nobody_in_particular": {"services/identity/mails/welcome.txt": "Bem-vindo à Amazonas Energia, ligue 0800 701 3001\n"},
    "one_way_to_write": {"services/access/views/my_grants.py": '"""X."""\nSQL = "delete from events where stream = $1"\n'},
    "views_only_show": {
        "services/access/views/calling.py": '"""X."""\nimport httpx\n',
        "services/access/views/appending.py": '"""X."""\nasync def project(db, store):\n    await store.append(db, "x", [])\n',
    },
    "first_sentence": {"shared/silent.py": "x = 1\n"},
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(rule: str) -> None:
    broken = list(RULES[rule](Source(ROOT)))
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_bites(rule: str, tmp_path: Path) -> None:
    for name, text in BROKEN[rule].items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = list(RULES[rule](Source(tmp_path)))
    assert all(any(Path(name).name in sentence or Path(name).parent.name in sentence for sentence in found) for name in BROKEN[rule])


def test_a_long_decide_is_no_violation(tmp_path: Path) -> None:
    file = tmp_path / "services/access/domain/grant/decider.py"
    file.parent.mkdir(parents=True)
    file.write_text(f'"""X."""\ndef decide():\n{TOO_LONG}\n', encoding="utf-8")
    assert list(RULES["short_functions"](Source(tmp_path))) == []
