"""Ten households are ten addresses: on this machine each walk goes out from a loopback address of its own."""

import ipaddress
import socket
from urllib.parse import urlsplit

FIRST = ipaddress.IPv4Address("127.1.0.0")


def address_of(gateway: str, run: int) -> str | None:
    """Where this walk's browsers call from; none where the gateway is elsewhere or the machine has the one loopback address only."""
    host = urlsplit(gateway).hostname or ""
    if host != "localhost" and not _on_loopback(host):
        return None
    own = str(FIRST + run)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((own, 0))
        except OSError:
            return None
    return own


def _on_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
