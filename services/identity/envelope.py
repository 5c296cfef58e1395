"""A letter as it goes by mail: names filled in, head and foot added, in plain text and as simple HTML with nothing to fetch."""

import html as markup
import re
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from uuid import UUID

from services.identity.settings import IdentitySettings
from services.identity.views.names import UNKNOWN

_PLACE = re.compile(r"\{\{name:([0-9a-f-]{36})\}\}")
_CODE = re.compile(r"\d{6}")
_WIRE = SMTP.clone(cte_type="7bit")


def people_in(*texts: str | None) -> list[UUID]:
    """Whose names are to be filled in."""
    return sorted({UUID(found) for text in texts for found in _PLACE.findall(text or "")})


def named(text: str, names: Mapping[UUID, str]) -> str:
    """A text with people's names in their places."""
    return _PLACE.sub(lambda found: names.get(UUID(found[1]), UNKNOWN), text)


def message_id(mail_id: UUID, settings: IdentitySettings) -> str:
    """The same each time a letter is tried, so that whoever gets it twice can tell."""
    return f"<{mail_id}@{settings.mail_from.rpartition('@')[2]}>"


def compose(settings: IdentitySettings, row: Mapping[str, object], address: str, names: Mapping[UUID, str]) -> EmailMessage:
    """The message of a letter to an address. `row` holds id, correlation, subject, text and perhaps html."""
    message = EmailMessage(policy=_WIRE)
    message["From"] = formataddr((settings.brand_name, settings.mail_from))
    message["To"] = address
    message["Subject"] = " ".join(named(str(row["subject"]), names).split())
    message["Message-ID"] = message_id(UUID(str(row["id"])), settings)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Correlation-Id"] = str(row["correlation"] or row["id"])
    text, foot = named(str(row["text"]), names).strip(), _foot(settings)
    message.set_content(f"{settings.brand_name}\n\n{text}\n\n-- \n{foot}\n")
    own = row["html"]
    body = named(str(own), {person: markup.escape(name) for person, name in names.items()}) if own else simple(text, settings.public_url)
    message.add_alternative(_page(settings.brand_name, body, foot), subtype="html")
    return message


def simple(text: str, public_url: str) -> str:
    """A text as HTML: its paragraphs; an address of ours that stands alone is a link, a code that stands alone is large."""
    return "".join(_paragraph(part.strip(), public_url) for part in re.split(r"\n\s*\n", text) if part.strip())


def _paragraph(part: str, public_url: str) -> str:
    shown = markup.escape(part)
    if part.startswith(public_url) and not re.search(r"\s", part):
        return f'<p><a href="{shown}">{shown}</a></p>'
    if _CODE.fullmatch(part):
        return f'<p style="font-size:2em;letter-spacing:.2em"><strong>{shown}</strong></p>'
    return f"<p>{'<br>'.join(shown.splitlines())}</p>"


def _foot(settings: IdentitySettings) -> str:
    channels = f"\nAtendimento: {settings.channels}" if settings.channels else ""
    return f"Mensagem automática de {settings.brand_name}. Não responda a este e-mail.\n{settings.public_url}{channels}"


def _page(brand: str, body: str, foot: str) -> str:
    lines = "<br>".join(markup.escape(line) for line in foot.splitlines())
    return (
        f'<!doctype html><html lang="pt-BR"><body style="font-family:sans-serif;max-width:36em;margin:auto">'
        f"<p><strong>{markup.escape(brand)}</strong></p>{body}<hr><p><small>{lines}</small></p></body></html>"
    )
