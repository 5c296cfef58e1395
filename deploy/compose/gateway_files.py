"""What Envoy's container reads: its configuration, and the documents that the gateway itself serves."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from deploy.compose.places import ADMIN, DOOR, DOORS, S3, STATS
from deploy.gateway.config import Document, Gateway, config
from deploy.gateway.documents import ROOT, documents
from deploy.gateway.limits import limits_from


def write(folder: Path, told: Mapping[str, str]) -> None:
    """Everything into one folder, under the names that it has in Envoy's container too."""
    gateway = Gateway(
        listen=DOOR,
        admin=ADMIN,
        services=DOORS,
        s3=S3,
        documents=[_copied(document, folder) for document in documents()],
        origins=told["GD_ORIGINS"].split(","),
        limits=limits_from(told),
        stats=STATS,
    )
    (folder / "envoy.json").write_text(json.dumps(config(gateway), indent=1))


def _copied(document: Document, folder: Path) -> Document:
    file = folder / document.file.relative_to(ROOT)
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(document.file, file)
    return replace(document, file=file)
