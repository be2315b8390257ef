"""Sign-in and sign-out of browsers at ``/api/v1/session``.

A sign-in link carries a secret in its fragment; the page posts it here once and gets a session
cookie that no script can read.
"""

from datetime import UTC, datetime

import msgspec

from torque import codec
from torque.access.tokens import COOKIE, SESSION_SECONDS
from torque.api.common.reply import JSON, Reply, refusal, wrong_method
from torque.errors import InvalidParams, ParseError, TorqueError, Unauthenticated
from torque.platform import Platform

METHODS = ("GET", "POST", "DELETE")


class Redeem(msgspec.Struct, forbid_unknown_fields=True):
    """Body of a sign-in."""

    secret: str


class SessionEndpoint:
    """Handles the session of one browser.

    Parameters
    ----------
    platform
        The services.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def handle(
        self,
        method: str,
        body: bytes,
        authorization: str | None,
        cookie: str | None,
        *,
        secure: bool,
        request_id: str = "",
    ) -> Reply:
        """Answer one request.

        Parameters
        ----------
        secure
            Whether the browser reached us by https; then the cookie only travels so.
        """
        try:
            match method:
                case "POST":
                    return await self._sign_in(body, secure)
                case "GET":
                    return await self._who(authorization, cookie, request_id)
                case "DELETE":
                    return await self._sign_out(cookie, request_id, secure)
                case _:
                    return wrong_method(*METHODS)
        except TorqueError as error:
            return refusal(error)

    async def _sign_in(self, body: bytes, secure: bool) -> Reply:
        try:
            redeem = msgspec.json.decode(body, type=Redeem)
        except msgspec.ValidationError as error:
            raise InvalidParams(f'Send {{"secret": "..."}} as JSON: {error}.') from error
        except msgspec.DecodeError as error:
            raise ParseError(f"Not valid JSON: {error}.") from error
        session = await self._platform.access.redeem_link(redeem.secret)
        return Reply(204, (("set-cookie", _cookie(session.secret, SESSION_SECONDS, secure)),))

    async def _who(self, authorization: str | None, cookie: str | None, request_id: str) -> Reply:
        caller = await self._platform.access.authenticate(authorization, cookie, protocol="rest", request_id=request_id)
        if caller.is_anonymous:
            raise Unauthenticated
        expires = caller.expires_at
        until = datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if expires else None
        return Reply(200, JSON, codec.dumps({"name": caller.name, "roles": caller.roles, "expiresAt": until}))

    async def _sign_out(self, cookie: str | None, request_id: str, secure: bool) -> Reply:
        """End the session; signing out twice is no failure."""
        gone = Reply(204, (("set-cookie", _cookie("", 0, secure)),))
        try:
            caller = await self._platform.access.authenticate(None, cookie, protocol="rest", request_id=request_id)
        except Unauthenticated:
            return gone
        await self._platform.access.sign_out(caller)
        return gone


def _cookie(secret: str, seconds: int, secure: bool) -> str:
    """Return the Set-Cookie value of a session; zero seconds remove it."""
    text = f"{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return f"{text}; Secure" if secure else text
