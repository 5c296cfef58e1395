"""Requests, put together."""

from pathlib import Path

from services.requests.api import routers
from services.requests.deadlines import Deadlines
from services.requests.domain.budget_request import events as budget
from services.requests.domain.budget_request.decider import BUDGET_REQUEST
from services.requests.domain.commissioning import events as commissioning
from services.requests.domain.commissioning.decider import COMMISSIONING
from services.requests.papers import Papers
from services.requests.parts import Commissionings, Requests, RequestsParts
from services.requests.reactions.when_access_ended import WhenAccessEnded
from services.requests.reactions.when_account_handed_over import WhenAccountHandedOver
from services.requests.reactions.when_personal_data_erased import WhenPersonalDataErased
from services.requests.reactions.when_request_closed import WhenRequestClosed
from services.requests.reactions.when_review_concluded import WhenReviewConcluded
from services.requests.settings import RequestsSettings
from services.requests.timing import timers
from services.requests.views import grants, people, units
from services.requests.views.budget_requests import BudgetRequestsView
from services.requests.views.clocks import ClocksView
from services.requests.views.commissionings import CommissioningsView
from services.requests.views.erased_people import streams_held, taken_part_in
from services.requests.views.notices_by_mail import NoticesByMail
from services.requests.views.papers import PapersView
from services.requests.views.timeline import TimelineView
from shared.catalogue import CataloguesView
from shared.contracts.backoffice.review import ReviewConcluded
from shared.contracts.catalogue import CataloguePublished
from shared.contracts.erasure import ErasureApplied
from shared.documents.decider import DOCUMENT
from shared.documents.documents import Documents
from shared.documents.events import DOCUMENT_EVENTS
from shared.documents.forgetting import Forgetting
from shared.documents.scanner import Scanner
from shared.documents.view import DocumentsView
from shared.documents.worker import documents_worker
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.store import Store
from shared.mail.templates import Templates
from shared.own_data import OwnShare
from shared.service import Platform, Service

DIGIT = 4


def build(platform: Platform) -> RequestsParts:
    """The handlers, views, reactions, timers and routes."""
    settings, store = platform.settings, _store(platform)
    requests: Requests = Handler("budget-request", BUDGET_REQUEST, store)
    commissionings: Commissionings = Handler("commissioning", COMMISSIONING, store)
    documents = Documents(platform.pool, platform.storage, Handler("document", DOCUMENT, store), platform.clock, "requests")
    papers = Papers(platform.pool, requests, documents, platform.names, platform.calendar, platform.clock, settings.brand_name)
    return RequestsParts(
        platform=platform,
        store=store,
        routers=routers(),
        foreign_views=(grants.GrantsView(), units.UnitsView(), people.ProfilesView(), people.HoldersView()),
        reactions=(
            WhenReviewConcluded(requests, commissionings, platform.calendar),
            WhenAccessEnded(requests),
            WhenAccountHandedOver(requests),
            WhenPersonalDataErased(requests, platform.keys, platform.calendar),
            WhenRequestClosed(requests, platform.calendar),
        ),
        timers=timers(requests, commissionings, platform.calendar),
        loops={
            "documents": documents_worker(documents, Scanner(settings.clamd_address)).run,
            "papers": papers.run,
            "forgetting": Forgetting(platform.pool, platform.storage).run,
            "deadlines": Deadlines(platform.pool, platform.calendar, platform.clock).run,
        },
        own_data=OwnShare(streams_held, taken_part_in, people.is_proven),
        requests=requests,
        commissionings=commissionings,
        documents=documents,
        digit=DIGIT,
    )


def _store(platform: Platform) -> Store:
    """The store, with the views that are kept in the append's transaction."""
    settings = platform.settings
    words = Templates(platform.root / "mails", brand_name=settings.brand_name, public_url=settings.public_url, channels=settings.channels)
    return platform.store(
        [
            CataloguesView(),
            DocumentsView(),
            BudgetRequestsView(),
            CommissioningsView(),
            ClocksView(platform.calendar),
            TimelineView(),
            PapersView(),
            NoticesByMail(words, platform.calendar),
        ]
    )


def service() -> Service:
    """What requests is."""
    own = {event.__name__: event for event in (*budget.PUBLISHED, *budget.PRIVATE, *commissioning.PUBLISHED, *commissioning.PRIVATE)}
    return Service(
        name="requests",
        digit=DIGIT,
        root=Path(__file__).parent,
        settings=RequestsSettings,
        events=(*own.values(), *DOCUMENT_EVENTS, CataloguePublished, ErasureApplied),
        published={
            "budget-request": budget.PUBLISHED,
            "commissioning": commissioning.PUBLISHED,
            "catalogue": (CataloguePublished,),
            "operations": (ErasureApplied,),
        },
        build=build,
        reads={
            "identity.user": people.READS_OF_USERS,
            "professional.profile": people.READS_OF_PROFILES,
            "access.consumer-unit": units.READS,
            "access.grant": grants.READS,
            "backoffice.review": (ReviewConcluded,),
        },
    )
