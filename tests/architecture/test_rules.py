"""Each rule holds for the project, and bites a tree that breaks it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture import rules_of_facts as facts
from tests.architecture.rules import RULES as SHAPES
from tests.architecture.rules import Rule
from tests.architecture.rules_of_refusals import heard_refusals
from tests.architecture.source import ROOT, Source

TOO_LONG = "\n".join(f"    x = {n}" for n in range(45))
FACTS: tuple[Rule, ...] = (
    *(facts.closed_decisions, facts.readers_keep_to_the_horizon, facts.held_facts, facts.one_writer, facts.writes_say_what_they_touch),
    *(facts.views_are_compared, facts.each_library_in_its_place, facts.locked, heard_refusals),
)
RULES: Mapping[str, Rule] = {**SHAPES, **{rule.__name__: rule for rule in FACTS}}
OPEN_MATCH = "def decide(command, state):\n    match command:\n        case 1:\n            return []\n"
SILENT_VIEW = """class Grants:
    name: ClassVar[str] = "grants_1"
    on: ClassVar[frozenset[type[Event]]] = frozenset({AccessGranted})
    async def project(self, db, events): ...
"""
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
    "closed_decisions": {
        "services/access/domain/grant/decider.py": f'"""X."""\n{OPEN_MATCH}',
        "services/access/domain/grant/commands.py": '"""X."""\n@dataclass(slots=True)\nclass OfferAccess: ...\n',
    },
    "readers_keep_to_the_horizon": {
        "services/access/reactions/when_naive.py": '"""X."""\nSQL = "select * from events where position > $1 order by position"\n',
        "services/access/migrations/0009_wake.sql": "create function wake() as $$ begin perform pg_notify('events', ''); end $$;\n",
    },
    "held_facts": {
        "services/access/views/proven_holders.py": '"""X."""\nasync def is_proven(db):\n    return await db.fetchval("select 1")\n'
    },
    "one_writer": {
        "services/access/views/my_grants.py": '"""X."""\nclass A:\n    tables: tuple[str, ...] = ("grants",)\n',
        "services/access/views/your_grants.py": '"""X."""\nSQL = "update grants set state = $1"\n',
    },
    "writes_say_what_they_touch": {
        "services/access/migrations/0009_count.sql": "create trigger counted after insert on grants execute function f();\n",
        "services/access/views/early.py": '"""X."""\ntry: writes.add("x")\nexcept asyncpg.UniqueViolationError: pass\n',
    },
    "views_are_compared": {
        "services/access/views/silent.py": f'"""X."""\n{SILENT_VIEW}',
        "services/access/views/empty.py": f'"""X."""\n{SILENT_VIEW}    tables: ClassVar[tuple[str, ...]] = ()\n',
        "services/access/views/wordless.py": f'"""X."""\n{SILENT_VIEW}    not_compared: ClassVar[str] = ""\n',
        "services/access/views/both.py": f'"""X."""\n{SILENT_VIEW}    timers = ("lapse",)\n    not_compared = "it fires"\n',
    },
    "each_library_in_its_place": {
        "services/access/reactions/when_asked.py": '"""X."""\nimport httpx\n',
        "services/requests/live.py": '"""X."""\nimport faust\n',
        "services/requests/papers.py": '"""X."""\nfrom minio import Minio\n',
    },
    "heard_refusals": {
        "services/access/domain/grant/refusals.py": '"""X."""\nclass GrantIsTooOld(Refusal): ...\n',
        "services/access/api/grants.py": '"""X."""\nclass Closed(NotFound):\n    code = "grant-closed"\nclass NotFound(Refusal): ...\n',
    },
    "locked": {
        "requirements/free.txt": "httpx==1.0\n",
        "requirements/hosted.txt": "--index-url https://example.test\nhttpx==1.0 --hash=sha256:00\n",
    },
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


@pytest.mark.parametrize(
    ("test", "heard"),
    [
        ('"""It says grant-is-too-old."""\nfrom services.access.domain.grant.refusals import GrantIsTooOld\n', False),
        ('def test_it():\n    """grant-is-too-old"""\n    assert code == "grant-is-too-olden"\n', False),
        ('def test_it():\n    assert code == "grant-is-too-old"\n', True),
        ('def test_it():\n    assert said.startswith("grant-is-too-old: ")\n', True),
        ("def test_it():\n    given(GRANT).when(offer).then_refused(refusals.GrantIsTooOld)\n", True),
    ],
)
def test_a_refusal_is_heard_where_a_test_uses_its_class_or_says_its_code(test: str, heard: bool, tmp_path: Path) -> None:
    for name, text in {
        "services/access/domain/grant/refusals.py": '"""X."""\nclass GrantIsTooOld(Refusal): ...\n',
        "tests/unit/access/test_grant.py": test,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert (list(RULES["heard_refusals"](Source(tmp_path))) == []) is heard
