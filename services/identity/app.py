"""Composition of identity: what it is made of, and how its parts hang together."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from services.identity.api import (
    abilities,
    client_reports,
    customers,
    desk_deeds,
    erasures,
    hand_overs,
    keys,
    mails,
    me,
    messages,
    my_sessions,
    own_contacts,
    own_data,
    people,
    recoveries,
    returned_mails,
    service_desk,
    sessions,
    sign_up_conclusion,
    staff,
    staff_me,
    staff_sessions,
    terms,
)
from services.identity.api import sign_ups as sign_ups_routes
from services.identity.domain.attendance.decider import ATTENDANCE
from services.identity.domain.attendance.events import PRIVATE as ATTENDANCE_PRIVATE
from services.identity.domain.attendance.events import PUBLISHED as ATTENDANCE_PUBLISHED
from services.identity.domain.block.decider import BLOCK
from services.identity.domain.block.events import PUBLISHED as BLOCK_PUBLISHED
from services.identity.domain.contact_proof.decider import CONTACT_PROOF
from services.identity.domain.contact_proof.events import EVENTS as CONTACT_PROOF_EVENTS
from services.identity.domain.mail.decider import MAIL
from services.identity.domain.mail.events import PRIVATE as MAIL_PRIVATE
from services.identity.domain.mail.events import PUBLISHED as MAIL_PUBLISHED
from services.identity.domain.recovery.decider import RECOVERY
from services.identity.domain.recovery.events import EVENTS as RECOVERY_EVENTS
from services.identity.domain.session.decider import SESSION
from services.identity.domain.session.events import PRIVATE as SESSION_PRIVATE
from services.identity.domain.session.events import PUBLISHED as SESSION_PUBLISHED
from services.identity.domain.sign_up.decider import SIGN_UP
from services.identity.domain.sign_up.events import EVENTS as SIGN_UP_EVENTS
from services.identity.domain.staff_member.decider import STAFF_MEMBER
from services.identity.domain.staff_member.events import PRIVATE as STAFF_PRIVATE
from services.identity.domain.staff_member.events import PUBLISHED as STAFF_PUBLISHED
from services.identity.domain.user.decider import USER
from services.identity.domain.user.events import PRIVATE as USER_PRIVATE
from services.identity.domain.user.events import PUBLISHED as USER_PUBLISHED
from services.identity.hashing import Passwords
from services.identity.housekeeping import Housekeeping
from services.identity.invitations import invite_admin
from services.identity.parts import IdentityParts
from services.identity.pepper import Pepper
from services.identity.post_office import PostOffice
from services.identity.reactions.when_erasure_applied import TIMER as IDENTITY_KEPT
from services.identity.reactions.when_erasure_applied import ForgetIdentity, WhenErasureApplied
from services.identity.reactions.when_register_changed import TakeCustomer
from services.identity.reactions.when_sign_up_lapsed import AbandonLapsed
from services.identity.returned_mail import take_bounce
from services.identity.settings import IdentitySettings
from services.identity.signing import SigningKeys
from services.identity.terms import read_terms
from services.identity.views.accounts import Accounts
from services.identity.views.blocks import Blocks
from services.identity.views.contact_proofs import ContactProofs
from services.identity.views.erasures import ANSWERING
from services.identity.views.own_data import is_proven, own_streams, records_of
from services.identity.views.own_ended_sessions import OwnEndedSessions
from services.identity.views.own_notices import OwnNotices
from services.identity.views.sessions import Sessions
from services.identity.views.sign_up_deadlines import TIMER, SignUpDeadlines
from services.identity.views.staff import StaffMembers
from shared.contracts.erasure import ErasureApplied
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.view import View
from shared.imports import ImportKind
from shared.mail.templates import Templates
from shared.own_data import OwnShare
from shared.service import Ingress, Platform, Service

ROOT = Path(__file__).parent
PUBLISHED = {
    "user": [*USER_PUBLISHED, *BLOCK_PUBLISHED, *MAIL_PUBLISHED, *ATTENDANCE_PUBLISHED],
    "session": list(SESSION_PUBLISHED),
    "staff-member": list(STAFF_PUBLISHED),
}
PRIVATE = [
    *SIGN_UP_EVENTS,
    *USER_PRIVATE,
    *SESSION_PRIVATE,
    *RECOVERY_EVENTS,
    *CONTACT_PROOF_EVENTS,
    *STAFF_PRIVATE,
    *MAIL_PRIVATE,
    *ATTENDANCE_PRIVATE,
]
ROUTES = (
    sign_ups_routes,
    sign_up_conclusion,
    terms,
    sessions,
    me,
    own_contacts,
    own_data,
    erasures,
    my_sessions,
    messages,
    abilities,
    client_reports,
    recoveries,
    staff_sessions,
    staff_me,
    staff,
    customers,
    service_desk,
    desk_deeds,
    returned_mails,
    hand_overs,
    people,
    mails,
    keys,
)
CUSTOMER_COLUMNS = frozenset({"sequence", "at", "document", "kind", "name", "status"})


def words(settings: IdentitySettings) -> Templates:
    """The words of identity's own letters."""
    common = {"brand_name": settings.brand_name, "public_url": settings.public_url, "channels": settings.channels}
    return Templates(ROOT / "mails", **common)


def views(settings: IdentitySettings, templates: Templates) -> Sequence[View]:
    """The views that are kept in the append's transaction."""
    notices = OwnNotices(templates, ZoneInfo(settings.timezone))
    return [Accounts(), Sessions(), OwnEndedSessions(), StaffMembers(), Blocks(), ContactProofs(), SignUpDeadlines(), notices]


def build(platform: Platform) -> IdentityParts:
    """The parts of identity."""
    settings = platform.settings
    if not isinstance(settings, IdentitySettings):
        raise TypeError(settings)
    templates = words(settings)
    store = platform.store(views(settings, templates))
    users, sign_ups = Handler("user", USER, store), Handler("sign-up", SIGN_UP, store)
    session_handler, mail_handler = Handler("session", SESSION, store), Handler("mail", MAIL, store)
    signing = SigningKeys(platform.pool, platform.keys, platform.clock, settings.signing_key_lives)
    customer = TakeCustomer(platform.people, users, platform.clock)
    return IdentityParts(
        platform=platform,
        store=store,
        routers=[module.router for module in ROUTES],
        timers={TIMER: AbandonLapsed(sign_ups, platform.keys).fire, IDENTITY_KEPT: ForgetIdentity(platform.keys).fire},
        reactions=[WhenErasureApplied(platform.keys)],
        loops={
            "post-office": PostOffice(platform.pool, settings, platform.clock, mail_handler).run,
            "housekeeping": Housekeeping(platform.pool, signing, platform.clock, settings.attempts, session_handler).run,
        },
        ingress=[Ingress("utility.customers", customer.record)],
        own_data=OwnShare(own_streams, records_of, is_proven),
        imports={"customers": ImportKind(CUSTOMER_COLUMNS, customer.row, customer.rows)},
        settings=settings,
        templates=templates,
        terms=read_terms(ROOT / "seeds" / "terms"),
        passwords=Passwords(settings),
        pepper=Pepper(settings.pepper.get_secret_value()),
        signing=signing,
        sign_ups=sign_ups,
        users=users,
        sessions=session_handler,
        blocks=Handler("block", BLOCK, store),
        contact_proofs=Handler("contact-proof", CONTACT_PROOF, store),
        recoveries=Handler("recovery", RECOVERY, store),
        attendances=Handler("attendance", ATTENDANCE, store),
        staff_members=Handler("staff-member", STAFF_MEMBER, store),
        mails=mail_handler,
    )


async def _invite_admin(platform: Platform, arguments: Sequence[str]) -> int:
    return await invite_admin(build(platform), arguments)


async def _take_bounce(platform: Platform, _: Sequence[str]) -> int:
    return await take_bounce(build(platform), await asyncio.to_thread(sys.stdin.buffer.read))


def service() -> Service:
    """Identity as a value."""
    return Service(
        name="identity",
        digit=1,
        root=ROOT,
        settings=IdentitySettings,
        events=[*PRIVATE, *(kind for kinds in PUBLISHED.values() for kind in kinds)],
        published=PUBLISHED,
        reads={f"{name}.operations": (ErasureApplied,) for name in ANSWERING},
        build=build,
        commands={"invite-admin": _invite_admin, "take-bounce": _take_bounce},
    )
