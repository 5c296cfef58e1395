"""Rules of the door that need no server: markers, statuses, pages, versions, tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.eventsourcing.refusal import Forbidden, Malformed, NotFound, Refusal, Unavailable
from shared.http.etag import etag, if_match, required_if_match
from shared.http.matrix import RouteWithoutAccess, routes_with_access
from shared.http.openapi import describe, refuses
from shared.http.pages import Asked, CursorUnreadable, instant, make_cursor, page, read_cursor
from shared.http.principal import Principal, anyone, person, person_or_staff, signed_in, staff, step_up
from shared.http.problem import IfMatchUnreadable, SessionOver, SignInRequired, VersionRequired, faults, status_of
from shared.http.tokens import TokenReader, VerifiedTokens
from shared.testing.tokens import Issuer

ANA = UUID(int=1)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TooLate(Refusal):
    """A rule."""

    sentence = "Passou do prazo."
    article = "art. 9º"


def _app(*dependencies: object) -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/v1/things")

    @router.get("/{thing}", dependencies=[Depends(one) for one in dependencies], responses=refuses(TooLate))  # type: ignore[arg-type]
    async def show(thing: str) -> str:
        return thing

    app.include_router(router)
    return app


def test_a_route_without_an_access_marker_does_not_start() -> None:
    with pytest.raises(RouteWithoutAccess, match="no access marker"):
        routes_with_access(_app())


def test_a_route_with_two_markers_does_not_start() -> None:
    with pytest.raises(RouteWithoutAccess, match="person"):
        routes_with_access(_app(person, staff("reviewer")))


def test_a_marker_hidden_in_another_dependency_is_found() -> None:
    async def mine(who: Annotated[Principal, Depends(signed_in)]) -> Principal:
        return who

    [line] = routes_with_access(_app(mine))
    assert (line.method, line.path, line.label) == ("GET", "/v1/things/{thing}", "signed-in")


def test_markers_say_who() -> None:
    labels = [marker.label for marker in (anyone, person, staff("b", "a"), step_up("admin"), person_or_staff("analyst"))]  # type: ignore[attr-defined]
    assert labels == ["anyone", "person", "staff:a,b", "step-up:admin", "person|staff:analyst"]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(TooLate(), 409), (Forbidden(), 403), (NotFound(), 404), (Malformed(), 422), (Unavailable(), 503), (VersionRequired(), 428)],
)
def test_each_class_of_refusal_has_its_status(refusal: Refusal, status: int) -> None:
    assert status_of(refusal) == status


def test_the_description_lists_codes_with_examples() -> None:
    spec = describe(_app(person))
    answers = spec["paths"]["/v1/things/{thing}"]["get"]["responses"]
    assert answers["409"]["content"]["application/problem+json"]["examples"]["too-late"] == {"$ref": "#/components/examples/too-late"}
    example = spec["components"]["examples"]["too-late"]["value"]
    assert (example["detail"], example["article"]) == ("Passou do prazo.", "art. 9º")
    assert {"401", "403", "404", "503"} <= set(answers)
    assert spec["paths"]["/v1/things/{thing}"]["get"]["x-access"] == "person"


def _request(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]})


async def test_versions_go_out_and_come_back() -> None:
    assert await if_match(_request(if_match=etag(7))) == 7
    assert await if_match(_request(if_match=etag(0))) == 0
    assert await if_match(_request(if_match=f" {etag(999_999_999)} ")) == 999_999_999
    assert await if_match(_request()) is None
    assert await if_match(_request(if_match="*")) is None
    with pytest.raises(VersionRequired):
        await required_if_match(_request(if_match="*"))


@pytest.mark.parametrize(
    "wrong",
    [
        *("7", "'7'", '"a"', '"-1"', '"+7"', '"1", "2"', '"1","1"', '""', '" 7"', '"1234567890"'),
        *('W/"7"', 'w/"7"', 'W/ "7"', 'W/"07"'),
        *('"07"', '"007"', '"00"'),
        *("*, *", '*, "7"'),
    ],
)
async def test_a_version_that_is_not_one_of_ours_character_for_character_is_refused_by_name(wrong: str) -> None:
    for read in (if_match, required_if_match):
        with pytest.raises(IfMatchUnreadable):
            await read(_request(if_match=wrong))


async def test_two_headers_are_a_list_of_versions() -> None:
    with pytest.raises(IfMatchUnreadable):
        await if_match(Request({"type": "http", "headers": [(b"if-match", b'"1"'), (b"if-match", b'"2"')]}))


async def test_digits_of_other_scripts_are_no_version() -> None:
    arabic_seven = '"\u0667"'.encode()
    with pytest.raises(IfMatchUnreadable):
        await if_match(Request({"type": "http", "headers": [(b"if-match", arabic_seven)]}))


def test_a_page_ends_with_the_cursor_of_what_follows() -> None:
    first = page([1, 2, 3], 2, str, lambda row: (row,))
    assert (first.items, first.next_cursor) == (["1", "2"], make_cursor(2))
    assert read_cursor(make_cursor(2, "b")) == ("2", "b")
    assert page([3], 2, str, lambda row: (row,)).next_cursor is None
    for wrong in ("%%", "e30", "WzFd", "\u00e9"):
        with pytest.raises(CursorUnreadable):
            read_cursor(wrong)


@pytest.mark.parametrize("parts", [(), ("x",), ("2026-03-02T12:00:00",), ("2026-03-02T12:00:00+00:00", "more")])
def test_the_cursor_of_another_list_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(CursorUnreadable):
        Asked(50, parts).key(instant)


def test_a_cursor_of_ours_is_read() -> None:
    assert Asked(50, None).key(instant) is None
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert Asked(50, (at.isoformat(),)).key(instant) == at


def test_faults_point_and_never_quote() -> None:
    found = faults([{"loc": ("body", "rows", 3, "power"), "type": "decimal_parsing", "msg": "x", "input": "123.456.789-09"}])
    assert found == [{"pointer": "/rows/3/power", "code": "decimal-parsing", "detail": "Número inválido."}]


async def test_a_token_read_before_is_refused_when_its_time_its_session_or_its_key_is_over() -> None:
    issuer, present, over = Issuer(), [NOW], set[UUID]()

    async def ended(session: UUID) -> bool:
        return session in over

    session = UUID(int=7)
    reader = TokenReader("requests", issuer.people, issuer.services, ended, lambda: present[0])
    token = issuer.person(ANA, sid=session, now=NOW)["Authorization"].removeprefix("Bearer ")
    for _ in range(2):
        assert (await reader.principal(token)).pid == ANA
    over.add(session)
    with pytest.raises(SessionOver):
        await reader.principal(token)
    over.clear()
    present[0] = NOW + timedelta(minutes=6)
    with pytest.raises(SignInRequired):
        await reader.principal(token)
    present[0] = NOW
    with pytest.raises(SignInRequired):
        await replace(reader, people=Issuer().people).principal(token)
    with pytest.raises(SignInRequired):
        await reader.principal(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"))


async def test_only_so_many_signatures_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, verified, remembered = Issuer(), list[str](), VerifiedTokens(most=2)
    decode = jwt.decode

    def counted(token: str, key: OKPKey, algorithms: list[str]) -> jwt.Token:
        verified.append(token)
        return decode(token, key, algorithms=algorithms)

    monkeypatch.setattr(jwt, "decode", counted)
    key = await issuer.people.find("test-key")
    assert key is not None
    first, second, third = (issuer.person(UUID(int=n), now=NOW)["Authorization"].removeprefix("Bearer ") for n in range(3))
    for token in (first, first, second, second, third, first):
        assert remembered.claims(token, key)["iss"] == "identity"
    assert verified == [first, second, third, first]


async def test_tokens_are_read_by_time_issuer_and_audience() -> None:
    issuer = Issuer()

    async def nobody_ended(_: UUID) -> bool:
        return False

    reader = TokenReader("requests", issuer.people, issuer.services, nobody_ended, lambda: NOW)

    async def read(headers: object, at: TokenReader = reader) -> Principal:
        return await at.principal(str(dict(headers)["Authorization"]).removeprefix("Bearer "))  # type: ignore[call-overload]

    ana = await read(issuer.person(ANA, now=NOW))
    assert (ana.actor, ana.kind) == (f"person:{ANA}", "customer")
    staff_member = await read(issuer.staff(ANA, "reviewer", now=NOW))
    assert (staff_member.actor, staff_member.roles) == (f"staff:{ANA}", frozenset({"reviewer"}))
    for headers in (
        issuer.person(ANA, now=NOW - timedelta(minutes=6)),
        issuer.person(ANA, now=NOW + timedelta(minutes=6)),
        Issuer().person(ANA, now=NOW),
        {"Authorization": "Bearer eyJhbGciOiJub25lIiwia2lkIjoidGVzdC1rZXkifQ.eyJpc3MiOiJpZGVudGl0eSJ9."},
    ):
        with pytest.raises(SignInRequired):
            await read(headers)
