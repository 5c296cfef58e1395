"""What may be done with a grant now, found by asking the rules themselves."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from services.access.domain.grant import commands as c
from services.access.domain.grant.decider import GRANT
from services.access.domain.grant.present import Present
from services.access.domain.grant.states import Between, Extension, Grant, Live, Offered, Requested, Unmatched
from shared.eventsourcing.refusal import Refusal
from shared.http.body import Deed, allowed, not_allowed

_DAY = timedelta(days=1)


def state_of(row: asyncpg.Record) -> Grant | None:
    """The state that a row of the view stands for; None when it is over."""
    between = Between(row["grant_id"], row["unit_id"], None, row["holder_id"], row["professional_id"])
    match row["state"]:
        case "offered":
            return Offered(between, row["ends_on"], row["may_decide"], row["opened_at"], row["lapses_at"])
        case "requested" if row["unit_id"] is None:
            return Unmatched(row["grant_id"], row["professional_id"], row["opened_at"], row["lapses_at"])
        case "requested":
            return Requested(between, row["opened_at"], row["lapses_at"])
        case "live":
            extension = Extension(row["extension_by"], row["extension_ends_on"]) if row["extension_by"] else None
            return Live(between, row["ends_on"], row["may_decide"], row["granted_at"], extension, suspended=row["suspended"])
        case _:
            return None


def profile_of(row: asyncpg.Record) -> c.ProfileNow:
    """The professional's standing beside a grant."""
    return c.ProfileNow(row["profile_approved"], row["profile_valid_until"])


def dormant(row: asyncpg.Record, present: Present) -> bool:
    """A grant to somebody whose profile is not approved at the moment."""
    profile = profile_of(row)
    return not profile.approved or profile.valid_until is None or present.ended(profile.valid_until)


def actions_of(row: asyncpg.Record, by: UUID, present: Present, *, proven: bool) -> dict[str, Deed]:
    """Each deed that this side has in this state, and whether the rules would take it now."""
    state = state_of(row)
    if state is None:
        return {}
    return {deed: _tried(command, state) for deed, command in _commands(row, state, by, present, proven=proven).items()}


def _tried(command: c.GrantCommand, state: Grant) -> Deed:
    try:
        GRANT.decide(command, state)
    except Refusal as refusal:
        return not_allowed(refusal.code, refusal.detail, article=refusal.article, until=refusal.until)
    return allowed()


def _commands(row: asyncpg.Record, state: Grant, by: UUID, present: Present, *, proven: bool) -> Mapping[str, c.GrantCommand]:
    unit = c.UnitNow(row["unit_id"], row["unit_holder_id"], active=True) if row["unit_id"] else None
    tomorrow = present.today + _DAY
    professional = by == row["professional_id"]
    match state:
        case Offered() if professional:
            return {"confirmation": c.ConfirmOffer(by, unit, profile_of(row), present), "refusal": c.DeclineOffer(by, present)}
        case Offered():
            return {"withdrawal": c.WithdrawOffer(by, proven, present)}
        case Requested() | Unmatched() if professional:
            return {"withdrawal": c.CancelRequest(by, present)}
        case Requested():
            allow = c.AllowRequest(by, tomorrow, False, proven, unit, profile_of(row), present)
            return {"allowance": allow, "refusal": c.DeclineRequest(by, proven, present)}
        case Live():
            ending: c.GrantCommand = c.RenounceAccess(by, present) if professional else c.RevokeAccess(by, proven, present)
            return {
                "renunciation" if professional else "revocation": ending,
                **_extending(state, by, max(tomorrow, state.ends_on + _DAY), present, proven=proven),
            }
        case _:
            return {}


def _extending(state: Live, by: UUID, ends_on: date, present: Present, *, proven: bool) -> Mapping[str, c.GrantCommand]:
    found: dict[str, c.GrantCommand] = {"extension": c.ProposeExtension(by, ends_on, proven, present)}
    if state.extension is not None:
        found["extension-acceptance"] = c.AcceptExtension(by, proven, present)
        found["extension-refusal"] = c.DeclineExtension(by, proven, present)
    if state.suspended and by == state.between.holder_id:
        found["reinstatement"] = c.ReinstateAccess(by, proven, present)
    return found
