"""`python -m deploy.local`: start, stop and look at one copy of the agency."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local import backup, infra, services, status, system
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.servers import mail
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

type Verb = Callable[[Home, Sequence[str]], int]


def up(home: Home, words: Sequence[str]) -> int:
    """Start everything."""
    del words
    system.up(home, Steps())
    return 0


def infra_verb(home: Home, words: Sequence[str]) -> int:
    """Start or stop the five servers only."""
    if list(words) == ["down"]:
        system.down(home, Steps())
        return 0
    infra.up(home, Steps(), system.programs(home))
    sys.stdout.write(f"addresses: set -a; . {home.path / 'infra.env'}; set +a\n")
    return 0


def down(home: Home, words: Sequence[str]) -> int:
    """Stop everything."""
    del words
    system.down(home, Steps())
    return 0


def reset(home: Home, words: Sequence[str]) -> int:
    """Stop everything and forget it; asks first, unless told --yes."""
    if "--yes" not in words:
        sys.stdout.write(f"This forgets every person, request, mail and secret under {home.path}. Type 'reset' to go on: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip() != "reset":
            sys.stdout.write("nothing was touched\n")
            return 1
    system.reset(home, Steps())
    return 0


def show_status(home: Home, words: Sequence[str]) -> int:
    """Say what runs."""
    del words
    text, well = status.report(home, system.programs(home))
    sys.stdout.write(text)
    return 0 if well else 1


def logs(home: Home, words: Sequence[str]) -> int:
    """Follow one log, or all."""
    known = [program.name for program in system.programs(home)]
    if words and words[0] not in known:
        raise Trouble(f"there is no process '{words[0]}'", f"one of: {', '.join(known)}")
    names = words[:1] or known
    files = [str(home.logs / f"{name}.log") for name in names if (home.logs / f"{name}.log").exists()]
    os.execvp("tail", ["tail", "-n", "40", "-F", *files])  # noqa: S606 - a fixed program and our own log files, no shell


def run(home: Home, words: Sequence[str]) -> int:
    """Run a command of one service with its environment."""
    if len(words) < 2 or words[0] not in SERVICES:  # noqa: PLR2004 - a service and a verb
        raise Trouble("run what?", f"python -m deploy.local run {'|'.join(SERVICES)} COMMAND …")
    return services.invoke(home, words[0], words[1:]).returncode


def verify(home: Home, words: Sequence[str]) -> int:
    """Compare store, topics and views of every service."""
    del words
    if not Supervisor(home).running():
        raise Trouble("nothing of this copy runs", "make up; with GD_PORT_OFFSET or GD_HOME, if this shell did not say them")
    codes = {name: services.invoke(home, name, ["verify"]).returncode for name in SERVICES}
    failed = [name for name, code in codes.items() if code]
    sys.stdout.write(f"verify: {', '.join(failed)} failed\n" if failed else "verify: all five agree\n")
    return 1 if failed else 0


def back_up(home: Home, words: Sequence[str]) -> int:
    """Take a base backup into a folder and receive the log beside it until Ctrl-C or SIGTERM: backup FOLDER."""
    if len(words) != 1:
        raise Trouble("where to?", "python -m deploy.local backup FOLDER")
    folder = Path(words[0]).resolve()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)  # said, for a shell has what it puts behind itself ignore Ctrl-C
    log = backup.receiving(home, folder)
    try:
        backup.take_base(home, folder)
        sys.stdout.write(f"base backup in {folder}; receiving the log until Ctrl-C or SIGTERM\n")
        sys.stdout.flush()
        return log.wait()
    finally:
        log.terminate()
        log.wait()


def restore(home: Home, words: Sequence[str]) -> int:
    """Put one service's database back to an instant, or to the end of what was received: restore SERVICE FOLDER INSTANT|end."""
    if len(words) != len(("service", "folder", "instant")) or words[0] not in SERVICES:
        raise Trouble("restore what?", f"python -m deploy.local restore {'|'.join(SERVICES)} FOLDER '2026-11-24 12:00:00+00'|{backup.END}")
    backup.restore(home, words[0], Path(words[1]).resolve(), words[2])
    until = "when the log ended" if words[2] == backup.END else f"at {words[2]}"
    sys.stdout.write(f"{words[0]} is as it was {until}; its processes are stopped. Next: docs/runbook.md, Restore\n")
    return 0


def inbox(home: Home, words: Sequence[str]) -> int:
    """Say where the mails are."""
    del words
    held = mail.held(home)
    sys.stdout.write(f"http://{LOOPBACK}:{home.ports['inbox']}  ({'does not answer' if held is None else f'{held} mails'})\n")
    return 1 if held is None else 0


VERBS: Mapping[str, Verb] = {
    "up": up,
    "down": down,
    "reset": reset,
    "status": show_status,
    "logs": logs,
    "inbox": inbox,
    "run": run,
    "verify": verify,
    "backup": back_up,
    "restore": restore,
    "infra": infra_verb,
}


def main() -> int:
    """Run one verb; trouble is said in two lines, never as a traceback."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("verb", choices=list(VERBS), help="; ".join(f"{name}: {verb.__doc__}" for name, verb in VERBS.items()))
    parser.add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        return VERBS[options.verb](Home.from_environment(), options.words)
    except Trouble as trouble:
        sys.stderr.write(f"\n✗ {trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
