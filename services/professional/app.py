"""The composition of professional: settings and platform in, a service out."""

from pathlib import Path

from services.professional.api import building, catalogues, history, profiles, submissions, suspensions, timeline
from services.professional.domain.profile.decider import PROFILE
from services.professional.domain.profile.events import PRIVATE, PUBLISHED
from services.professional.domain.profile.refusals import ProfileUnknown
from services.professional.parts import ProfessionalParts, documents_deps
from services.professional.reactions.when_account_handed_over import WhenAccountHandedOver
from services.professional.reactions.when_personal_data_erased import WhenPersonalDataErased
from services.professional.reactions.when_review_concluded import WhenReviewConcluded
from services.professional.settings import ProfessionalSettings
from services.professional.timers import ProfileTimers
from services.professional.views.ends import Ends
from services.professional.views.notices import Notices
from services.professional.views.profiles import Profiles
from services.professional.views.registrations import Registrations
from services.professional.views.verified_people import VerifiedPeople
from shared.catalogue import CataloguesView
from shared.contracts.backoffice.review import ReviewConcluded
from shared.contracts.catalogue import CataloguePublished
from shared.contracts.erasure import ErasureApplied
from shared.contracts.identity.user import AccountHandedOver, PersonalDataErased, UserVerified
from shared.documents.decider import DOCUMENT
from shared.documents.documents import Documents
from shared.documents.events import DOCUMENT_EVENTS
from shared.documents.forgetting import Forgetting
from shared.documents.router import documents_router
from shared.documents.scanner import Scanner
from shared.documents.view import DocumentsView
from shared.documents.worker import DocumentsWorker
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.store import Store
from shared.mail import Templates
from shared.service import Platform, Service

ROOT = Path(__file__).resolve().parent
_MIB = 1024 * 1024
ROUTERS = (
    catalogues.router,
    profiles.router,
    building.router,
    submissions.router,
    suspensions.router,
    timeline.router,
    history.router,
    documents_router("profile-documents", documents_deps, ProfileUnknown),
)


def build(platform: Platform) -> ProfessionalParts:
    """The parts of professional, wired."""
    settings = platform.settings
    if not isinstance(settings, ProfessionalSettings):
        raise TypeError(type(settings).__name__)
    store = _store(platform)
    handler = Handler("profile", PROFILE, store)
    documents = Documents(
        platform.pool,
        platform.storage,
        Handler("document", DOCUMENT, store),
        platform.clock,
        service="professional",
        max_bytes=settings.max_document_mib * _MIB,
    )
    return ProfessionalParts(
        platform=platform,
        store=store,
        settings=settings,
        profiles=handler,
        documents=documents,
        routers=ROUTERS,
        foreign_views=(VerifiedPeople(),),
        reactions=(
            WhenReviewConcluded(handler, platform.calendar, platform.clock),
            WhenPersonalDataErased(handler, platform.keys),
            WhenAccountHandedOver(handler),
        ),
        timers=ProfileTimers(handler, platform.calendar).fires(),
        loops={
            "documents": DocumentsWorker(documents, Scanner(settings.clamd_address)).run,
            "forgetting": Forgetting(platform.pool, platform.storage).run,
        },
    )


def _store(platform: Platform) -> Store:
    settings = platform.settings
    templates = Templates(ROOT / "mails", brand_name=settings.brand_name, public_url=settings.public_url)
    return platform.store(
        (
            CataloguesView(),
            DocumentsView(),
            Registrations(platform.people),
            Profiles(),
            Ends(platform.calendar),
            Notices(templates, platform.calendar),
        )
    )


def service() -> Service:
    """Professional, as every process runs it."""
    return Service(
        name="professional",
        digit=2,
        root=ROOT,
        settings=ProfessionalSettings,
        events=(*PRIVATE, *PUBLISHED, *DOCUMENT_EVENTS, CataloguePublished, ErasureApplied),
        published={"profile": PUBLISHED, "catalogue": (CataloguePublished,), "operations": (ErasureApplied,)},
        build=build,
        reads={
            "identity.user": (UserVerified, PersonalDataErased, AccountHandedOver),
            "backoffice.review": (ReviewConcluded,),
        },
    )
