"""Versions over HTTP: the ETag of a record is the version of its stream, and If-Match brings it back.

If-Match compares strongly (RFC 9110, §13.1.1): two tags are the same when they are character for character, and a weak one is the
same as none. All tags made here are strong and without leading zeros, so a tag in another form is none of ours: it is refused as
unreadable, which names the mistake, where 412 would blame the record. So is a list: one edit is made on one version.

What a route depends on is `async` though it waits for nothing: the framework sends everything else through a thread.
"""

import re

from fastapi import Request

from shared.http.problem import IfMatchUnreadable, VersionRequired

_TAG = re.compile(r'"(0|[1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """`"12"`."""
    return f'"{version}"'


async def if_match(request: Request) -> int | None:
    """The version the caller has seen; None when it does not say, or says `*`. Raises IfMatchUnreadable."""
    value = ", ".join(request.headers.getlist("if-match")).strip()
    if value in {"", "*"}:
        return None
    found = _TAG.fullmatch(value)
    if found is None:
        raise IfMatchUnreadable
    return int(found.group(1))


async def required_if_match(request: Request) -> int:
    """The version an edit was made on; raises VersionRequired (428) without one."""
    version = await if_match(request)
    if version is None:
        raise VersionRequired
    return version
