"""What was to happen once happened once: compared as sets, across the services, after everything came to rest."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import asyncpg

from deploy.local.home import LOOPBACK, SERVICES, Home
from shared.documents.documents import DOOR, kept
from tests.faults.players import Company
from tests.faults.truth import rows
from tests.faults.witness import Witness

DOCUMENT_SERVICES = ("professional", "requests")
OPENING = {"professional": ("ProfileSubmitted",), "requests": ("BudgetRequested", "BudgetAccepted", "CommissioningRequested")}
TAKEN = {"professional": ("ProfileApproved", "ProfileRejected"), "requests": ("BudgetAccepted", "BudgetDismissed", "BudgetIssued")}
SETTLED = ("DocumentVerified", "DocumentRefused", "DocumentProduced")
OPEN = "under-verification"
DOCUMENTS = "select document_id::text as id, owner_stream, state, coalesce(sha256, declared_sha256) as sha256 from documents"

ADDED_ONCE = ("ModuleAdded", "InverterAdded")
"""What the household says once in each request, without a version that would show a second time."""
ADDED = (
    "select filed.data->>'protocol' as protocol, one.type, count(added.id) as n"
    " from events filed cross join unnest($2::text[]) as one(type)"
    " left join events added on added.stream = filed.stream and added.type = one.type"
    " where filed.type = 'BudgetRequested' and filed.data->>'protocol' = any($1) group by 1, 2"
)
IN_DOUBT = "mail_in_doubt"

type Differences = dict[str, list[str]]


async def differences(home: Home, witness: Witness, company: Company) -> Differences:
    """Everything that is not as it must be, by what it is; empty when all is."""
    found: Differences = {
        "acknowledged and not stored": await _not_stored(home, witness),
        "one key, two answers": [f"{key}: {sorted(ids)}" for key, ids in witness.keyed.items() if len(ids) > 1],
        "one place, two deeds": [f"version {version} of {stream}: {sorted(deeds)}" for (stream, version), deeds in witness.twofold()],
        "internal errors": [f"{times} × {what}" for what, times in witness.mistakes.items()],
    }
    found |= await _grants(home, company)
    found |= await _reviews(home, company)
    found |= await _mails(home)
    found |= await _documents(home)
    return {name: sorted(different)[:10] for name, different in found.items() if different}


async def _not_stored(home: Home, witness: Witness) -> list[str]:
    """Versions that were acknowledged and no store holds."""
    wanted = sorted({stream for streams, _ in witness.versions for stream in streams})
    stored: dict[str, int] = {}
    for service in SERVICES:
        found = await rows(
            home,
            service,
            "select right(stream, 36) as id, max(version) as v from events where right(stream, 36) = any($1) group by 1",
            wanted,
        )
        for row in found:
            stored[row["id"]] = max(row["v"], stored.get(row["id"], 0))
    return [
        f"version {version}: {by}"
        for (streams, version), by in witness.versions.items()
        if max(stored.get(stream, 0) for stream in streams) < version
    ]


async def _grants(home: Home, company: Company) -> Differences:
    """Each confirmed grant was granted once."""
    granted = _counted(await rows(home, "access", "select right(stream, 36) as it from events where type = 'AccessGranted'"))
    filed = _counted(await rows(home, "requests", "select data->>'protocol' as it from events where type = 'BudgetRequested'"))
    added = await rows(home, "requests", ADDED, company.filed, list(ADDED_ONCE))
    return {
        "added once and stored otherwise": [f"{row['protocol']}: {row['n']} × {row['type']}" for row in added if row["n"] != 1],
        "grants confirmed and lost": sorted(set(company.granted) - set(granted)),
        "granted twice": _twice(granted),
        "filed and lost": sorted(set(company.filed) - set(filed)),
        "one protocol, two filings": _twice(filed),
    }


async def _reviews(home: Home, company: Company) -> Differences:
    """Each submission opened one review; each conclusion took effect once."""
    opened = _counted(await rows(home, "backoffice", "select metadata->>'causation' as it from events where type = 'ReviewOpened'"))
    causes: set[str] = set()
    taken: Counter[str] = Counter()
    for service, names in OPENING.items():
        causes |= set(_counted(await rows(home, service, "select id::text as it from events where type = any($1)", list(names))))
        taken += _counted(await rows(home, service, "select metadata->>'causation' as it from events where type = any($1)", TAKEN[service]))
    concluded = await rows(home, "backoffice", "select id::text as id, right(stream, 36) as it from events where type = 'ReviewConcluded'")
    ids = {row["id"] for row in concluded}
    return {
        "submitted, and no review": sorted(causes - set(opened)),
        "reviews of nothing": sorted(set(opened) - causes),
        "reviewed twice": _twice(opened),
        "judged and lost": sorted(set(company.judged) - {row["it"] for row in concluded}),
        "concluded, and nothing followed": sorted(ids - set(taken)),
        "concluded, and followed twice": _twice(Counter({cause: n for cause, n in taken.items() if cause in ids})),
    }


async def _mails(home: Home) -> Differences:
    """By id: what the services handed over, what the post office has, what is in the inbox; nothing waits."""
    handed: set[str] = set()
    waiting: list[str] = []
    for service in SERVICES:
        for row in await rows(home, service, "select id::text as id, delivered_at is not null as gone from outbox"):
            if row["gone"]:
                handed.add(row["id"])
            else:
                waiting.append(row["id"])
    mails = await rows(home, "identity", "select id::text as id, delivered_at is not null as gone from mails")
    inbox, doubts = inbox_ids(home), _doubts(home)
    return {
        "mails that wait or were refused": waiting + [row["id"] for row in mails if not row["gone"]],
        "mails handed over and not taken": sorted(handed - {row["id"] for row in mails}),
        "mails delivered and not in the inbox": sorted({row["id"] for row in mails if row["gone"]} - set(inbox)),
        "mails sent again without doubt": [f"{mail}: {n}, doubts {doubts[mail]}" for mail, n in inbox.items() if n > 1 + doubts[mail]],
    }


def _doubts(home: Home) -> Counter[str]:
    """How often the post office has tried a mail again without knowing whether the mail server had it: it says so before each such try."""
    found: Counter[str] = Counter()
    for log in home.logs.glob("identity.log*"):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if IN_DOUBT in line:
                with suppress(ValueError):
                    said = json.loads(line)
                    found[str(said.get("mail"))] += said.get("event") == IN_DOUBT
    return found


def inbox_ids(home: Home) -> Counter[str]:
    """The ids of the mails that the catcher holds, counted: the same id twice is one mail for who reads it."""
    with urllib.request.urlopen(f"http://{LOOPBACK}:{home.ports['inbox']}/api/email", timeout=20) as answer:
        held = json.load(answer)
    return Counter(str(mail["headers"].get("message-id", "")).strip("<>").partition("@")[0] for mail in held)


async def _documents(home: Home) -> Differences:
    """Each document was settled once; each good one has its object; no object is nobody's."""
    found: Differences = {}
    for service in DOCUMENT_SERVICES:
        settled = _counted(await rows(home, service, "select stream as it from events where type = any($1)", SETTLED))
        known = await rows(home, service, DOCUMENTS)
        good = {kept(row["owner_stream"], row["sha256"]) for row in known if row["state"] == "clean"}
        begun = {kept(row["owner_stream"], row["sha256"]) for row in known if row["state"] == OPEN and row["sha256"]}
        stored = {name for name in _objects(home, service) if not name.startswith((DOOR, "imports/"))}
        found |= {
            f"{service}: settled twice": _twice(settled),
            f"{service}: verified, and no object": sorted(good - stored),
            f"{service}: orphan objects": sorted(stored - good - begun),
            f"{service}: left at the door": [path.name for path in await left_at_the_door(home, service)],
        }
    return found


async def left_at_the_door(home: Home, service: str) -> list[Path]:
    """Uploads whose document is settled, or was never begun."""
    open_ = {row["id"] for row in await rows(home, service, DOCUMENTS) if row["state"] == OPEN}
    bucket = _bucket(home, service)
    return [bucket / name for name in sorted(_objects(home, service)) if name.startswith(DOOR) and name.removeprefix(DOOR) not in open_]


def _bucket(home: Home, service: str) -> Path:
    return home.state("s3") / f"gd-{service}"


def _objects(home: Home, service: str) -> set[str]:
    bucket = _bucket(home, service)
    return {path.relative_to(bucket).as_posix() for path in bucket.rglob("*") if path.is_file()}


def _counted(found: Iterable[asyncpg.Record]) -> Counter[str]:
    return Counter(str(row["it"]) for row in found)


def _twice(counted: Counter[str]) -> list[str]:
    return sorted(it for it, times in counted.items() if times > 1)
