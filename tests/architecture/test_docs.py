"""What exists is documented: settings, errors, methods, workflow nodes, commands, tools; and links lead somewhere."""

import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.architecture.coverage_marks import covered
from torque.api.jsonrpc.table import METHODS
from torque.config.settings import Config
from torque.errors import catalogue
from torque.model.checks.props import prop_schemas
from torque.model.definition.base import Part
from torque.model.definition.model import Model
from torque.model.verify import verify
from torque.server.board import Board
from torque.server.metrics import exposition
from torque.xflow.plan import NODE_TYPES

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def settings() -> list[str]:
    found = []
    for section in msgspec.structs.fields(Config):
        default = section.default
        if isinstance(default, msgspec.Struct):
            found += [f"{section.name}.{key.name}" for key in msgspec.structs.fields(type(default))]
    return found


def missing(names: list[str], document: str) -> list[str]:
    text = (REFERENCE / document).read_text(encoding="utf-8")
    return [name for name in names if f"`{name}`" not in text]


def test_every_setting_is_documented() -> None:
    assert missing(settings(), "configuration.md") == []


def test_every_documented_setting_exists() -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    sections = {key.split(".")[0] for key in settings()}
    named = {key for key in re.findall(r"`([a-z]+\.[a-z_]+)`", text) if key.split(".")[0] in sections}
    assert sorted(named - set(settings())) == []


def test_every_setting_has_a_test_of_its_effect() -> None:
    assert sorted(set(settings()) - covered("config")) == []


def test_every_error_is_documented_with_its_numbers() -> None:
    text = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    rows = {f"| `{code}` | {cls.rpc_code} | {cls.http_status} |" for code, cls in catalogue().items()}
    assert [row for row in sorted(rows) if row not in text] == []


def test_every_method_is_documented() -> None:
    assert missing([method.name for method in METHODS], "json-rpc.md") == []


def test_every_kind_of_node_is_documented() -> None:
    assert missing(sorted(NODE_TYPES), "workflows.md") == []


def test_every_metric_is_documented() -> None:
    text = exposition(Board(None, workers=1), (0, 0)).decode()
    named = set(re.findall(r"^# TYPE (\w+) \w+", text, flags=re.M)) - {"torque_request_seconds_created"}
    told = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
    assert sorted(name for name in named if f"`{name}`" not in told) == []


def documents() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [ROOT / name for name in names]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.S)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


def parts(base: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    return [found for child in base.__subclasses__() for found in (child, *parts(child))]


def test_every_member_of_a_model_is_documented() -> None:
    # Workflows have a page of their own.
    described = [part for part in parts(Part) if part.__module__.startswith("torque.model.definition")]
    members = {
        f"{part.__name__}.{field.encode_name}": field.encode_name
        for part in described
        if not part.__module__.endswith(".xflow")
        for field in msgspec.structs.fields(part)
    }
    text = re.sub(r"```.*?```", "", (REFERENCE / "model.md").read_text(encoding="utf-8"), flags=re.S)
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", text))))
    assert sorted(about for about, member in members.items() if member not in told) == []


def test_the_first_example_of_a_model_has_nothing_wrong_with_it() -> None:
    example = re.search(r"```json\n(.*?)```", (REFERENCE / "model.md").read_text(encoding="utf-8"), flags=re.S)
    assert example is not None
    assert verify(msgspec.json.decode(example[1], type=Model)) == []


def test_every_type_action_and_component_of_a_model_is_documented() -> None:
    tags = [str(part.__struct_config__.tag) for part in parts(Part) if part.__struct_config__.tag]
    assert missing([*tags, *prop_schemas()], "model.md") == []
