"""Silence: how fresh this service's readers are, and refusing to decide on old news.

A consumer notes, for each partition it has read to the end, when that was. Nothing noted lately means: behind, stopped, or
cut off from the broker; all three look alike, and a decision that must not rest on old news waits.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared.eventsourcing.refusal import Unavailable
from shared.postgres import Db

SILENT_AFTER = timedelta(seconds=10)


async def note_progress(db: Db, group: str, partitions: Sequence[tuple[str, int]]) -> None:
    """These partitions (topic, number) have been read to their end, now."""
    await db.execute(
        "insert into reader_progress (reader, caught_up_at) select reader, clock_timestamp() from unnest($1::text[]) reader"
        " on conflict (reader) do update set caught_up_at = excluded.caught_up_at",
        [f"{group}|{topic}|{number}" for topic, number in sorted(partitions)],
    )


async def forget_topics_but(db: Db, group: str, topics: Sequence[str]) -> None:
    """Forget the progress of topics that this group no longer reads: they would look silent for ever."""
    await db.execute(
        "delete from reader_progress where split_part(reader, '|', 1) = $1 and split_part(reader, '|', 2) <> all($2::text[])",
        group,
        list(topics),
    )


async def silent_for(db: Db, group: str, topics: Sequence[str] = ()) -> timedelta | None:
    """For how long the slowest partition of a group has not been at its end; None when nothing was ever noted."""
    return _longest(await _silences(db, group), topics)


async def must_be_fresh(db: Db, group: str, refusal: type[Unavailable], topics: Sequence[str] = ()) -> None:
    """Raise `refusal` when the group's readers (of these topics) are more than ten seconds behind or silent."""
    await must_all_be_fresh(db, group, {refusal: topics})


async def must_all_be_fresh(db: Db, group: str, refusals: Mapping[type[Unavailable], Sequence[str]]) -> None:
    """As `must_be_fresh`, for several refusals in turn, of what stands at one moment."""
    silences = await _silences(db, group)
    for refusal, topics in refusals.items():
        silence = _longest(silences, topics)
        if silence is None or silence > SILENT_AFTER:
            raise refusal


async def _silences(db: Db, group: str) -> Mapping[str, timedelta]:
    """For how long each topic of a group has not been read to its end, by its slowest partition."""
    rows = await db.fetch(
        "select split_part(reader, '|', 2) as topic, clock_timestamp() - min(caught_up_at) as silence from reader_progress"
        " where split_part(reader, '|', 1) = $1 group by topic",
        group,
    )
    return {row["topic"]: row["silence"] for row in rows}


def _longest(silences: Mapping[str, timedelta], topics: Sequence[str]) -> timedelta | None:
    return max((silence for topic, silence in silences.items() if not topics or topic in topics), default=None)
