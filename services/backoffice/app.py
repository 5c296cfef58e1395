"""The back office, put together."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.backoffice.api import audit as audit_api
from services.backoffice.api import conclusions, dashboards, exports, queues, reviews
from services.backoffice.api import live as live_api
from services.backoffice.auditing import AuditReader, AuditSeals
from services.backoffice.domain.audit.commands import AuditCommand
from services.backoffice.domain.audit.decider import Sealed, audit
from services.backoffice.domain.audit.events import AuditEvent, AuditSealed, ExportMade
from services.backoffice.domain.review.commands import ExpireClaim
from services.backoffice.domain.review.decider import review
from services.backoffice.domain.review.events import ReviewClaimed, ReviewConcluded, ReviewEvent
from services.backoffice.domain.review.states import Claimed
from services.backoffice.live import live
from services.backoffice.live_rates import LiveRates
from services.backoffice.opening import Reviews
from services.backoffice.parts import BackofficeParts
from services.backoffice.reactions.when_budget_accepted import WhenBudgetAccepted
from services.backoffice.reactions.when_budget_requested import WhenBudgetRequested
from services.backoffice.reactions.when_commissioning_requested import WhenCommissioningRequested
from services.backoffice.reactions.when_filed_after_access_ended import WhenFiledAfterAccessEnded
from services.backoffice.reactions.when_inspection_scheduled import WhenInspectionScheduled
from services.backoffice.reactions.when_personal_data_erased import WhenPersonalDataErased
from services.backoffice.reactions.when_profile_submitted import WhenProfileSubmitted
from services.backoffice.reactions.when_subject_ended import WhenSubjectEnded
from services.backoffice.reactions.when_verdict_not_applied import WhenVerdictNotApplied
from services.backoffice.settings import BackofficeSettings
from services.backoffice.views.claim_timers import EXPIRE_CLAIM, ClaimTimers
from services.backoffice.views.connected_plants import ConnectedPlants
from services.backoffice.views.freshness import Freshness
from services.backoffice.views.notices_by_mail import NoticesByMail
from services.backoffice.views.reasons import Reasons
from services.backoffice.views.review_queue import ReviewQueue
from services.backoffice.views.staff_roles import StaffRoles
from services.backoffice.views.tasks import Tasks
from shared.catalogue import CataloguesView
from shared.contracts.access.consumer_unit import ConsumerUnitChanged, ConsumerUnitRegistered, HolderChanged
from shared.contracts.catalogue import CataloguePublished
from shared.contracts.erasure import ErasureApplied
from shared.contracts.identity.staff_member import StaffReinstated, StaffRolesChanged, StaffSuspended
from shared.contracts.identity.user import PersonalDataErased
from shared.contracts.professional.profile import ProfileClosed, ProfileSubmitted, SubmissionWithdrawn
from shared.contracts.requests import budget_request, commissioning
from shared.contracts.verdict import VerdictNotApplied
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.timers import Fire, arm
from shared.ids import new_id
from shared.mail.templates import Templates
from shared.postgres import Db
from shared.service import Platform, Service

ROOT = Path(__file__).parent
READS = {
    "identity.user": (PersonalDataErased,),
    "identity.staff-member": (StaffRolesChanged, StaffSuspended, StaffReinstated),
    "professional.profile": (ProfileSubmitted, SubmissionWithdrawn, ProfileClosed, VerdictNotApplied),
    "professional.catalogue": (CataloguePublished,),
    "access.consumer-unit": (ConsumerUnitRegistered, ConsumerUnitChanged, HolderChanged),
    "requests.catalogue": (CataloguePublished,),
    "requests.budget-request": (
        budget_request.BudgetRequested,
        budget_request.BudgetAccepted,
        budget_request.BudgetApproved,
        budget_request.BudgetDeclined,
        budget_request.BudgetDismissed,
        budget_request.BudgetExpired,
        budget_request.BudgetWithdrawn,
        budget_request.BudgetCancelled,
        budget_request.ContractsDelivered,
        budget_request.FiledAfterAccessEnded,
        budget_request.FilingContested,
        VerdictNotApplied,
    ),
    "requests.commissioning": (
        commissioning.CommissioningRequested,
        commissioning.CommissioningAccepted,
        commissioning.CommissioningDismissed,
        commissioning.CommissioningWithdrawn,
        commissioning.InspectionScheduled,
        commissioning.GenerationConnected,
        VerdictNotApplied,
    ),
}


@dataclass(frozen=True)
class ExpireIdleClaim:
    """What the timer of a claim does: nudge the review; too early or meanwhile renewed, the timer is set again."""

    reviews: Reviews

    async def __call__(self, db: Db, stream: str, now: datetime) -> None:
        """Nudge one review."""
        outcome = await self.reviews(db, UUID(stream[-36:]), ExpireClaim(now), Cause(f"timer:{EXPIRE_CLAIM}", new_id()))
        if isinstance(outcome.state, Claimed) and not outcome.events:
            await arm(db, EXPIRE_CLAIM, stream, outcome.state.expires_at)


def build(platform: Platform) -> BackofficeParts:
    """The handlers, views, reactions, timers and routes."""
    settings = platform.settings
    templates = Templates(ROOT / "mails", brand_name=settings.brand_name, public_url=settings.public_url)
    store = platform.store([CataloguesView(), ReviewQueue(), ClaimTimers(), NoticesByMail(templates)])
    handler: Reviews = Handler("review", review, store)
    sealing: Handler[AuditCommand, Sealed, AuditEvent] = Handler("operations", audit, store)
    bootstrap = settings.kafka_bootstrap
    rates = LiveRates(platform.pool, bootstrap, platform.clock)
    timers: dict[str, Fire] = {EXPIRE_CLAIM: ExpireIdleClaim(handler)}
    return BackofficeParts(
        platform=platform,
        store=store,
        routers=(queues.router, reviews.router, conclusions.router, dashboards.router, audit_api.router, exports.router, live_api.router),
        foreign_views=(StaffRoles(), Reasons(), Freshness(), Tasks(), ConnectedPlants()),
        reactions=(
            WhenPersonalDataErased(store, platform.clock, platform.calendar),
            WhenProfileSubmitted(handler),
            WhenBudgetRequested(handler),
            WhenBudgetAccepted(handler),
            WhenCommissioningRequested(handler),
            WhenInspectionScheduled(handler),
            WhenFiledAfterAccessEnded(handler),
            WhenSubjectEnded(handler),
            WhenVerdictNotApplied(handler),
        ),
        timers=timers,
        loops={
            "audit": AuditReader(platform.pool, bootstrap).run,
            "seals": AuditSeals(platform.pool, sealing, platform.calendar, platform.clock).run,
            "live-rates": rates.read,
            "exact-rates": rates.settle,
        },
        reviews=handler,
        audit=sealing,
    )


def service() -> Service:
    """What the back office is."""
    return Service(
        name="backoffice",
        digit=5,
        root=ROOT,
        settings=BackofficeSettings,
        events=(*ReviewEvent.__value__.__args__, AuditSealed, ExportMade, ErasureApplied, CataloguePublished),
        published={
            "review": (ReviewClaimed, ReviewConcluded),
            "operations": (AuditSealed, ExportMade, ErasureApplied),
            "catalogue": (CataloguePublished,),
        },
        build=build,
        reads=READS,
        commands={"live": live},
    )
