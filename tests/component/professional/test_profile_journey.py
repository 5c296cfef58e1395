"""A profile from the first step to its end, over HTTP and through the reactions."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.professional.app import service
from services.professional.parts import ProfessionalParts
from services.professional.views.ends import ANNOUNCE, EXPIRE
from shared.clock import utc_now
from shared.contracts.backoffice.review import Judged, Reason
from shared.contracts.identity.user import AccountHandedOver, PersonalDataErased
from shared.documents.forgetting import Forgetting
from shared.eventsourcing.timers import Timers
from shared.eventsourcing.verify import Report, check_views
from shared.protocols import valid_protocol
from shared.testing.happened import happened, told
from shared.testing.running import Running
from tests.component.professional.journey import ANA, RUI, STAFF, UNTIL, Professional, concluded, verdict


async def outbox(door: Running) -> list[str]:
    """The mails that were written, in order."""
    rows = await door.parts.platform.pool.fetch("select fact from outbox order by due_at")
    return [row["fact"] for row in rows]


async def event_types(door: Running) -> list[str]:
    """What the stream of Rui's profile holds."""
    rows = await door.parts.platform.pool.fetch("select type from events where stream = $1 order by version", f"profile-{RUI}")
    return [row["type"] for row in rows]


async def test_steps_are_taken_on_the_version_one_has_seen(door: Running) -> None:
    rui = Professional(door)
    await rui.start()
    blind = await door.client.put(f"{rui.path}/company", json={"cnpj": None}, headers=rui.token)
    assert (blind.status_code, blind.json()["code"]) == (428, "version-required")
    assert (await rui.put("/company", {"cnpj": None})).status_code == 200
    stale = await rui.put("/profession", {"profession": "engenheiro"}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-changed")
    again = await rui.put("/company", {"cnpj": None})
    assert (again.status_code, again.json()["version"]) == (200, 2)


async def test_wrong_steps_are_named(door: Running) -> None:
    rui = Professional(door)
    await rui.start()
    cases: list[tuple[str, dict[str, object], int, str]] = [
        ("/profession", {"profession": "astronauta"}, 422, "code-not-in-catalogue"),
        ("/profession", {"profession": "arquiteto"}, 422, "code-not-in-catalogue"),
        ("/profession", {"profession": "engenheiro", "crea": "1"}, 422, "body-invalid"),
        ("/registration", {"council": "CREA", "number": "12345", "uf": "AM"}, 409, "profession-not-chosen"),
        ("/company", {"cnpj": "11.111.111/1111-11"}, 422, "cnpj-invalid"),
    ]
    for path, body, status, code in cases:
        answer = await rui.put(path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    await rui.put("/profession", {"profession": "engenheiro"})
    wrong = await rui.put("/registration", {"council": "CRECI", "number": "12345", "uf": "AM"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "council-does-not-fit-profession")
    short = await rui.put("/registration", {"council": "CREA", "number": "1", "uf": "AM"})
    assert (short.status_code, short.json()["code"]) == (422, "registration-number-invalid")


async def test_what_is_missing_is_told_before_and_at_the_submission(door: Running) -> None:
    rui = Professional(door)
    await rui.start()
    told_before = (await rui.get("/readiness")).json()
    assert not told_before["ready"]
    assert [task["status"] for task in told_before["tasks"]] == ["incomplete"] * 4
    refused = await rui.submit()
    assert (refused.status_code, refused.json()["code"]) == (409, "step-incomplete")
    assert [problem["code"] for problem in refused.json()["problems"]] == [problem["code"] for problem in told_before["problems"]]


async def test_a_profile_is_submitted_once_and_approved(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    assert (await rui.get("/readiness")).json()["ready"]
    key = str(uuid4())
    filed = await rui.submit(key)
    assert filed.status_code == 201, filed.text
    assert valid_protocol(filed.json()["ids"]["protocol"])
    assert (await rui.submit(key)).json() == filed.json()
    again = await rui.submit()
    assert (again.status_code, again.json()["code"]) == (409, "profile-under-review")
    shown = (await rui.get()).json()
    assert (shown["state"], shown["actions"]["withdraw"]["allowed"], shown["next"]["who"]) == ("under-review", True, "reviewer")
    await concluded(door, verdict(RUI, 1, "approved"))
    shown = (await rui.get()).json()
    assert (shown["state"], shown["terms"]["valid_until"], shown["terms"]["may_file"]) == (
        "approved",
        UNTIL.isoformat(),
        ["technical", "commercial"],
    )
    assert await outbox(door) == ["profile-submitted", "profile-approved"]
    moments = (await rui.get("/timeline")).json()["moments"]
    assert [moment["code"] for moment in moments][-2:] == ["ProfileSubmitted", "ProfileApproved"]


async def test_the_registration_number_is_nowhere_in_clear(door: Running) -> None:
    await Professional(door).fill("7654321-X")
    rows = await door.parts.platform.pool.fetch("select data::text as data from events")
    assert not any("7654321" in row["data"] for row in rows)


async def test_a_rejected_profile_is_corrected_and_submitted_again(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await rui.submit()
    documents = [UUID(item["document_id"]) for item in (await rui.get()).json()["form"]["documents"]]
    judged = tuple(Judged(id=document, verdict="refused", reason=Reason(code="documento-vencido")) for document in documents[1:])
    await concluded(door, verdict(RUI, 1, "rejected", documents=judged))
    shown = (await rui.get()).json()
    assert (shown["state"], shown["rejection"]["reasons"][0]["code"]) == ("rejected", "registro-vencido")
    assert shown["rejection"]["documents"][0]["document_id"] == str(documents[1])
    unchanged = await rui.submit()
    assert (unchanged.status_code, unchanged.json()["code"]) == (409, "nothing-changed-since-rejection")
    rui.version = shown["version"]
    await rui.put("/registration", {"council": "CREA", "number": "54321/AM", "uf": "AM"})
    assert (await rui.submit()).status_code == 201
    await concluded(door, verdict(RUI, 1, "approved"))
    assert (await event_types(door))[-1] == "VerdictNotApplied"
    await concluded(door, verdict(RUI, 2, "approved"))
    assert (await rui.get()).json()["state"] == "approved"
    past = (await rui.get("/submissions")).json()["submissions"]
    assert [(one["number"], one["outcome"], len(one["reasons"]), len(one["verdicts"])) for one in past] == [
        (1, "rejected", 1, 1),
        (2, "approved", 0, 0),
    ]
    told_why = await parts.platform.pool.fetchval("select text from outbox where fact = 'profile-rejected'")
    assert "Registro ou certidão fora da validade: A certidão venceu em janeiro." in told_why
    assert "Documento vencido" in told_why


async def test_a_registration_belongs_to_one_person(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui, ana = Professional(door), Professional(door, ANA)
    await ana.complete(parts, clamd, "12.345-AM")
    await rui.complete(parts, clamd, "12345/AM")
    assert (await rui.submit()).status_code == 201
    problems = (await ana.get("/readiness")).json()["problems"]
    assert [problem["code"] for problem in problems] == ["registration-held-by-another"]
    second = await ana.submit()
    assert (second.status_code, second.json()["code"]) == (409, "registration-held-by-another")
    assert (await rui.post("/withdrawals")).status_code == 200
    assert (await ana.submit()).status_code == 201


async def test_a_supervisor_suspends_the_professional_answers_and_it_is_reinstated(
    door: Running, parts: ProfessionalParts, clamd: str
) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await rui.submit()
    await concluded(door, verdict(RUI, 1, "approved"))
    supervisor = door.issuer.staff(STAFF, "supervisor")
    unknown = await door.client.post(f"{rui.path}/suspensions", json={"reason": "antipatia"}, headers=supervisor)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "code-not-in-catalogue")
    done = await door.client.post(f"{rui.path}/suspensions", json={"reason": "documento-falso"}, headers=supervisor)
    assert done.status_code == 200, done.text
    assert (await rui.post("/suspension-answers", {"text": "O documento é autêntico."})).status_code == 200
    shown = (await rui.get()).json()
    assert (shown["state"], shown["suspension"]["answer"], shown["next"]["who"]) == (
        "suspended",
        "O documento é autêntico.",
        "supervisor",
    )
    assert (await door.client.post(f"{rui.path}/reinstatements", headers=supervisor)).status_code == 200
    assert (await rui.get()).json()["state"] == "approved"
    assert (await outbox(door))[-2:] == ["profile-suspended", "profile-reinstated"]


async def test_it_is_told_before_the_end_ends_and_is_renewed(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await rui.submit()
    until = parts.today() + timedelta(days=60)
    await concluded(door, verdict(RUI, 1, "approved", until=until))
    ends_at = parts.platform.calendar.end_of_day(until)
    for before, expected in ((31, 0), (30, 1), (8, 0), (7, 1), (0, 1)):
        timers = Timers(parts.platform.pool, parts.timers, lambda at=ends_at - timedelta(days=before): at)  # type: ignore[misc]
        fired = 0
        while await timers.fire_one():
            fired += 1
        assert fired == expected, before
    assert (await event_types(door))[-3:] == ["ExpiryAnnounced", "ExpiryAnnounced", "ProfileExpired"]
    left = await parts.platform.pool.fetch("select name from timers where name = any($1)", [ANNOUNCE, EXPIRE])
    assert not left
    assert (await rui.post("/renewals")).status_code == 200
    await rui.show_documents(parts, clamd)
    assert (await rui.submit()).status_code == 201
    await concluded(door, verdict(RUI, 2, "approved"))
    assert (await rui.get()).json()["state"] == "approved"


async def test_it_is_closed_by_the_person(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await rui.submit()
    assert (await rui.post("/closures")).status_code == 200
    assert (await rui.get()).json()["state"] == "closed"
    assert (await event_types(door))[-2:] == ["SubmissionWithdrawn", "ProfileClosed"]


async def test_erasure_closes_it_and_destroys_what_no_duty_keeps(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui, ana = Professional(door), Professional(door, ANA)
    await rui.complete(parts, clamd)
    await ana.complete(parts, clamd, "88888/AM")
    files = [item async for item in parts.platform.storage.under(f"profile-{RUI}/")]
    assert len(files) >= 2
    at = utc_now() + timedelta(seconds=5)
    await happened(door, service(), told(PersonalDataErased(user_id=RUI, person_id=RUI, at=at), f"user-{RUI}", 2))
    assert (await event_types(door))[-1] == "ProfileClosed"
    left = await parts.platform.pool.fetch("select distinct person from stream_keys where destroyed_at is null")
    assert [row["person"] for row in left] == [ANA]
    forgetting = Forgetting(parts.platform.pool, parts.platform.storage)
    assert await forgetting.step()
    assert not await forgetting.step()
    assert [item async for item in parts.platform.storage.under(f"profile-{RUI}/")] == []
    assert [item async for item in parts.platform.storage.under(f"profile-{ANA}/")] != []
    report = Report("professional")
    async with parts.platform.pool.acquire() as db:
        await check_views(db, report, parts.store, parts.store.views)
    assert report.findings == []


async def test_erasure_keeps_what_requests_may_rest_on(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await rui.submit()
    await concluded(door, verdict(RUI, 1, "approved"))
    await happened(door, service(), told(PersonalDataErased(user_id=RUI, person_id=RUI, at=utc_now()), f"user-{RUI}", 2))
    assert (await event_types(door))[-1] == "ProfileClosed"
    destroyed = await parts.platform.pool.fetchval("select count(*) from stream_keys where destroyed_at is not null")
    assert destroyed == 0
    answered = await parts.platform.pool.fetchval("select data->'kept'->0->>'until' from events where type = 'ErasureApplied'")
    assert answered == "2109-12-31"


async def test_a_stranger_s_profile_ends_with_the_hand_over_and_an_older_one_stays(door: Running) -> None:
    began = utc_now()
    await Professional(door).start()
    older = AccountHandedOver(user_id=RUI, person_id=RUI, acted_since=utc_now(), at=utc_now())
    await happened(door, service(), told(older, f"user-{RUI}", 2))
    assert (await event_types(door)) == ["ProfileStarted"]
    strangers = AccountHandedOver(user_id=RUI, person_id=RUI, acted_since=began, at=utc_now())
    await happened(door, service(), told(strangers, f"user-{RUI}", 3))
    assert (await event_types(door)) == ["ProfileStarted", "ProfileClosed"]


async def test_nothing_weighty_is_done_while_ended_sessions_are_unknown(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui = Professional(door)
    await rui.complete(parts, clamd)
    await parts.platform.pool.execute("update reader_progress set caught_up_at = clock_timestamp() - interval '1 minute'")
    refused = await rui.submit()
    assert (refused.status_code, refused.json()["code"]) == (503, "session-unknown")
    assert refused.headers["retry-after"]
