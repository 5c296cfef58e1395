"""Files made at run time: a PDF that says what it is, a photograph, and the test virus in a PDF's clothes."""

import io
import random

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

# The EICAR test file, kept as hexadecimal so that no scanner takes this file for it.
EICAR = bytes.fromhex(
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)


def pdf(title: str, *lines: str) -> bytes:
    """One page with a title and a few lines, which stand in its bytes as they are; no two are byte for byte the same."""
    buffer = io.BytesIO()
    page = Canvas(buffer, pagesize=A4, pageCompression=0)
    page.setTitle(title)
    page.setFont("Helvetica-Bold", 16)
    page.drawString(60, 780, title)
    page.setFont("Helvetica", 11)
    for number, line in enumerate(lines or ("Documento de demonstração.",)):
        page.drawString(60, 740 - 18 * number, line)
    page.drawString(60, 60, f"nº {random.randrange(10**12)}")
    page.save()
    return buffer.getvalue()


def jpeg(width: int = 640, height: int = 480) -> bytes:
    """A photograph of a sky, more or less."""
    shade = random.randrange(160, 240)
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").point(lambda value: min(value, shade)).save(buffer, "JPEG")
    return buffer.getvalue()


def infected_pdf(title: str) -> bytes:
    """A readable PDF with the test virus in its tail."""
    return pdf(title) + b"\n% " + EICAR + b"\n%%EOF\n"


def encrypted_pdf(title: str) -> bytes:
    """A PDF that nobody opens without its password."""
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415  only where it is wanted

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(title))))
    writer.encrypt("segredo", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
