"""Silence: how fresh this service's readers are, and refusing to decide on old news.

A consumer notes, for each partition it has read to the end, when that was. Nothing noted lately means: behind, stopped, or
cut off from the broker; all three look alike, and a decision that must not rest on old news waits.
"""

import json
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
    refuse_old_news(await _silences(db, group), refusals)


def silences_of(group: str) -> str:
    """SQL of one value, for a statement that asks more: the seconds that each topic of a group has not been read to its end.

    `group` is the SQL of its name. What the same statement reads of others is as new as what it is told here.
    """
    return (
        "(select json_object_agg(topic, seconds) from (select split_part(reader, '|', 2) as topic,"
        " extract(epoch from clock_timestamp() - min(caught_up_at)) as seconds from reader_progress"
        f" where split_part(reader, '|', 1) = {group} group by topic) silence)"
    )


def refuse_old_news(silences: str | None, refusals: Mapping[type[Unavailable], Sequence[str]]) -> None:
    """As `must_all_be_fresh`, of the value that `silences_of` has read."""
    for refusal, topics in refusals.items():
        silence = _longest(silences, topics)
        if silence is None or silence > SILENT_AFTER:
            raise refusal


async def _silences(db: Db, group: str) -> str | None:
    silences: str | None = await db.fetchval(f"select {silences_of('$1')}", group)
    return silences


def _longest(silences: str | None, topics: Sequence[str]) -> timedelta | None:
    """The longest silence among these topics, or all: that of the slowest partition."""
    of_topics: Mapping[str, float] = json.loads(silences or "{}")
    longest = max((seconds for topic, seconds in of_topics.items() if not topics or topic in topics), default=None)
    return None if longest is None else timedelta(seconds=longest)
