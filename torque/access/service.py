"""The verbs of access: who is calling, what may they do, and how credentials come and go."""

import time

import msgspec

from torque.access import tokens
from torque.access.rules import Classes
from torque.access.store import AccessStore
from torque.access.types import Admission, Guarded, Rights, Session, Token
from torque.bus import Bus
from torque.db.pool import Database
from torque.db.sharing import Shared
from torque.errors import Forbidden, InvalidParams, NotFound, Unauthenticated
from torque.events import AccessChanged
from torque.native import Generations, Stamp
from torque.types import ADMIN, Caller, new_id

_IDENTITIES = 10_000
_NAME_LENGTH = 200


class _Identity(msgspec.Struct, frozen=True):
    """A caller as the database knew it, for as long as the stamp is current."""

    caller: Caller
    stamp: Stamp


class AccessService:
    """Authenticates callers, compiles their rights, and owns tokens, sessions and sign-in links.

    An identity is looked up once per process and counts until its generation moves: whoever revokes
    a credential moves it before answering, so no process of the run accepts it afterwards.
    """

    def __init__(self, db: Database, generations: Generations, bus: Bus) -> None:
        self._store = AccessStore(db)
        self._generations = generations
        self._bus = bus
        self._identities: dict[bytes, _Identity] = {}
        self._classes = Classes()
        self._looking: Shared[bytes, _Identity] = Shared(self._look_up, self._counts)

    async def authenticate(
        self, authorization: str | None, cookie: str | None, *, protocol: str, request_id: str = ""
    ) -> Caller:
        """Return the caller behind the credentials of a request; without any, the anonymous one.

        Raises
        ------
        Unauthenticated
            When a credential is shown that is unknown, expired or revoked.
        """
        known = self.recognise(authorization, cookie, protocol=protocol, request_id=request_id)
        if isinstance(known, Caller):
            return known
        identity = await self._looking.get(known)
        return msgspec.structs.replace(identity.caller, protocol=protocol, request_id=request_id)

    async def confirm(self, caller: Caller) -> None:
        """Return if what a caller showed before still counts: a stream outlives the look at its credential.

        Raises
        ------
        Unauthenticated
            When it does not.
        """
        if caller.credential is None:
            return
        identity = self._identities.get(caller.credential)
        if identity is None or not self._counts(identity):
            await self._looking.get(caller.credential)

    def recognise(
        self, authorization: str | None, cookie: str | None, *, protocol: str, request_id: str = ""
    ) -> Caller | bytes:
        """Return the caller behind the credentials of a request, or the credential that has to be looked up first.

        Raises
        ------
        Unauthenticated
            When a credential is shown that cannot be one.
        """
        credential = tokens.from_request(authorization, cookie)
        if credential is None:
            return Caller.anonymous(protocol, request_id)
        identity = self._identities.get(credential)
        if identity is None or not self._counts(identity):
            return credential
        caller = identity.caller
        return Caller(
            id=caller.id, name=caller.name, roles=caller.roles, protocol=protocol, request_id=request_id,
            application_id=caller.application_id, credential=credential, expires_at=caller.expires_at,
        )  # fmt: skip

    def rights(self, caller: Caller, app: Guarded) -> Rights:
        """Return what a caller may do in an application; the same object for everybody of the same class."""
        return self._classes.rights(caller, app.id, app.model)

    def enter(self, caller: Caller, app: Guarded) -> Rights:
        """Return the rights of a caller for whom the application exists.

        Raises
        ------
        Unauthenticated
            When signing in could help.
        NotFound
            When the application is not there for this caller.
        """
        rights = self.rights(caller, app)
        if not rights.may_enter:
            if caller.is_anonymous:
                raise Unauthenticated
            raise NotFound("There is no such application, or you may not see it.")
        return rights

    def admission(self, caller: Caller, app: Guarded) -> Admission | None:
        """Return what the native fast path may keep of a caller, or None when something is moving right now.

        It rests on what the identity and the catalogue rest on, and is as old as the older of both.
        """
        credential = caller.credential or b""
        if caller.credential is None and not caller.is_anonymous:
            return None
        identity = self._identities.get(credential) if credential else None
        if credential and identity is None:
            return None
        if identity is not None:
            caller = identity.caller  # the one that its stamp is about
        rights = self.rights(caller, app)
        stamp = app.stamp if identity is None else app.stamp.join(identity.stamp)
        if not self._generations.current(stamp):
            return None
        return Admission(credential, caller, rights, stamp) if rights.may_enter else None

    async def create_token(
        self, caller: Caller, name: str, role: str, application: str | None = None, expires: float | None = None
    ) -> tuple[Token, str]:
        """Make a token and return it with its secret, which is shown only now.

        Parameters
        ----------
        application
            Name or id of the only application it may touch.
        expires
            Unix time in seconds after which it no longer counts.
        """
        require_admin(caller)
        if not name.strip() or len(name) > _NAME_LENGTH or not role.strip():
            raise InvalidParams(f"A token needs a role and a name of at most {_NAME_LENGTH} characters.")
        if expires is not None and expires <= time.time():
            raise InvalidParams("The expiry of a token must lie in the future.")
        application_id = None
        if application is not None:
            application_id = await self._store.find_application(application)
            if application_id is None:
                raise NotFound(f"There is no application {application!r}.")
        secret = tokens.new_secret(tokens.PREFIX)
        token = Token(
            id=new_id(), name=name, role=role, application_id=application_id,
            created_at="", expires_at=None, revoked_at=None, last_used_at=None,
        )  # fmt: skip
        times = await self._store.insert_token(token, tokens.credential(secret), expires)
        return msgspec.structs.replace(token, created_at=times["created_at"], expires_at=times["expires_at"]), secret

    async def list_tokens(self, caller: Caller) -> list[Token]:
        """Return every token, revoked ones included."""
        require_admin(caller)
        return await self._store.list_tokens()

    async def revoke_token(self, caller: Caller, ref: str) -> int:
        """Revoke the token of that id, or all of that name; return how many. They count no longer when this returns."""
        require_admin(caller)
        meant = [self._slot(credential) for credential in await self._store.credentials_of(ref)]
        try:
            credentials = await self._store.revoke_tokens(ref)
        finally:  # also when nobody knows whether it was done, or it was done by an attempt before
            self._generations.bump(meant)
        if not credentials:
            raise NotFound(f"There is no token {ref!r} that could be revoked.")
        await self._forget(credentials)
        return len(credentials)

    async def create_link(self, caller: Caller) -> str:
        """Return the secret of a sign-in link that works once, within ten minutes."""
        require_admin(caller)
        secret = tokens.new_secret()
        await self._store.insert_link(tokens.credential(secret), tokens.LINK_SECONDS)
        return secret

    async def redeem_link(self, secret: str) -> Session:
        """Use up a sign-in link and begin a session.

        Raises
        ------
        Unauthenticated
            When the link was used before or is too old.
        """
        session, name = tokens.new_secret(), "Administrator"
        expires = await self._store.redeem_link(
            tokens.credential(secret), new_id(), tokens.credential(session), name, ADMIN, tokens.SESSION_SECONDS
        )
        if expires is None:
            raise Unauthenticated("This link was used before or is too old. `torque token link` prints another.")
        return Session(secret=session, name=name, role=ADMIN, expires_at=expires)

    async def sign_out(self, caller: Caller) -> None:
        """End the session of the caller; a token is not ended by this."""
        credential = caller.credential
        if credential is None:
            return
        try:
            ended = await self._store.delete_session(credential)
        finally:  # also when nobody knows whether it was done, or it was done by an attempt before
            self._generations.bump([self._slot(credential)])
        if ended or await self._store.find_credential(credential) is None:
            await self._forget((credential,))

    async def _look_up(self, credential: bytes) -> _Identity:
        stamp = self._generations.read([self._slot(credential)])
        row = await self._store.find_credential(credential)
        if row is None:
            self._identities.pop(credential, None)
            raise Unauthenticated("This token or session is unknown, expired or revoked. Sign in again.")
        caller = Caller(
            id=row["id"], name=row["name"], roles=(row["role"],), protocol="", application_id=row["application_id"],
            credential=credential, expires_at=row["expires_at"],
        )  # fmt: skip
        if len(self._identities) >= _IDENTITIES:
            self._identities.clear()
        identity = self._identities[credential] = _Identity(caller, stamp)
        return identity

    def _counts(self, identity: _Identity) -> bool:
        expires = identity.caller.expires_at
        return (expires is None or expires > time.time()) and self._generations.current(identity.stamp)

    def _slot(self, credential: bytes) -> int:
        return self._generations.slot("identity", credential.hex())

    async def _forget(self, credentials: tuple[bytes, ...]) -> None:
        """Make every process of the run ask again, then end the streams of these credentials."""
        self._generations.bump([self._slot(credential) for credential in credentials])
        for credential in credentials:
            self._identities.pop(credential, None)
        await self._bus.emit(AccessChanged(credentials=credentials))


def require_admin(caller: Caller) -> None:
    """Refuse everybody but administrators of the whole server.

    Raises
    ------
    Unauthenticated
        For a caller without credentials.
    Forbidden
        For any other.
    """
    if caller.is_anonymous:
        raise Unauthenticated
    if not caller.is_admin or caller.application_id is not None:
        raise Forbidden("This is for administrators.")
