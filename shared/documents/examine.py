"""Opens one file and says what it is; run as a process of its own, under limits, because files may be made to hurt."""

import json
import os
import resource
import sys
from pathlib import Path

MEMORY = 768 * 1024 * 1024
PROCESSOR_SECONDS = 15
PIXELS = 60_000_000
PAGES = 1000
NICE = 10  # people who wait for a page go first; a tenth of a busy core is left, so that nobody is refused for want of time


def limit() -> None:
    """Give up memory, processor time, writing, starting processes and the right of way, before anything is opened."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def sniff(head: bytes) -> str | None:
    """The kind of a file by its first bytes."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return None


def examine(path: Path, declared: str) -> dict[str, object]:
    """`{"reason": …}` for a file that cannot be taken, `{"pages": …}` for one that can."""
    with path.open("rb") as file:
        kind = sniff(file.read(16))
    if kind != declared:
        return {"reason": "wrong-type"}
    return examine_pdf(path) if kind == "application/pdf" else examine_image(path)


def examine_pdf(path: Path) -> dict[str, object]:
    """A PDF opens without a password and every page of it can be reached."""
    from pypdf import PdfReader  # noqa: PLC0415 - loaded under the limits
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            return {"reason": "encrypted"}
        pages = len(reader.pages)
        if not 0 < pages <= PAGES:
            return {"reason": "unreadable"}
        for page in reader.pages:
            _ = page.mediabox
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        return {"reason": "unreadable"}
    return {"pages": pages}


def examine_image(path: Path) -> dict[str, object]:
    """An image decodes wholly, and has a size that a screen or a printer can have."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded under the limits

    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > PIXELS:
                return {"reason": "too-many-pixels"}
            image.load()
    except Image.DecompressionBombError:
        return {"reason": "too-many-pixels"}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return {"reason": "unreadable"}
    return {"pages": 1}


def main() -> int:
    """`examine.py <file> <declared media type>` → one line of JSON."""
    limit()
    try:
        found = examine(Path(sys.argv[1]), sys.argv[2])
    except MemoryError:
        found = {"reason": "unreadable"}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
