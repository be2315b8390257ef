"""The verbs of attachments: upload for a field, download from a record; records decide who may."""

import asyncio
import hashlib
import time
import unicodedata
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

from torque import codec
from torque.access.service import AccessService
from torque.application.types import RunningApplication
from torque.config.settings import FilesSettings
from torque.db.pool import Database
from torque.entity import values
from torque.entity.hooks import Hooks
from torque.entity.service import EntityService
from torque.entity.write import checks
from torque.errors import InvalidParams, NotFound, PayloadTooLarge, Unavailable
from torque.files.attaching import Attaching, Q
from torque.files.sniff import fits, media_type
from torque.files.store import BlobStore, Span
from torque.files.sweeping import Sweeper
from torque.files.types import COPY_TYPE, ORIGINAL, PICTURES, Download, FileValue, Held, Resize, StoredFile
from torque.model.compile import CompiledField
from torque.model.definition.field_type import file_type
from torque.observe import Observer
from torque.types import Caller, new_id

_LONGEST_NAME = 255
_NO_SIGNS = frozenset("/\\\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What parts a path, and what turns the order of the signs around it: a program would look like an image."""

_EARLY = 0.25
"""Part of the time that an unused file stays, after which an upload says that it is still coming."""

_GONE = "There is no such file, or you may not see it."


class FileService:
    """Files that Binary fields hold.

    Parameters
    ----------
    entities
        A file is there for whoever may see the record and the field that hold it.
    hooks
        Where records learn which files they may hold.
    """

    def __init__(
        self, db: Database, access: AccessService, entities: EntityService, hooks: Hooks, store: BlobStore,
        settings: FilesSettings, observer: Observer,
    ) -> None:  # fmt: skip
        self._db = db
        self._access = access
        self._entities = entities
        self._store = store
        self._settings = settings
        self._attaching = Attaching(db, hooks)
        self._drawing = asyncio.Semaphore(1)
        self.sweeper = Sweeper(db, store, observer, settings.keep_unused)

    def require_upload(
        self, caller: Caller, app: RunningApplication, entity_type: str, field_name: str
    ) -> tuple[CompiledField, int]:
        """Return a field that the caller may fill with a file, and the most bytes it takes.

        Raises
        ------
        NotFound, Forbidden, Unauthenticated
            As for a record of the entity.
        InvalidParams
            When the field holds no files.
        """
        granted = self._access.enter(caller, app).entity(entity_type)
        entity = app.model.entities.get(entity_type)
        if entity is None or not granted.any:
            raise NotFound(f"There is no entity '{entity_type[:80]}', or you may not see it.")
        checks.require(granted.create or granted.update, caller, "create or update", entity)
        field = entity.fields.get(field_name)
        if field is None or field_name in granted.hidden:
            raise NotFound(f"'{entity_type}' has no field '{field_name[:80]}'.")
        kind = file_type(field.definition.field_type)
        if kind is None:
            raise InvalidParams(f"'{field_name}' holds no files.", field=field_name)
        if field.read_only or field_name in granted.read_only:
            raise InvalidParams(f"You may not change '{field_name}'.", field=field_name)
        return field, min(self._settings.max_size, kind.max_size or self._settings.max_size)

    async def upload(
        self, caller: Caller, app: RunningApplication, entity_type: str, field_name: str, name: str,
        parts: AsyncIterator[bytes],
    ) -> FileValue:  # fmt: skip
        """Keep a file for a field; it stays for as long as unused files are kept, or a record holds it.

        Parameters
        ----------
        name
            What people call it; no path.
        parts
            Its content. Memory does not grow with it.

        Raises
        ------
        PayloadTooLarge
            As soon as it is larger than server or model allow.
        InvalidParams
            When the name is none, or the content is of a type that the model does not take.
        """
        field, limit = self.require_upload(caller, app, entity_type, field_name)
        checked, file_id = checked_name(name), new_id()
        key = app.model.entities[entity_type].key
        await self._db.execute(Q.begin, app.id, file_id, key, field.key, checked, caller.id)
        try:
            return await self._keep(app.id, file_id, field, checked, limit, parts)
        except BaseException:
            await asyncio.shield(self._forget(app.id, file_id))
            raise

    async def find(
        self, caller: Caller, app: RunningApplication, entity_type: str, record_id: str, file_id: str,
        wanted: Resize | None = None,
    ) -> Download:  # fmt: skip
        """Return what a caller may have of a record's file.

        Raises
        ------
        NotFound
            When record, field or file are not there for this caller.
        InvalidParams
            When a smaller copy of something that is no image is wanted.
        """
        answer = await self._entities.get(caller, app, entity_type, record_id)
        record, entity = codec.loads(answer.result), app.model.entities[entity_type]
        held = [value for field in entity.files for value in _values(record.get(field.name))]
        if not values.is_id(file_id) or all(value.get("id") != file_id for value in held):
            raise NotFound(_GONE)
        row = await self._db.fetchrow(Q.find, app.id, file_id)
        if row is None:
            raise NotFound(_GONE)
        file = StoredFile(
            id=row["id"], name=row["name"], type=row["media_type"], size=row["size"], sha256=row["sha256"],
            variants=tuple(row["variants"]),
        )  # fmt: skip
        if wanted is None:
            return Download(file=file, type=file.type, tag=f'"{file.id}"', variant=ORIGINAL, application_id=app.id)
        if file.type not in PICTURES:
            raise InvalidParams("Only PNG, JPEG, GIF and WebP images come in other sizes.", parameter="width")
        await self._draw(app.id, file, wanted)
        tag = f'"{file.id}-{wanted.name}"'
        return Download(file=file, type=COPY_TYPE, tag=tag, variant=wanted.name, application_id=app.id)

    async def open(self, download: Download, span: Span | None = None) -> Held:
        """Return the bytes of a download, or at least the part of them that is wanted."""
        return await self._store.get(download.application_id, download.file.id, download.variant, span)

    async def close(self) -> None:
        """Stop tidying up and give back what the store has open."""
        await self.sweeper.close()
        await self._store.close()

    async def _keep(
        self, application_id: str, file_id: str, field: CompiledField, name: str, limit: int,
        parts: AsyncIterator[bytes],
    ) -> FileValue:  # fmt: skip
        kind = file_type(field.definition.field_type)
        digest, size, path = hashlib.sha256(), 0, self._store.spool() / file_id
        told = time.monotonic()
        try:
            with path.open("xb") as file:
                async for part in parts:
                    if time.monotonic() - told > self._settings.keep_unused * _EARLY:
                        told = time.monotonic()
                        await self._db.execute(Q.alive, application_id, file_id)
                    size += len(part)
                    if size > limit:
                        raise PayloadTooLarge(f"'{field.name}' takes files of at most {limit} bytes.", maxBytes=limit)
                    digest.update(part)
                    file.write(part)
            found = await asyncio.to_thread(media_type, path, name)
            if kind is not None and not fits(found, kind.types):
                raise InvalidParams(
                    f"'{field.name}' takes {', '.join(kind.types)}; this is {found}.", field=field.name, type=found
                )
            await self._store.put(application_id, file_id, ORIGINAL, path, digest.hexdigest())
        except ConnectionError:
            raise  # whoever sent it is gone
        except OSError as error:
            raise Unavailable(f"The file cannot be kept: {error.strerror}.") from error
        finally:
            path.unlink(missing_ok=True)
        if not await self._db.fetch(Q.complete, application_id, file_id, found, size, digest.hexdigest()):
            raise Unavailable("The file came so slowly that it was taken for one that nobody wants. Try again.")
        return FileValue(file_id, name, found, size)

    async def _forget(self, application_id: str, file_id: str) -> None:
        """Take an upload that failed away; if this fails too, the sweeper does it later."""
        try:
            await self._store.remove(application_id, file_id, (ORIGINAL,))
        except Unavailable:
            return
        await self._db.execute(Q.forget, application_id, file_id)

    async def _draw(self, application_id: str, file: StoredFile, wanted: Resize) -> None:
        """Make a smaller copy, once; one at a time, because a decoded image is large."""
        if wanted.name in file.variants:
            return
        async with self._drawing:
            row = await self._db.fetchrow(Q.find, application_id, file.id)
            if row is None or wanted.name in row["variants"]:
                return
            held = await self._store.get(application_id, file.id, ORIGINAL)
            path = self._store.spool() / new_id()
            try:
                digest = await asyncio.to_thread(_make, Path(held.path), path, wanted, self._settings.max_image_pixels)
                await self._store.put(application_id, file.id, wanted.name, path, digest)
            finally:
                path.unlink(missing_ok=True)
                if held.file is not None:
                    held.file.close()
            await self._db.execute(Q.add_variant, application_id, file.id, wanted.name)


def _make(source: Path, target: Path, wanted: Resize, max_pixels: int) -> str:
    """Write a smaller copy; return its SHA-256."""
    import_module("torque.files.images").make_copy(source, target, wanted, max_pixels)  # loads Pillow when it is needed
    return hashlib.sha256(target.read_bytes()).hexdigest()


def checked_name(name: str) -> str:
    """Return the name of a file.

    Raises
    ------
    InvalidParams
        When it is a path, empty, too long, or holds what no name holds.
    """
    name = unicodedata.normalize("NFC", name).strip()
    wrong = any(unicodedata.category(sign) in ("Cc", "Cs") or sign in _NO_SIGNS for sign in name)
    if wrong or name in ("", ".", "..") or len(name) > _LONGEST_NAME:
        raise InvalidParams(
            f"'name' is the name of a file: 1 to {_LONGEST_NAME} characters, no path, no control characters.",
            parameter="name",
        )
    return name


def _values(value: object) -> list[dict[str, object]]:
    found = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, dict)]
