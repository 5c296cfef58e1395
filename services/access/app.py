"""What access is: its events, its readers, its door, put together."""

from pathlib import Path
from typing import cast

from services.access.api import asks, clients, consumer_units, extensions, grants, offers
from services.access.domain.consumer_unit import events as unit_events
from services.access.domain.consumer_unit.decider import CONSUMER_UNIT
from services.access.domain.grant import events as grant_events
from services.access.domain.grant.decider import GRANT
from services.access.parts import AccessParts
from services.access.reactions.when_account_handed_over import WhenAccountHandedOver
from services.access.reactions.when_holder_changed import WhenHolderChanged
from services.access.reactions.when_personal_data_erased import WhenPersonalDataErased
from services.access.reactions.when_register_tells import REQUIRED, WhenRegisterTells
from services.access.reactions.when_time_passes import timers_of
from services.access.settings import AccessSettings
from services.access.views.approved_profiles import READS as PROFILES
from services.access.views.approved_profiles import ApprovedProfiles
from services.access.views.consumer_units import ConsumerUnits
from services.access.views.grant_timers import GrantTimers
from services.access.views.grants import GrantsView
from services.access.views.notices_by_mail import NoticesByMail
from services.access.views.own_data import none_by_key, own_streams
from services.access.views.proven_holders import ProvenHolders
from shared.contracts.erasure import ErasureApplied
from shared.contracts.identity.user import AccountHandedOver, HolderProven, PersonalDataErased
from shared.eventsourcing.handler import Handler
from shared.imports import ImportKind
from shared.mail.templates import Templates
from shared.own_data import OwnShare
from shared.service import Ingress, Platform, Service

ROOT = Path(__file__).resolve().parent
REGISTER = "utility.consumer-units"


def build(platform: Platform) -> AccessParts:
    """The parts of a running access."""
    settings = cast("AccessSettings", platform.settings)
    terms = settings.terms
    templates = Templates(ROOT / "mails", brand_name=settings.brand_name, public_url=settings.public_url, lapse_days=str(terms.lapse_days))
    store = platform.store((ConsumerUnits(), GrantsView(), GrantTimers(platform.calendar, terms), NoticesByMail(templates)))
    units = Handler("consumer-unit", CONSUMER_UNIT, store)
    access = Handler("grant", GRANT, store)
    register = WhenRegisterTells(units, platform.people, platform.clock, settings.distributor_code)
    return AccessParts(
        platform=platform,
        store=store,
        units=units,
        grants=access,
        terms=terms,
        own_data=OwnShare(streams=own_streams, sealed=none_by_key),
        routers=(consumer_units.router, offers.router, asks.router, extensions.router, grants.router, clients.router),
        foreign_views=(ApprovedProfiles(), ProvenHolders()),
        reactions=(
            WhenHolderChanged(access, platform.clock, platform.calendar, terms),
            WhenAccountHandedOver(access, platform.clock, platform.calendar, terms),
            WhenPersonalDataErased(store, platform.clock),
        ),
        timers=timers_of(access, platform.calendar, terms),
        ingress=(Ingress(REGISTER, register.from_topic),),
        imports={"consumer-units": ImportKind(REQUIRED, register.from_row, register.from_rows)},
    )


def service() -> Service:
    """Access, described."""
    return Service(
        name="access",
        digit=3,
        root=ROOT,
        settings=AccessSettings,
        events=(*unit_events.PUBLISHED, *unit_events.PRIVATE, *grant_events.PUBLISHED, *grant_events.PRIVATE, ErasureApplied),
        published={"consumer-unit": unit_events.PUBLISHED, "grant": grant_events.PUBLISHED, "operations": (ErasureApplied,)},
        reads={
            "professional.profile": PROFILES,
            "identity.user": (HolderProven, AccountHandedOver, PersonalDataErased),
        },
        build=build,
    )
