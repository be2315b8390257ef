"""Files in an S3-compatible object store: four kinds of signed requests, streamed from and to this machine's disk.

A download is fetched to a file without a name before it is sent: the server's own streams would keep in memory what
a slow reader leaves.
"""

import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import httpx2

from torque.config.settings import FilesSettings
from torque.errors import InvalidParams, NotFound, Unavailable
from torque.files.signing import Credentials, encoded, signed
from torque.files.types import Held

_BLOCK = 1 << 20
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_SECONDS = 30.0
_MISSING = 404
_RANGE_PAST_END = 416
_NO_OBJECT = "NoSuchKey"
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,60})</Code>")
_HEAD = 4096
"""Bytes of a refusal that say why."""

_DELETED_AT_ONCE = 16
_BUSY = (429, 500, 502, 503, 504)
"""Answers after which stores want to be asked again."""

_PAUSES = (0.1, 0.5)
"""Seconds before the second and the third time that something is asked."""

_SPOOL = "torque-files-"


class S3Store:
    """Keeps files as objects `{prefix}{application}/{file}/{name}` of one bucket, addressed by path.

    Raises
    ------
    InvalidParams
        When a setting is missing.
    """

    def __init__(self, settings: FilesSettings) -> None:
        for name in ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key"):
            if not getattr(settings, name):
                raise InvalidParams(f"files.store is s3, but files.{name} is not set.")
        self._base = httpx2.URL(settings.s3_endpoint.rstrip("/"))
        self._root = f"{self._base.path.rstrip('/')}/{settings.s3_bucket}/{settings.s3_prefix}"
        self._credentials = Credentials(
            access_key=settings.s3_access_key, secret_key=settings.s3_secret_key, region=settings.s3_region
        )
        self._client = httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False)
        self._spool = Path(tempfile.mkdtemp(prefix=f"{_SPOOL}{os.getpid()}-"))

    def spool(self) -> Path:
        """Return a folder of this process's own."""
        return self._spool

    async def put(self, application_id: str, file_id: str, name: str, source: Path, sha256: str) -> None:
        """Send a file as one object."""
        with source.open("rb") as file:
            headers = {"content-length": str(os.fstat(file.fileno()).st_size)}
            answer = await self._ask("PUT", (application_id, file_id, name), headers, sha256, file)
            await self._require(answer, 200, 201, 204)
            await answer.aclose()

    async def get(self, application_id: str, file_id: str, name: str, span: tuple[int, int] | None = None) -> Held:
        """Fetch an object, or a part of it, to a file without a name."""
        headers = {"range": f"bytes={span[0]}-{span[1] - 1}"} if span is not None else {}
        answer = await self._ask("GET", (application_id, file_id, name), headers, _EMPTY)
        file: BinaryIO = tempfile.TemporaryFile(dir=self._spool)  # noqa: SIM115 - whoever sends it closes it
        try:
            await self._require(answer, 200, 206)
            async for part in answer.aiter_bytes(_BLOCK):
                file.write(part)
            file.flush()
        except httpx2.HTTPError as error:
            file.close()
            raise _lost(error) from error
        except BaseException:
            file.close()
            raise
        finally:
            await answer.aclose()
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        size = int(total) if total.isdecimal() else file.tell()
        return Held(f"/proc/self/fd/{file.fileno()}", size, part=answer.status_code == 206, file=file)

    async def remove(self, application_id: str, file_id: str, names: tuple[str, ...]) -> None:
        """Delete the objects of a file, some at a time."""
        for start in range(0, len(names), _DELETED_AT_ONCE):
            some = (self._delete((application_id, file_id, name)) for name in names[start : start + _DELETED_AT_ONCE])
            for failure in await asyncio.gather(*some, return_exceptions=True):
                if failure is not None:
                    raise failure

    async def _delete(self, key: tuple[str, str, str]) -> None:
        answer = await self._ask("DELETE", key, {}, _EMPTY)
        with suppress(NotFound):  # but that the bucket is gone is no deletion
            await self._require(answer, 200, 202, 204)
        await answer.aclose()

    async def tidy(self, seconds: float) -> None:
        """Remove uploads that were cut off so long ago, and the folders of processes that were killed."""
        await asyncio.to_thread(self._tidy, time.time() - seconds)

    def _tidy(self, before: float) -> None:
        for path in self._spool.iterdir():
            with suppress(FileNotFoundError):  # an upload has just ended
                if path.stat().st_mtime < before:
                    path.unlink()
        for folder in self._spool.parent.glob(f"{_SPOOL}*-*"):
            with suppress(FileNotFoundError):
                if _left_behind(folder) and folder.stat().st_mtime < before:
                    shutil.rmtree(folder, ignore_errors=True)

    async def close(self) -> None:
        """Close the connections and remove the spool."""
        await self._client.aclose()
        for path in self._spool.iterdir():
            path.unlink(missing_ok=True)
        self._spool.rmdir()

    async def _ask(
        self, method: str, key: tuple[str, str, str], headers: dict[str, str], payload: str,
        file: BinaryIO | None = None,
    ) -> httpx2.Response:  # fmt: skip
        """Ask, and ask again when the store is busy or hung up; one that let us wait for long is not asked again."""
        for pause in _PAUSES:
            try:
                answer = await self._send(method, key, headers, payload, file)
                if answer.status_code not in _BUSY:
                    return answer
                await answer.aclose()
            except httpx2.TimeoutException as error:
                raise _lost(error) from error
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(pause)
        try:
            return await self._send(method, key, headers, payload, file)
        except httpx2.HTTPError as error:
            raise _lost(error) from error

    async def _send(
        self, method: str, key: tuple[str, str, str], headers: dict[str, str], payload: str, file: BinaryIO | None
    ) -> httpx2.Response:
        path = encoded(self._root + "/".join(key))
        host = self._base.netloc.decode()
        sent = signed(self._credentials, method, host, path, headers, payload, datetime.now(UTC))
        url = self._base.copy_with(raw_path=path.encode())
        content = _blocks(file) if file is not None else None
        return await self._client.send(
            self._client.build_request(method, url, headers=sent, content=content), stream=True
        )

    async def _require(self, answer: httpx2.Response, *well: int) -> None:
        """Refuse any other answer, with what the store says of it; that there is no such object is no failure of it."""
        if answer.status_code in well:
            return
        try:
            said = _CODE.search((await anext(answer.aiter_bytes(_BLOCK), b""))[:_HEAD])
        except httpx2.HTTPError as error:
            raise _lost(error) from error
        finally:
            await answer.aclose()
        code = said[1].decode() if said is not None else ""
        if answer.status_code == _RANGE_PAST_END or (answer.status_code == _MISSING and code in ("", _NO_OBJECT)):
            raise NotFound("The content of this file is not there any more.")
        raise Unavailable(f"The store of files answered {answer.status_code} {code}".rstrip() + ". Try again.")


async def _blocks(file: BinaryIO) -> AsyncIterator[bytes]:
    file.seek(0)
    while block := await asyncio.to_thread(file.read, _BLOCK):
        yield block


def _left_behind(folder: Path) -> bool:
    """True for the folder of a process of ours that is no more."""
    owner = folder.name.removeprefix(_SPOOL).partition("-")[0]
    return owner.isdecimal() and not Path(f"/proc/{owner}").exists() and folder.stat().st_uid == os.geteuid()


def _lost(error: httpx2.HTTPError) -> Unavailable:
    return Unavailable(f"The store of files cannot be reached: {type(error).__name__}. Try again.")
