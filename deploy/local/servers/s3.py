"""An S3 server over a directory: rclone, from a wheel."""

import shutil
import sysconfig

from minio import Minio

from deploy.local.answers import port_answers
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.program import Program
from deploy.local.secrets import secret
from shared.documents.documents import DOOR

REGION = "us-east-1"
BUCKETS = tuple(f"gd-{service}" for service in SERVICES)
# Otherwise it takes the MD5 of a file three times as it comes and once as it goes, which is half of its work. An upload is held against
# the SHA-256 that the worker takes of what it fetched; entity tags are asked for by nobody.
_UNHASHED = ("--etag-hash", "", "--no-checksum", "--ignore-checksum")


def credentials(home: Home) -> tuple[str, str]:
    """The access key and its secret."""
    return "gd-local", secret(home, "s3_secret_key")


def prepare(home: Home) -> None:
    """Make the directories behind the buckets, each with the door that uploads come through.

    A door with a folder in it is never removed. Left to itself, rclone takes a folder away with its last object and makes it for the
    next: of several that come then at once, it loses sight of some and answers 500. No listing of objects shows the folder in it.
    """
    for bucket in BUCKETS:
        (home.state("s3") / bucket / DOOR / "open").mkdir(parents=True, exist_ok=True)


def program(home: Home) -> Program:
    """The server; the key pair comes by its environment, not its command line."""
    access, key = credentials(home)
    where = ("--addr", f"{LOOPBACK}:{home.ports['s3']}", "--config", "/dev/null")
    command = [f"{sysconfig.get_path('scripts')}/rclone", "serve", "s3", *where, *_UNHASHED, str(home.state("s3"))]
    told = {"RCLONE_AUTH_KEY": f'"{access},{key}"', "GOMAXPROCS": "2"}
    return Program("s3", command, ready, ("s3",), environment=told, nice=5, aside=True)


def ready(home: Home) -> bool:
    """Whether the server takes connections."""
    return port_answers(home.ports["s3"])


def make_buckets(home: Home) -> None:
    """One bucket per service that keeps files."""
    make_buckets_at(f"{LOOPBACK}:{home.ports['s3']}", *credentials(home))


def make_buckets_at(address: str, access: str, key: str) -> None:
    """The same at any store, by its `host:port`."""
    client = Minio(address, access, key, secure=False, region=REGION)
    for bucket in BUCKETS:
        if not client.bucket_exists(bucket):
            client.make_bucket(bucket)


def forget(home: Home) -> None:
    """Drop every stored object."""
    shutil.rmtree(home.state("s3"), ignore_errors=True)
