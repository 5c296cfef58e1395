"""Small looks from outside: does a port take connections, does a URL answer."""

import http.client
import json
import random
import socket
from collections.abc import Iterable

from deploy.local.home import LOOPBACK

OK_CLASS = 2
_FREE_PORTS = (20_000, 32_000)


def port_answers(port: int, timeout: float = 0.5) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(timeout)
        return probe.connect_ex((LOOPBACK, port)) == 0


def status_of(port: int, path: str, timeout: float = 2.0) -> int | None:
    """The HTTP status of a GET on the loopback port, or None where nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def url_answers(port: int, path: str) -> bool:
    """Whether a GET on the loopback port is answered by a success."""
    status = status_of(port, path)
    return status is not None and status // 100 == OK_CLASS


def total_at(port: int, path: str, field: str) -> int | None:
    """A number in the JSON that the loopback port answers, or None where nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return int(json.load(connection.getresponse())[field])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A free loopback port for each name, no two the same."""
    ports: dict[str, int] = {}
    for name in names:
        port = free_port()
        while port in ports.values():
            port = free_port()
        ports[name] = port
    return ports


def free_port() -> int:
    """A loopback port that nobody listens on just now, outside the range from which the kernel serves outgoing connections.

    A port of that range may be lent to any client between this answer and the server's own bind: on a busy machine it was.
    """
    while True:
        port = random.randrange(*_FREE_PORTS)  # noqa: S311 - no secret: only far from the others
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
