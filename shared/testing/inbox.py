"""Reads the mail catcher, maildev or Mailpit alike: what a person would find in their inbox."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx

CODE = re.compile(r"(?<![\d.\-])(\d{6})(?![\d.\-])")
LINK = re.compile(r"https?://[^\s\"'<>]+")


class NoMail(AssertionError):
    """The mail that was waited for did not come."""


@dataclass(frozen=True)
class Mail:
    """One mail, as received."""

    id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str

    @property
    def code(self) -> str:
        """The six digits in it."""
        found = CODE.search(self.text)
        if not found:
            raise NoMail(f"no code of six digits in: {self.subject}")
        return found[1]

    @property
    def link(self) -> str:
        """The first address in it."""
        found = LINK.search(self.text)
        if not found:
            raise NoMail(f"no link in: {self.subject}")
        return found[0].rstrip(".,)")


class Inbox:
    """The mails of everybody; each is handed out once, oldest first."""

    def __init__(self, url: str, *, patience: float = 45) -> None:
        self._patience = patience
        self._http = httpx.AsyncClient(base_url=url, timeout=10)
        self._seen: set[str] = set()
        self._mailpit: bool | None = None

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()

    async def next_to(self, address: str, *, about: str = "", patience: float | None = None) -> Mail:
        """The oldest unread mail to `address` whose subject holds `about`; waits for it."""
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        subjects: list[str] = []
        while time.monotonic() < deadline:
            try:
                mails = await self.all_to(address)
            except httpx.TransportError:  # a busy inbox is asked again
                mails = []
            subjects = [mail.subject for mail in mails]
            for mail in mails:
                if mail.id not in self._seen and about.lower() in mail.subject.lower():
                    self._seen.add(mail.id)
                    return mail
            await asyncio.sleep(0.3)
        raise NoMail(f"no mail about '{about}' to {address} within {patience:g} s; there were: {subjects}")

    async def all_to(self, address: str) -> list[Mail]:
        """Every mail to `address`, oldest first, read or not."""
        if self._mailpit is None:
            self._mailpit = (await self._http.get("/api/v1/info")).status_code == httpx.codes.OK
        return await (self._from_mailpit(address) if self._mailpit else self._from_maildev(address))

    async def _from_maildev(self, address: str) -> list[Mail]:
        listed = (await self._http.get("/api/email", params={"envelope.to.address": address.lower()})).raise_for_status().json()
        mails = [_maildev(row) for row in listed]
        return [mail for mail in mails if address.lower() in mail.to]

    async def _from_mailpit(self, address: str) -> list[Mail]:
        query = {"query": f'to:"{address}"', "limit": "100"}
        listed = (await self._http.get("/api/v1/search", params=query)).raise_for_status().json()
        found = []
        for row in reversed(listed["messages"]):
            whole = (await self._http.get(f"/api/v1/message/{row['ID']}")).raise_for_status().json()
            to = tuple(entry["Address"].lower() for entry in whole["To"])
            if address.lower() in to:  # the search also finds addresses that only contain it
                found.append(Mail(whole["ID"], to, whole["Subject"], whole["Text"], whole["HTML"]))
        return found


def _maildev(row: dict[str, Any]) -> Mail:
    to = tuple(entry["address"].lower() for entry in row["envelope"]["to"])
    return Mail(row["id"], to, row.get("subject") or "", row.get("text") or "", row.get("html") or "")
