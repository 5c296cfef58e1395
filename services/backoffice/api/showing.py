"""A review as it is shown: its state, its documents, its history, names beside ids, and what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from services.backoffice.api.actions import actions
from services.backoffice.api.answers import (
    ClaimAnswer,
    ConclusionAnswer,
    DocumentAnswer,
    MomentAnswer,
    PersonAnswer,
    ReasonAnswer,
    ReasonOptionAnswer,
    ReviewAnswer,
)
from services.backoffice.domain.review.commands import Officer
from services.backoffice.domain.review.decider import case_of, review
from services.backoffice.domain.review.events import ConclusionProposed, ReviewConcluded, ReviewEvent
from services.backoffice.domain.review.refusals import ReviewerIsParty, ReviewUnknown
from services.backoffice.domain.review.states import AwaitingSecondPerson, Case, Claimed, Closed, Concluded, Review, Unopened, Waiting
from services.backoffice.parts import BackofficeParts
from services.backoffice.views.queues import Queue, queue_of_kind
from services.backoffice.views.reasons import reasons
from services.backoffice.views.timeline import Moment, timeline
from shared.contracts.backoffice.review import Reason
from shared.eventsourcing.event import Event, Recorded
from shared.http.principal import Principal
from shared.postgres import Db

type Names = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A review with its queue and history, as the caller may see it."""

    events: Sequence[Recorded[Event]]
    state: Review
    case: Case
    queue: Queue
    options: Sequence[Mapping[str, Any]]

    @property
    def version(self) -> int:
        """The version of its stream."""
        return self.events[-1].version


def officer_of(who: Principal) -> Officer:
    """The caller as the rules see them."""
    return Officer(who.pid, who.roles)


async def load(db: Db, parts: BackofficeParts, review_id: UUID, who: Principal) -> Loaded:
    """A review that the caller may see; raises ReviewUnknown, ReviewerIsParty."""
    events = await parts.store.load(db, parts.reviews.stream(review_id))
    state = review.fold(cast("Sequence[ReviewEvent]", [event.event for event in events]))
    if isinstance(state, Unopened):
        raise ReviewUnknown
    today = parts.platform.calendar.today(parts.platform.clock())
    case = case_of(state)
    queue = await queue_of_kind(db, case.opened.kind, today)
    if not queue.seen_by(who.roles):
        raise ReviewUnknown
    if who.pid in case.opened.parties and not who.has_role("auditor"):
        raise ReviewerIsParty
    options = await reasons(db, queue.reasons, today) if queue.reasons else []
    return Loaded(events, state, case, queue, options)


async def show(parts: BackofficeParts, found: Loaded, who: Principal) -> ReviewAnswer:
    """The answer, with the names that identity tells for this purpose; without them when it is away."""
    opened = found.case.opened
    moments = timeline(found.events)
    wanted = {*opened.parties, *(moment.person_id for moment in moments if moment.person_id)}
    if isinstance(found.state, Claimed):
        wanted.add(found.state.claimed_by)
    names = await parts.platform.names.of(sorted(wanted), "review", who.actor)
    now = parts.platform.clock()
    return ReviewAnswer(
        id=opened.review_id,
        queue=found.queue.slug,
        kind=opened.kind,
        state=state_name(found.state),
        subject_stream=opened.subject_stream,
        submission=opened.submission,
        protocol=opened.protocol,
        filed_at=opened.filed_at,
        due_on=opened.due_on,
        hours_left=_hours_left(parts, found, now),
        parties=[person(party, names) for party in opened.parties],
        documents=_documents(found.case),
        claim=_claim(found.state, names),
        proposal=_proposal(found.state, names),
        conclusion=_conclusion(found, names),
        preview=_preview(found),
        reasons=[_option(entry) for entry in found.options],
        actions=actions(found.state, officer_of(who), found.queue.rules, now),
        timeline=[_moment(moment, names) for moment in moments],
        version=found.version,
        server_time=now,
    )


def person(person_id: UUID, names: Names) -> PersonAnswer:
    """Somebody with the name that was told."""
    return PersonAnswer(person_id=person_id, display_name=names.get(person_id))


def state_name(state: Review) -> str:
    """The state as programs know it."""
    match state:
        case Waiting():
            return "waiting"
        case Claimed():
            return "claimed"
        case AwaitingSecondPerson():
            return "awaiting-second-person"
        case Concluded():
            return "concluded"
        case Closed() | Unopened():
            return "closed"


def _hours_left(parts: BackofficeParts, found: Loaded, now: datetime) -> float | None:
    if found.case.opened.due_on is None or isinstance(found.state, Concluded | Closed):
        return None
    end = parts.platform.calendar.end_of_day(found.case.opened.due_on)
    return round((end - now).total_seconds() / 3600, 1)


def _documents(case: Case) -> list[DocumentAnswer]:
    shown = []
    for document in case.opened.documents:
        judgement = case.verdicts.get(document.id)
        shown.append(
            DocumentAnswer(
                id=document.id,
                code=document.code,
                sha256=document.sha256,
                verdict=judgement.verdict if judgement else None,
                reason=_reason(judgement.reason) if judgement and judgement.reason else None,
            )
        )
    return shown


def _reason(reason: Reason) -> ReasonAnswer:
    return ReasonAnswer(code=reason.code, article=reason.article, text=reason.text)


def _option(entry: Mapping[str, Any]) -> ReasonOptionAnswer:
    return ReasonOptionAnswer(code=entry["code"], label=entry["label"], article=entry.get("article"), scope=entry.get("scope"))


def _claim(state: Review, names: Names) -> ClaimAnswer | None:
    if not isinstance(state, Claimed):
        return None
    return ClaimAnswer(by=person(state.claimed_by, names), expires_at=state.expires_at)


def _proposal(state: Review, names: Names) -> ConclusionAnswer | None:
    if not isinstance(state, AwaitingSecondPerson):
        return None
    return _told(state.proposal, state.proposal.proposed_by, None, state.proposal.proposed_at, names)


def _conclusion(found: Loaded, names: Names) -> ConclusionAnswer | None:
    if not isinstance(found.state, Concluded):
        return None
    last = next(event.event for event in reversed(found.events) if isinstance(event.event, ReviewConcluded))
    return _told(last, last.concluded_by, last.confirmed_by, last.concluded_at, names)


def _told(fact: ConclusionProposed | ReviewConcluded, by: UUID, confirmed: UUID | None, at: datetime, names: Names) -> ConclusionAnswer:
    return ConclusionAnswer(
        outcome=fact.outcome,
        reasons=[_reason(reason) for reason in fact.reasons],
        content=fact.content.model_dump(mode="json") if fact.content else None,
        by=person(by, names),
        confirmed_by=person(confirmed, names) if confirmed else None,
        at=at,
    )


def _preview(found: Loaded) -> list[str]:
    """The reasons of a conclusion as the citizen will read them; of one not yet made, those of the refused documents."""
    labels = {entry["code"]: entry["label"] for entry in found.options}
    codes = {document.id: document.code for document in found.case.opened.documents}
    refused = [(codes[document.id], document.reason) for document in found.case.judged() if document.reason]
    general = [("", reason) for reason in found.state.proposal.reasons] if isinstance(found.state, AwaitingSecondPerson) else []
    return [_sentence(place, reason, labels) for place, reason in [*general, *refused]]


def _sentence(place: str, reason: Reason, labels: Mapping[str, str]) -> str:
    words = [f"{place}:" if place else "", labels.get(reason.code, reason.code), f"— {reason.text}" if reason.text else ""]
    article = f"({reason.article})" if reason.article else ""
    return " ".join(word for word in [*words, article] if word)


def _moment(moment: Moment, names: Names) -> MomentAnswer:
    actor = person(moment.person_id, names) if moment.person_id else None
    return MomentAnswer(at=moment.at, code=moment.code, sentence=moment.sentence, actor=actor)
