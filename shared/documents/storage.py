"""One S3 bucket, through the minio SDK in threads; addresses for browsers are signed for the public host."""

import asyncio
import hashlib
import unicodedata
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from minio import Minio
from minio.commonconfig import CopySource
from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.signer import sign_v4_s3
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from shared.aside import stepped_aside
from shared.eventsourcing.refusal import Unavailable

SUFFIXES = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
UPLOAD_LIVES = timedelta(minutes=15)
DOWNLOAD_LIVES = timedelta(minutes=5)
_BLOCK = 256 * 1024
_STORED = 200
_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


class StorageAway(Unavailable):
    """The file store does not answer."""

    sentence = "O armazenamento de arquivos está indisponível. Tente novamente em instantes."


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an object."""

    name: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written to a file: how much, and the SHA-256 of it."""

    size: int
    sha256: str


def _pool() -> PoolManager:
    retries = Retry(total=2, backoff_factor=0.1, status_forcelist=[502, 503, 504])
    return PoolManager(timeout=Timeout(connect=3, read=30), maxsize=8, retries=retries, blocksize=_BLOCK)


def _client(url: str, access_key: str, secret_key: str, region: str, pool: PoolManager) -> Minio:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return Minio(parts.netloc, access_key=access_key, secret_key=secret_key, secure=secure, region=region, http_client=pool)


class Storage:
    """The bucket of one service."""

    def __init__(self, url: str, public_url: str, access_key: str, secret_key: str, bucket: str, region: str = "us-east-1") -> None:
        self.bucket = bucket
        self._url = url.rstrip("/")
        self._region = region
        self._credentials = Credentials(access_key, secret_key)
        self._pool = _pool()
        self._client = _client(url, access_key, secret_key, region, self._pool)
        self._public = _client(public_url, access_key, secret_key, region, _pool())

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        """Store bytes under a name."""
        await self._do(self._client.put_object, self.bucket, name, BytesIO(content), len(content), media_type)

    async def put_file(self, name: str, path: Path, media_type: str, sha256: str) -> None:
        """Store a file whose SHA-256 is known, under a name."""
        await self._do(self._put_file, name, path, media_type, sha256)

    async def get(self, name: str) -> bytes | None:
        """The bytes under a name; None when there are none."""
        return await self._do(self._read, name)

    async def fetch(self, name: str, path: Path, limit: int) -> Fetched | None:
        """Write the object to a file, little more than `limit` bytes of it; answers what was written, None when it is not there."""
        return await self._do(self._fetch, name, path, limit)

    async def find(self, name: str) -> Stored | None:
        """What is under a name."""
        return await self._do(self._stat, name)

    async def copy(self, source: str, target: str) -> None:
        """Copy within the bucket."""
        await self._do(self._client.copy_object, self.bucket, target, CopySource(self.bucket, source))

    async def delete(self, name: str) -> None:
        """Delete an object; already gone is fine."""
        await self._do(self._client.remove_object, self.bucket, name)

    async def delete_all(self, prefix: str) -> int:
        """Delete everything under a prefix: what erasure does to the objects of a stream."""
        count = 0
        async for stored in self.under(prefix):
            await self.delete(stored.name)
            count += 1
        return count

    async def under(self, prefix: str) -> AsyncIterator[Stored]:
        """Every object under a prefix."""
        for stored in await self._do(self._list, prefix):
            yield stored

    def upload_url(self, name: str) -> str:
        """An address that takes one PUT, for the public host. Signing needs no connection."""
        return str(self._public.presigned_put_object(self.bucket, name, UPLOAD_LIVES))

    def download_url(self, name: str, file_name: str, media_type: str) -> str:
        """An address that gives the object as a download named `file_name`."""
        answer: dict[str, str | list[str] | tuple[str]] = {
            "response-content-type": media_type,
            "response-content-disposition": disposition(file_name, media_type),
        }
        return str(self._public.presigned_get_object(self.bucket, name, DOWNLOAD_LIVES, answer))

    async def _do[T](self, call: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - the SDK's own
        try:
            return await asyncio.to_thread(call, *arguments)
        except (HTTPError, S3Error, ServerError, InvalidResponseError, OSError) as error:
            raise StorageAway from error

    def _read(self, name: str) -> bytes | None:
        try:
            answer = self._client.get_object(self.bucket, name)
        except (S3Error, InvalidResponseError) as error:
            if _is_missing(error):
                return None
            raise
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    def _put_file(self, name: str, path: Path, media_type: str, sha256: str) -> None:
        """One request, signed for the digest that is known and sent as it is read; the SDK would read parts into memory and hash each."""
        url = urlsplit(f"{self._url}/{self.bucket}/{quote(name)}")
        now = datetime.now(UTC)
        headers: dict[str, str | list[str] | tuple[str]] = {
            "Host": url.netloc,
            "Content-Type": media_type,
            "Content-Length": str(path.stat().st_size),
            "x-amz-content-sha256": sha256,
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=self._region,
            headers=headers,
            credentials=self._credentials,
            content_sha256=sha256,
            date=now,
        )
        with path.open("rb") as file, stepped_aside():
            answer = self._pool.request("PUT", url.geturl(), body=file, headers={key: str(value) for key, value in signed.items()})
        if answer.status != _STORED:
            message = f"the file store answered {answer.status}"
            raise StorageAway(message)

    def _fetch(self, name: str, path: Path, limit: int) -> Fetched | None:
        try:
            answer = self._client.get_object(self.bucket, name)
        except (S3Error, InvalidResponseError) as error:
            if _is_missing(error):
                return None
            raise
        try:
            size, digest = 0, hashlib.sha256()
            with path.open("wb") as file, stepped_aside():
                for part in answer.stream(_BLOCK):
                    size += len(part)
                    digest.update(part)
                    file.write(part)
                    if size > limit:
                        break
            return Fetched(size, digest.hexdigest())
        finally:
            answer.close()
            answer.release_conn()

    def _stat(self, name: str) -> Stored | None:
        try:
            found = self._client.stat_object(self.bucket, name)
        except (S3Error, InvalidResponseError) as error:
            if _is_missing(error):
                return None
            raise
        return _stored(name, found.size, found.last_modified)

    def _list(self, prefix: str) -> list[Stored]:
        found = self._client.list_objects(self.bucket, prefix, recursive=True)
        return [_stored(item.object_name or "", item.size, item.last_modified) for item in found]


def disposition(file_name: str, media_type: str) -> str:
    """The Content-Disposition of a download (RFC 6266): no path, no tricks, the suffix of what it is; once in ASCII, once whole."""
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in file_name)[:80].strip(". ") or "documento"
    suffixes = SUFFIXES.get(media_type, ())
    if suffixes and not safe.lower().endswith(suffixes):
        safe += suffixes[0]
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _is_missing(error: S3Error | InvalidResponseError) -> bool:
    """Nothing under that name; some stores say so in a content type that the SDK does not read."""
    if isinstance(error, S3Error):
        return error.code in _MISSING
    return any(f"<Code>{code}</Code>" in str(error) for code in _MISSING)


def _stored(name: str, size: int | None, modified_at: datetime | None) -> Stored:
    if modified_at is None:
        message = "the file store told no time"
        raise StorageAway(message)
    return Stored(name, size or 0, modified_at)
