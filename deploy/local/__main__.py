"""`python -m deploy.local`: start, stop and look at one copy of the agency."""

import argparse
import sys
from collections.abc import Callable, Mapping

from deploy.local import infra
from deploy.local.home import Home
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble


def infra_up(home: Home) -> None:
    """Start only the five servers."""
    infra.up(home, Steps())
    sys.stdout.write(f"addresses: set -a; . {home.path / 'infra.env'}; set +a\n")


def down(home: Home) -> None:
    """Stop everything."""
    supervisor = Supervisor(home)
    if supervisor.running():
        Steps().do("stop everything", supervisor.shutdown)


VERBS: Mapping[str, Callable[[Home], None]] = {"infra-up": infra_up, "infra-down": down, "down": down}


def main() -> int:
    """Run one verb; trouble is said in two lines, never as a traceback."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("verb", nargs="+", metavar="VERB", help=", ".join(VERBS))
    verb = "-".join(parser.parse_args().verb)
    if verb not in VERBS:
        parser.error(f"there is no '{verb}'; there are: {', '.join(VERBS)}")
    try:
        VERBS[verb](Home.from_environment())
    except Trouble as trouble:
        sys.stderr.write(f"\n✗ {trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
