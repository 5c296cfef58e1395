"""The virus scanner of the system's packages, with a database of one signature: the EICAR test file."""

import os
import shutil
import socket

from deploy.local.home import LOOPBACK, Home
from deploy.local.program import Program
from deploy.local.trouble import Trouble

# The test file that every scanner knows, written as a signature (hexadecimal) so that this file is not itself found.
EICAR = (
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d53"
    "54414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)
CONFIG = """\
Foreground yes
LogSyslog no
LogTime yes
TCPAddr {host}
TCPSocket {port}
DatabaseDirectory {database}
TemporaryDirectory {scratch}
SelfCheck 3600
MaxThreads 4
StreamMaxLength 32M
ConcurrentDatabaseReload no
"""


def prepare(home: Home) -> None:
    """Write the signature and the configuration; a full database may be put in by CLAMD_DATABASE."""
    state = home.state("clamd")
    scratch = state / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    database = home.settings.get("CLAMD_DATABASE") or str(state / "database")
    own = state / "database"
    own.mkdir(exist_ok=True)
    (own / "local.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR}\n")
    config = CONFIG.format(host=LOOPBACK, port=home.ports["clamd"], database=database, scratch=scratch)
    if os.geteuid() == 0:
        config += "User root\n"
    (home.run / "clamd.conf").write_text(config)
    _binary()


def program(home: Home) -> Program:
    """The daemon, in the foreground."""
    return Program("clamd", [_binary(), "--config-file", str(home.run / "clamd.conf")], ready, ("clamd",), nice=10, aside=True)


def ready(home: Home) -> bool:
    """Whether the daemon answers PONG."""
    try:
        with socket.create_connection((LOOPBACK, home.ports["clamd"]), timeout=1) as connection:
            connection.sendall(b"zPING\0")
            return connection.recv(16).startswith(b"PONG")
    except OSError:
        return False


def _binary() -> str:
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        raise Trouble("clamd, the virus scanner, is not installed", "on Debian or Ubuntu: apt-get install clamav-daemon")
    return found
