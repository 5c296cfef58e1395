"""What professional is made of, as its routes reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from fastapi import Request

from services.professional.domain.profile.commands import ProfileCommand
from services.professional.domain.profile.events import ProfileEvent
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.domain.profile.states import Blank, Profile
from services.professional.settings import ProfessionalSettings
from shared.documents.decider import Owner
from shared.documents.documents import Documents
from shared.documents.router import DocumentsDeps
from shared.documents.view import DocumentRow
from shared.eventsourcing.handler import Handler
from shared.http.principal import Principal
from shared.postgres import Db
from shared.service import Parts

READERS = ("reviewer", "supervisor", "attendant", "auditor")
"""The staff roles that may look at profiles; every look is written down."""


@dataclass(frozen=True, kw_only=True)
class ProfessionalParts(Parts):
    """The parts of every service, the handler of profiles, and their documents."""

    settings: ProfessionalSettings
    profiles: Handler[ProfileCommand, Profile, ProfileEvent]
    documents: Documents

    def now(self) -> datetime:
        """The present."""
        return self.platform.clock()

    def today(self) -> date:
        """The date, here."""
        return self.platform.calendar.today(self.now())

    async def may_attach(self, db: Db, who: Principal, profile_id: UUID, _code: str) -> Owner:
        """Only to one's own profile, and only when there is one; raises ProfileUnknown."""
        if who.kind != "customer" or who.pid != profile_id:
            raise ProfileUnknown
        state, _ = await self.profiles.load(db, profile_id)
        if isinstance(state, Blank):
            raise ProfileUnknown
        return Owner(self.profiles.stream(profile_id), profile_id)

    async def seen_by(self, _db: Db, who: Principal, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
        """By the owner, and by staff who review or look after profiles."""
        return [row for row in rows if (who.pid == row.owner_person if who.kind == "customer" else who.has_role(*READERS))]


async def parts(request: Request) -> ProfessionalParts:
    """The parts of the running application."""
    return cast("ProfessionalParts", request.app.state.parts)


async def documents_deps(request: Request) -> DocumentsDeps:
    """What the routes of documents need."""
    own = await parts(request)
    return DocumentsDeps(own.documents, own.may_attach, own.seen_by)
