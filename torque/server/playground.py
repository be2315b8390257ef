"""The playground: a page at the very address of GraphQL, for administrators who come with a browser.

It runs nothing by itself: what it asks comes over GraphQL like any other request, with the session of who is signed in.
"""

from torque.access.service import require_admin
from torque.api.common.reply import Reply
from torque.errors import NotFound, Unauthenticated
from torque.platform import Platform
from torque.server.http import HttpProtocol, Scope
from torque.server.static import StaticSite, redirect

BASE = "/playground/"
"""Where its files are; the page itself is not."""

SIGN_IN = "/editor/sign-in"


class Playground:
    """Answers browsers that open the address of GraphQL.

    Parameters
    ----------
    site
        The built page; None when `graphql.enable_playground` is off.
    path
        Where GraphQL is: `server.graphql_path`.
    """

    def __init__(self, platform: Platform, site: StaticSite | None, path: str) -> None:
        self._platform = platform
        self._site = site
        self._path = path

    def wanted(self, scope: Scope) -> bool:
        """True for a browser that opens the address; without a playground an operation in it is run all the same."""
        if scope.method not in ("GET", "HEAD") or "text/html" not in (scope.headers.get("accept") or ""):
            return False
        return self._site is not None or "query=" not in scope.query_string

    async def page(self, scope: Scope, protocol: HttpProtocol, request_id: str) -> Reply | None:
        """Answer the page; whoever is not signed in is sent where that is done.

        Raises
        ------
        NotFound
            When it is switched off.
        Forbidden
            For anybody but administrators.
        """
        if self._site is None:
            raise NotFound("There is no playground on this server: graphql.enable_playground is off.")
        headers = scope.headers
        try:
            caller = await self._platform.access.authenticate(
                headers.get("authorization"), headers.get("cookie"), protocol="graphql", request_id=request_id
            )
            require_admin(caller)
        except Unauthenticated:
            return redirect(SIGN_IN)
        self._site.serve(BASE, scope.method, headers, protocol, (("x-request-id", request_id),))
        return None

    def file(self, scope: Scope, protocol: HttpProtocol, request_id: str) -> Reply | None:
        """Answer a file of the page; every other address below its own leads to the page."""
        if self._site is None:
            raise NotFound("There is nothing at this path.")
        if not scope.path.startswith(f"{BASE}assets/"):
            return redirect(self._path)
        self._site.serve(scope.path, scope.method, scope.headers, protocol, (("x-request-id", request_id),))
        return None
