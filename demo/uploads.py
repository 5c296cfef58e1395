"""Bringing a file as a browser does: announce it, put the bytes where told, say so, wait for the verdict."""

import asyncio
from hashlib import sha256

from demo.client import Client
from demo.surprise import Surprise


async def upload(
    client: Client, collection_path: str, content: bytes, name: str, media_type: str = "application/pdf", **fields: str
) -> str:
    """Upload and wait until it is clean; answers the document's id. `fields` are `owner_id` and `code`."""
    document, state, code = await upload_and_wait(client, collection_path, content, name, media_type, **fields)
    if state != "ready":
        message = f"{name}: {state} {code}"
        raise Surprise(message)
    return document


async def upload_and_wait(
    client: Client, collection_path: str, content: bytes, name: str, media_type: str = "application/pdf", **fields: str
) -> tuple[str, str, str | None]:
    """Upload and wait for the verdict: the document's id, its state, and the code of a refusal."""
    body = {**fields, "name": name, "size": len(content), "media_type": media_type, "sha256": sha256(content).hexdigest()}
    started = await client.post(collection_path, body)
    for part in started["upload"]["parts"]:
        await client.put_bytes(part["url"], content, part["headers"], method=part["method"])
    location = f"{collection_path}/{started['id']}"
    await client.post(f"{location}/completion", key=None)
    try:
        async with asyncio.timeout(client.patience):
            while True:
                found = await client.get(location)
                if found["state"] != "verifying":
                    refusal = found["refusal"]
                    return str(started["id"]), str(found["state"]), refusal["code"] if refusal else None
                await asyncio.sleep(float(found.headers.get("retry-after", "0.5")) / 2)
    except TimeoutError as late:
        message = f"{name}: still not judged after {client.patience:g} s"
        raise Surprise(message) from late
