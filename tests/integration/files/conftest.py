"""The application whose records hold files, on the shared server."""

from collections.abc import Iterator

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.cli.command import inside
from tests.integration.files.papers import APP, Papers, document
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def papers(server: RunningServer, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Papers]:
    """The application, and an administrator of it; beside it another of the same model."""
    folder, url = tmp_path_factory.mktemp("papers"), str(server.settings["database.url"])
    for name in (APP, "other-papers"):
        (folder / "model.json").write_text(document(name), encoding="utf-8")
        done = inside("model", "import", "--input", "model.json", folder=folder, url=url)
        assert done.code == 0, done.err
    yield Papers(server, token)
    for name in (APP, "other-papers"):
        inside("app", "delete", name, "--yes", folder=folder, url=url)
