"""The committed schema is the one that is served."""

from pathlib import Path

import torque.api.graphql
from torque.api.graphql.schema import build_schema

COMMITTED = Path(torque.api.graphql.__file__).with_name("schema.graphql")


def test_the_committed_schema_is_what_the_code_prints() -> None:
    assert build_schema().as_str().strip() == COMMITTED.read_text(encoding="utf-8").strip()
