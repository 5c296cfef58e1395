"""A numbered rule without a violation that is fed to its checker fails the build."""

import ast
import re
from collections.abc import Mapping, Sequence

import pytest

from tests.architecture.proofs import PROOFS, Proof
from tests.architecture.source import ROOT
from tests.architecture.test_imports import WRONG
from tests.architecture.test_rules import BROKEN, RULES

NUMBERED = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)


def rules_in(page: str) -> list[int]:
    """The numbers of the rules on a page."""
    return [int(number) for number in NUMBERED.findall(page.partition("\n## Rules\n")[2].partition("\n## ")[0])]


def unproven(numbers: Sequence[int], proofs: Mapping[int, Sequence[Proof]]) -> list[str]:
    """What is missing: rules without a proof, proofs without a rule, and proofs that are not there."""
    missing = [f"rule {number} is fed no violation" for number in numbers if not proofs.get(number)]
    missing += [f"there is no rule {number}" for number in proofs if number not in numbers]
    return missing + [f"rule {number}: no {proof.where}" for number, found in proofs.items() for proof in found if not is_there(proof)]


def is_there(proof: Proof) -> bool:
    """Whether the violation is really fed somewhere."""
    match proof.kind:
        case "rule":
            return proof.where in RULES and bool(BROKEN.get(proof.where))
        case "import":
            return any(contract.startswith(proof.where) for contract in WRONG)
        case "test":
            file, _, name = proof.where.partition("::")
            path = ROOT / "tests" / file
            tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
            return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name for node in tree.body)


def test_every_rule_is_proven_by_a_violation() -> None:
    numbers = rules_in((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert numbers == list(range(1, 23))
    assert unproven(numbers, PROOFS) == []


def test_every_checker_of_the_tree_is_the_proof_of_a_rule_or_of_a_name() -> None:
    used = {proof.where for found in PROOFS.values() for proof in found if proof.kind == "rule"}
    assert set(RULES) - used == {"same_rooms", "plain_names", "nobody_in_particular"}


@pytest.mark.parametrize(
    "proofs",
    [
        {1: PROOFS[1]},
        {1: PROOFS[1], 2: ()},
        {1: PROOFS[1], 2: (Proof("rule", "no_such_rule", "nothing"),)},
        {1: PROOFS[1], 2: (Proof("test", "unit/shared/test_codec.py::test_nothing", "nothing"),)},
        {1: PROOFS[1], 2: PROOFS[2], 3: PROOFS[3]},
    ],
)
def test_a_rule_that_nothing_proves_is_named(proofs: Mapping[int, Sequence[Proof]]) -> None:
    assert len(unproven(rules_in("x\n## Rules\n\n1. **A.** a\n2. **B.** b\n\n## Next\n3. **C.**"), proofs)) == 1
