"""A database that was put back to before an erasure: what the backup brought back is erased again, by the same fact read again."""

from datetime import timedelta

from pydantic import SecretStr

from services.professional.app import service
from shared.clock import utc_now
from shared.contracts.identity.user import PersonalDataErased, UserVerified
from shared.testing.happened import happened, told
from shared.testing.running import Running, running, settings_for
from tests.component.professional.conftest import fresh
from tests.component.professional.journey import RUI, Professional
from tests.conftest import Bucket, Database
from tests.infra.restored import accepted, copied, dropped, topics_of

LIVE = "select count(*) from stream_keys where person = $1 and destroyed_at is null"


async def live_keys(it: Running) -> int:
    """What still opens of what Rui typed."""
    return int(await it.parts.platform.pool.fetchval(LIVE, RUI))


async def test_an_erasure_is_applied_again_to_what_a_backup_brought_back(database: Database, storage: Bucket, clamd: str) -> None:
    made_of = service()
    settings = settings_for(made_of, database, storage, clamd_address=clamd)
    erased = told(PersonalDataErased(user_id=RUI, person_id=RUI, at=utc_now() + timedelta(minutes=1)), f"user-{RUI}", 2)
    async with running(made_of, settings) as it:
        await fresh(it)
        await happened(
            it, made_of, told(UserVerified(user_id=RUI, person_id=RUI, kind="cpf", root_id=None, verified_at=utc_now()), f"user-{RUI}", 1)
        )
        await Professional(it).fill()
        assert await live_keys(it) > 0
    backup = await copied(database)
    try:
        async with running(made_of, settings) as it:
            await happened(it, made_of, erased)
            assert await live_keys(it) == 0
            in_topics = await topics_of(made_of, it.parts.platform)
        addresses = {"database_url": SecretStr(backup.url), "migrator_url": SecretStr(backup.migrator_url)}
        async with running(made_of, settings.model_copy(update=addresses)) as it:
            pool = it.parts.platform.pool
            assert await live_keys(it) > 0
            assert await accepted(made_of, it.parts.platform, in_topics) > 0
            assert await live_keys(it) > 0
            await happened(it, made_of, erased)
            assert await live_keys(it) == 0
            assert await pool.fetchval("select count(*) from verified_people where person_id = $1", RUI) == 0
            assert await pool.fetchval("select count(*) from forgotten_streams where stream = $1", f"profile-{RUI}") == 1
            assert await pool.fetchval("select count(*) from events where type = 'ErasureApplied'") == 1
            assert await pool.fetchval("select count(*) from parked") == 0
    finally:
        await dropped(backup)
