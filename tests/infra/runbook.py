"""What docs/runbook.md prints, to be done as it stands there."""

import re

from tests.infra.system import ROOT


def printed(beginning: str) -> str:
    """The block of the runbook that begins so."""
    blocks: list[str] = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "runbook.md").read_text(), re.DOTALL | re.MULTILINE)
    [found] = [block for block in blocks if block.startswith(beginning)]
    return found
