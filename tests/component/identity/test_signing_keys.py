"""Keys that sign access tokens change without anyone noticing; ended sessions are refused at once, listed and told why."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from joserfc.jwk import OKPKey
from prometheus_client import REGISTRY

from services.identity.housekeeping import SIGNING_KEY_ENDS, Housekeeping
from services.identity.signing import SHOWN_AFTER, SHOWN_BEFORE, SigningKeys
from shared.http import tokens
from shared.http.principal import Principal
from shared.http.problem import SignInRequired
from shared.http.tokens import PERSON_TOKEN_LIVES, FetchedKeys, FixedKeys, TokenReader, sign_person_token, signing_key
from shared.ids import new_id
from shared.testing.tokens import new_key
from tests.component.identity.conftest import Identity


async def never_ended(_: UUID) -> bool:
    return False


class Elsewhere:
    """Another service: it fetches identity's keys over HTTP, like any of them, keeps them as it does, and knows nothing else."""

    def __init__(self, identity: Identity) -> None:
        self.fetched = 0
        transport = httpx.ASGITransport(app=identity.running.app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://door", event_hooks={"request": [self._count]})
        keys = FetchedKeys(self._client, "/.well-known/jwks.json")
        self._reader = TokenReader("elsewhere", keys, FixedKeys({"keys": []}), never_ended, identity.clock)

    async def _count(self, _: httpx.Request) -> None:
        self.fetched += 1

    async def reads(self, token: str) -> Principal:
        """Who a token speaks for, by the keys that it has, or fetches when they are too old or do not know the token's."""
        return await self._reader.principal(token)

    async def kids(self) -> list[str]:
        """The ids of the keys that are shown."""
        return [key["kid"] for key in (await self._client.get("/.well-known/jwks.json")).json()["keys"]]


def signing(identity: Identity) -> SigningKeys:
    """The keys as another process of identity sees them, which has kept nothing."""
    platform = identity.parts.platform
    return SigningKeys(platform.pool, platform.keys, identity.clock, identity.parts.settings.signing_key_lives)


async def token(identity: Identity) -> tuple[str, str]:
    """A token signed now, and the id of the key that did."""
    key = await signing(identity).current()
    return signed(identity, key), str(key.kid)


@pytest.mark.usefixtures("passing")
async def test_a_key_is_followed_by_the_next_and_nobody_notices(identity: Identity) -> None:
    elsewhere, pool = Elsewhere(identity), identity.parts.platform.pool
    _, old = await token(identity)
    assert await elsewhere.kids() == [old]
    assert not await signing(identity).renew()

    identity.clock.move(identity.parts.settings.signing_key_lives - SHOWN_BEFORE)
    assert await signing(identity).renew()
    by_old, still = await token(identity)
    new, *rest = await elsewhere.kids()
    assert (still, rest) == (old, [old])
    assert (await elsewhere.reads(by_old)).kind == "customer"

    identity.clock.move(SHOWN_BEFORE - timedelta(seconds=1))
    last_by_old, still = await token(identity)
    assert still == old
    identity.clock.move(timedelta(seconds=2))
    by_new, now = await token(identity)
    assert now == new
    for good in (by_new, last_by_old):
        assert (await elsewhere.reads(good)).kind == "customer"
        assert (await Elsewhere(identity).reads(good)).kind == "customer", "one that has just started"

    identity.clock.move(PERSON_TOKEN_LIVES - timedelta(seconds=5))
    assert (await elsewhere.reads(last_by_old)).kind == "customer"
    identity.clock.move(SHOWN_AFTER)
    assert await elsewhere.kids() == [new]
    with pytest.raises(SignInRequired):
        await elsewhere.reads(last_by_old)
    assert not await signing(identity).renew()
    assert [row["kid"] for row in await pool.fetch("select kid from signing_keys")] == [new]


@pytest.fixture
def passing(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """What readers measure the age of their keys by moves with the clock of the test."""
    monkeypatch.setattr(tokens, "time", SimpleNamespace(monotonic=lambda: identity.clock().timestamp()))


def signed(identity: Identity, key: OKPKey) -> str:
    """A token of somebody, signed now by this key."""
    now = identity.clock()
    return sign_person_token(key, sub=new_id(), pid=new_id(), kind="customer", sid=new_id(), auth_time=now, amr=("pwd",), now=now)


@pytest.mark.usefixtures("passing")
async def test_a_reader_that_runs_on_with_the_keys_it_has_reads_every_token_across_a_change(identity: Identity) -> None:
    running, minute = Elsewhere(identity), timedelta(minutes=1)
    old = await signing(identity).current()
    for _ in range(3):
        assert (await running.reads(signed(identity, old))).kind == "customer"
    assert running.fetched == 1, "the keys are kept"

    identity.clock.move(identity.parts.settings.signing_key_lives - SHOWN_BEFORE - minute)
    renewed, signers, before = 0, list[str](), running.fetched
    for _ in range((SHOWN_BEFORE + SHOWN_AFTER) // minute + 3):
        key = await signing(identity).current()
        assert (await running.reads(signed(identity, key))).kind == "customer"
        signers.append(str(key.kid))
        renewed += await signing(identity).renew()
        identity.clock.move(minute)
    assert (renewed, signers[0], len(set(signers))) == (1, old.kid, 2)
    assert len(signers) // 3 <= running.fetched - before < len(signers), "it mostly read with keys from before"

    stolen, fetched = signed(identity, old), running.fetched
    identity.clock.move(2 * minute)
    for token_of in (stolen, signed(identity, old), signed(identity, signing_key(new_key(), "nobody"))):
        with pytest.raises(SignInRequired):
            await running.reads(token_of)
    assert running.fetched == fetched + 1, "whoever makes up ids does not make it fetch each time"


async def test_where_no_key_can_be_made_the_end_of_the_last_one_is_told(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: SigningKeys) -> bool:
        raise PermissionError

    parts = identity.parts
    keeper = Housekeeping(parts.platform.pool, parts.signing, identity.clock, parts.settings.attempts, parts.sessions)
    await keeper.step()
    told = REGISTRY.get_sample_value("signing_key_ends_at_seconds", {"service": "identity"}) or 0
    assert told - identity.clock().timestamp() > SHOWN_BEFORE.total_seconds()
    SIGNING_KEY_ENDS.clear()
    monkeypatch.setattr(SigningKeys, "renew", fails)
    with pytest.raises(PermissionError):
        await keeper.step()
    assert REGISTRY.get_sample_value("signing_key_ends_at_seconds", {"service": "identity"}) == told


async def test_a_session_nobody_used_is_ended_by_the_housekeeper_and_listed_no_more(identity: Identity) -> None:
    parts, ana = identity.parts, identity.cast.ana
    keeper = Housekeeping(parts.platform.pool, parts.signing, identity.clock, parts.settings.attempts, parts.sessions)
    async with identity.browser() as left, identity.browser() as used:
        await identity.sign_up(left, ana)
        identity.clock.move(parts.settings.session_idle - timedelta(days=1))
        assert (await identity.log_in(used, ana)).status_code == 201
        await keeper.step()
        listed = (await used.get("/v1/me/sessions")).json()["sessions"]
        assert [line["current"] for line in listed] == [True, False]
        assert (
            datetime.fromisoformat(listed[0]["idle_until"]) - datetime.fromisoformat(listed[0]["last_used_at"])
            == parts.settings.session_idle
        )
        identity.clock.move(timedelta(days=1))
        renewed = await used.post("/v1/sessions/refreshes")
        used.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
        assert len((await used.get("/v1/me/sessions")).json()["sessions"]) == 1
        await keeper.step()
        over = await left.post("/v1/sessions/refreshes")
        assert (over.status_code, over.json()["because"]) == (401, "lapsed")
        assert (await used.post("/v1/me/sessions/end-all")).status_code == 204
        assert (await used.get("/v1/me")).json()["code"] == "session-over"
        assert (await used.post("/v1/sessions/refreshes")).status_code == 401
    ended = await parts.platform.pool.fetch("select data->>'because' as because from events where type = 'SessionEnded' order by position")
    assert [row["because"] for row in ended] == ["lapsed", "ended-by-person"]


async def test_the_token_just_replaced_is_good_in_its_own_browser_alone(identity: Identity) -> None:
    async with identity.browser() as browser, identity.browser() as thief:
        await identity.sign_up(browser, identity.cast.ana)
        copied = browser.cookies["refresh"]
        assert (await browser.post("/v1/sessions/refreshes")).status_code == 200
        stolen = await thief.post("/v1/sessions/refreshes", headers={"Cookie": f"refresh={copied}"})
        assert (stolen.status_code, stolen.json()["because"]) == (401, "refresh-token-reused")
        told = await browser.post("/v1/sessions/refreshes")
        assert (told.status_code, told.json()["because"]) == (401, "refresh-token-reused")
        assert (await browser.get("/v1/me")).json()["code"] == "session-over"
    assert "cópia antiga da sua sessão" in await identity.last_mail("session-copied")
