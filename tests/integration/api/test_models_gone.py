"""What a worker keeps of models that were changed: nothing that grows with every change."""

import gc
from typing import Any

from tests.integration.api.plain import ADMIN, APP, client_of, serving
from torque import codec
from torque.config import Config
from torque.model.compiled import CompiledModel

_CHANGES = 12
_ALIVE = 5
"""The newest model, and some before it that requests or a cache may hold for a moment."""


def field(name: str) -> dict[str, Any]:
    return {"id": f"plain_{name}", "name": name, "field_type": {"type": "String"}}


MODEL: dict[str, Any] = {
    "format": "torque/1",
    "name": APP,
    "entities": [{"id": "plain", "name": "plain", "fields": [field("text")]}],
}


def alive(model_id: str) -> int:
    """Return how many compiled revisions of a model there are in memory."""
    gc.collect()
    return sum(isinstance(one, CompiledModel) and one.model_id == model_id for one in gc.get_objects())


async def test_models_of_before_are_forgotten_whatever_was_asked_of_them(config: Config) -> None:
    async with serving(config, MODEL) as platform:
        client = await client_of(platform, "admin")
        app = await platform.catalog.get(APP)
        model_id = app.model.model_id
        for number in range(_CHANGES):
            made = (await client.ordinary("createEntity", entityType="plain", data={"text": "x"}))["result"]
            for method, params in (
                ("loadEntityData", {"entityType": "plain", "filters": {"text": "x"}}),
                ("getEntity", {"entityId": made["id"], "expand": []}),
                ("getEntityRelationships", {"entityId": made["id"]}),
                ("updateEntity", {"entityId": made["id"], "data": {"text": "y"}}),
                ("getModelMetadata", {}),
            ):
                await client.ordinary(method, **params)
            for method, params in (
                ("createEntity", {"entityType": "plain", "data": {"text": "x"}}),
                ("updateEntity", {"entityId": made["id"], "data": {"text": "z"}}),
                ("deleteEntity", {"entityId": made["id"]}),
            ):
                if (told := client.miss(method, **params)) is not None:
                    await told.body()
            fields = [field("text"), *(field(f"n{n}") for n in range(number))]
            changed = {**MODEL, "entities": [{**MODEL["entities"][0], "fields": fields}]}
            await platform.models.import_document(ADMIN, codec.dumps(changed), mode="replace")
        assert alive(model_id) <= _ALIVE
