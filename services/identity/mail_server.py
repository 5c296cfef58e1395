"""The mail server: takes one message, and says whether it was refused for good, not taken yet, or perhaps taken."""

import asyncio
from collections.abc import Awaitable, Callable
from email.message import EmailMessage

import aiosmtplib

from services.identity.settings import IdentitySettings

ATTEMPT_SECONDS = 40
_SERVER_SECONDS = 20
_PERMANENT = 500


class Refused(Exception):
    """For good: this address does not exist, or this message is not wanted."""


class NotTaken(Exception):
    """Not this time; it certainly went to nobody."""


class PerhapsTaken(Exception):
    """The whole message was on its way and no answer came back."""


async def hand_over(settings: IdentitySettings, message: EmailMessage, address: str, *, before: Callable[[], Awaitable[None]]) -> None:
    """Hand a message over; `before` is awaited last thing before its words go. Raises Refused, NotTaken, PerhapsTaken.

    Only what is said of the recipient or of the message is for good: a server that refuses us as sender is a mistake to mend.
    """
    on_its_way = False
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS), _server(settings) as server:
            await server.mail(settings.mail_from, options=await _options(server, address), encoding="utf-8")
            await server.rcpt(address, encoding="utf-8")
            await before()
            on_its_way = True
            await server.data(message.as_bytes())
            on_its_way = False
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
        raise (Refused if error.code >= _PERMANENT else NotTaken)(f"smtp-{error.code}") from error
    except aiosmtplib.SMTPNotSupported as error:
        raise Refused("smtputf8") from error
    except aiosmtplib.SMTPResponseException as error:
        raise NotTaken(f"smtp-{error.code}") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise (PerhapsTaken if on_its_way else NotTaken)(type(error).__name__) from error


def _server(settings: IdentitySettings) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        start_tls=settings.smtp_starttls,
        timeout=_SERVER_SECONDS,
    )


async def _options(server: aiosmtplib.SMTP, address: str) -> list[str]:
    if address.isascii():
        return []
    await server.ehlo()
    if not server.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported(address.rpartition("@")[2])
    return ["SMTPUTF8"]
