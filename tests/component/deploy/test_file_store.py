"""The local file store: the door that uploads come through is there before the first of them, and after the last."""

from io import BytesIO

from minio import Minio

from deploy.local import infra
from deploy.local.home import LOOPBACK, Home
from deploy.local.servers import s3
from deploy.local.supervisor import Supervisor
from shared.documents.documents import DOOR


def _started(home: Home) -> Minio:
    s3.prepare(home)
    program, supervisor = s3.program(home), Supervisor(home)
    supervisor.start([program])
    supervisor.launch(program.name)
    infra.wait(home, supervisor, program)
    s3.make_buckets(home)
    access, key = s3.credentials(home)
    return Minio(f"{LOOPBACK}:{home.ports['s3']}", access, key, secure=False, region=s3.REGION)


def test_the_door_is_there_before_the_first_upload_and_after_the_last(home: Home) -> None:
    """A folder that comes and goes with its objects is made by several uploads at once, and some are then answered 500."""
    store = _started(home)
    for bucket in s3.BUCKETS:
        door = home.state("s3") / bucket / DOOR
        assert door.is_dir()
        store.put_object(bucket, f"{DOOR}paper", BytesIO(b"paper"), 5)
        assert [found.object_name for found in store.list_objects(bucket, recursive=True)] == [f"{DOOR}paper"]
        store.remove_object(bucket, f"{DOOR}paper")
        assert door.is_dir()
        assert not list(store.list_objects(bucket, recursive=True))


def test_it_takes_no_digest_that_nobody_reads(home: Home) -> None:
    store = _started(home)
    store.put_object(s3.BUCKETS[0], "kept/tagged", BytesIO(b"abc"), 3)
    assert store.get_object(s3.BUCKETS[0], "kept/tagged").read() == b"abc"
    assert not (store.stat_object(s3.BUCKETS[0], "kept/tagged").etag or "").strip('"')
