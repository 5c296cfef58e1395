"""Which files the gateway itself serves: the committed contracts, by their addresses, and the page that shows them."""

import base64
import hashlib
from pathlib import Path

from deploy.gateway.config import Document

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
PAGE = ROOT / "deploy" / "gateway" / "docs.html"
NAMED = {"openapi.json": "/openapi.json", "asyncapi.json": "/asyncapi.json", "schemas.json": "/schemas"}


def documents() -> list[Document]:
    """All of them; a schema has two addresses, with and without its suffix."""
    found = [Document("/docs", PAGE, "text/html; charset=utf-8", _policy(PAGE.read_text(encoding="utf-8")))]
    for file in sorted(CONTRACTS.rglob("*.json")):
        inside = file.relative_to(CONTRACTS).as_posix()
        address = NAMED.get(inside) or f"/{inside}"
        found.append(Document(address, file, "application/json"))
        if inside.startswith("schemas/"):
            found.append(Document(address.removesuffix(".json"), file, "application/schema+json"))
    return found


def _policy(page: str) -> str:
    """The page's own script and style, what it fetches here, and nothing else."""
    script, style = (
        "'sha256-"
        + base64.b64encode(hashlib.sha256(page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0].encode()).digest()).decode()
        + "'"
        for tag in ("script", "style")
    )
    return f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
