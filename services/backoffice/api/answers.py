"""The shapes that the routes of queues and reviews answer."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.http.body import Answer, Deed


class PersonAnswer(Answer):
    """Somebody, by id and as they are called; no name when it cannot be shown now."""

    person_id: UUID
    display_name: str | None


class ColumnAnswer(Answer):
    """A column of a queue: what it shows, how, and its heading."""

    key: str
    kind: str
    label: str


class ActionAnswer(Answer):
    """The one action of a queue."""

    deed: str
    label: str


class QueueAnswer(Answer):
    """A queue, and how much waits in it."""

    slug: str
    title: str
    source: str
    count: int
    mine: int
    columns: list[ColumnAnswer]
    action: ActionAnswer


class QueuesAnswer(Answer):
    """The queues of the caller's roles."""

    queues: list[QueueAnswer]
    server_time: datetime


class RowAnswer(Answer):
    """A line of a queue."""

    review_id: UUID | None
    kind: str | None
    subject_stream: str
    submission: int | None
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    documents: int | None
    state: str
    claimed_by: PersonAnswer | None
    expires_at: datetime | None
    outcome: str | None
    escalated: bool
    party: bool
    version: int | None


class RowsAnswer(Answer):
    """A page of a queue."""

    items: list[RowAnswer]
    next_cursor: str | None
    server_time: datetime


class ReasonAnswer(Answer):
    """A reason, with its article."""

    code: str
    article: str | None
    text: str | None


class ReasonOptionAnswer(Answer):
    """A reason that may be chosen."""

    code: str
    label: str
    article: str | None
    scope: str | None


class DocumentAnswer(Answer):
    """A document under review, and its verdict."""

    id: UUID
    code: str
    sha256: str
    verdict: str | None
    reason: ReasonAnswer | None


class ClaimAnswer(Answer):
    """Who holds the review, until when."""

    by: PersonAnswer
    expires_at: datetime


class ConclusionAnswer(Answer):
    """A conclusion, proposed or made."""

    outcome: str
    reasons: list[ReasonAnswer]
    content: dict[str, Any] | None
    by: PersonAnswer
    confirmed_by: PersonAnswer | None
    at: datetime


class MomentAnswer(Answer):
    """A line of the timeline."""

    at: datetime
    code: str
    sentence: str
    actor: PersonAnswer | None


class ReviewAnswer(Answer):
    """A review: what is judged, by whom, how far, and what may be done now."""

    id: UUID
    queue: str
    kind: str
    state: str
    subject_stream: str
    submission: int
    protocol: str | None
    filed_at: datetime
    due_on: date | None
    hours_left: float | None
    parties: list[PersonAnswer]
    documents: list[DocumentAnswer]
    claim: ClaimAnswer | None
    proposal: ConclusionAnswer | None
    conclusion: ConclusionAnswer | None
    preview: list[str]
    reasons: list[ReasonOptionAnswer]
    actions: dict[str, Deed]
    timeline: list[MomentAnswer]
    version: int
    server_time: datetime


class ReassignedAnswer(Answer):
    """What became of one reassignment."""

    review_id: UUID
    done: bool
    code: str | None
    sentence: str | None


class ReassignmentsAnswer(Answer):
    """What became of each."""

    items: list[ReassignedAnswer]
