"""Rights that change under the readers: a role loses and regains a field, tokens come and are revoked."""

import random
import time
from collections.abc import Callable
from typing import Any

from tests.soak.model import CLERK, clerk
from tests.soak.players import PASSING, PATIENCE
from tests.soak.truth import ELSEWHERE_SECONDS, SLACK, Truth
from tests.soak.wire import LOST, JsonObject, Wire, code_of
from tests.support.waiting import eventually

CHANGE = "mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }"
CREATE = "mutation($name: String!, $role: String!) { createToken(name: $name, role: $role) { secret } }"
REVOKE = "mutation($id: ID!) { revokeToken(id: $id) }"


class Registrar:
    """Changes one role and one token at a time, and reads with that token in between.

    Parameters
    ----------
    model_id
        The model whose role changes.
    record
        A customer with an e-mail address that stays.
    """

    def __init__(
        self, wire: Wire, truth: Truth, token: str, *, name: str, model_id: str, record: str,
        chance: random.Random, stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._wire = wire
        self._truth = truth
        self._token = token
        self._name = name
        self._model_id = model_id
        self._record = record
        self._chance = chance
        self._stopped = stopped
        self._secret_since: tuple[bool, float, int] = (False, 0.0, 0)
        self._tokens = 0
        self.changes = 0

    async def run(self) -> None:
        """Change and read until stopped."""
        token = await self._new_token()
        while not self._stopped():
            dice = self._chance.random()
            if dice < 0.03:
                await self._revoke(token)
                token = await self._new_token()
            elif dice < 0.1:
                await self._toggle()
            else:
                await self._read(token)

    async def _insist(self, query: str, **variables: object) -> tuple[int, JsonObject]:
        async def attempt() -> tuple[int, JsonObject] | None:
            server = self._chance.randrange(len(self._wire.ports))
            try:
                answer = await self._wire.graph(server, self._token, query, **variables)
            except LOST:
                return None
            return None if code_of(answer) in PASSING else (server, answer)

        found: tuple[int, JsonObject] | None = await eventually(attempt, PATIENCE, "an answer to a mutation")
        assert found is not None
        self._truth.writes += 1
        self.changes += 1
        return found

    async def _new_token(self) -> str:
        self._tokens += 1
        name = f"{self._name}-{self._tokens}-{self._chance.random()}"
        self._token_name = name
        _, answer = await self._insist(CREATE, name=name, role=CLERK)
        assert not code_of(answer), answer
        return str(answer["data"]["createToken"]["secret"])

    async def _toggle(self) -> None:
        """Hide the e-mail address from clerks, or show it again."""
        secret = not self._secret_since[0]
        change = {"type": "UpdateRole", "target": CLERK, "set": {"entities": clerk(secret=secret)}}
        server, answer = await self._insist(CHANGE, id=self._model_id, changes=[change])
        if "errors" in answer:
            self._truth.unexpected.append(f"change of a role: {answer}")
        self._secret_since = (secret, time.monotonic(), server)

    async def _revoke(self, token: str) -> None:
        """Revoke the token; afterwards nobody may be answered with it."""
        server, answer = await self._insist(REVOKE, id=self._token_name)
        if code_of(answer) not in ("", "NOT_FOUND"):  # not found: an attempt before was not answered
            self._truth.unexpected.append(f"revocation: {answer}")
        revoked = time.monotonic()
        for _ in range(6):
            await self._try_revoked(token, server)
        elsewhere = revoked + ELSEWHERE_SECONDS + SLACK
        await eventually(lambda: time.monotonic() >= elsewhere)
        for other in range(len(self._wire.ports)):
            await self._try_revoked(token, other)

    async def _try_revoked(self, token: str, server: int) -> None:
        answer = await self._ask(server, token)
        if answer is not None and code_of(answer) != "UNAUTHENTICATED":
            self._truth.forbidden(f"a revoked token was answered at server {server}: {answer}")

    async def _read(self, token: str) -> None:
        server, begun = self._chance.randrange(len(self._wire.ports)), time.monotonic()
        secret, since, where = self._secret_since
        known = where == server or begun - since > ELSEWHERE_SECONDS + SLACK
        answer = await self._ask(server, token)
        if answer is None:
            return
        code = code_of(answer)
        if code:
            self._truth.unexpected.append(f"a clerk reads: {answer}")
        elif known and ("email" in answer["result"]) == secret:
            self._truth.forbidden(
                f"a clerk at server {server} sees {answer['result']}, secret={secret} for {begun - since:.3f} s"
            )

    async def _ask(self, server: int, token: str) -> JsonObject | None:
        params: dict[str, Any] = {"entityId": self._record}
        try:
            answer = (await self._wire.calls(server, token, [("getEntity", params)]))[0]
        except LOST:
            self._truth.unanswered += 1
            return None
        self._truth.reads += 1
        if code_of(answer) in PASSING:
            self._truth.unanswered += 1
            return None
        return answer
