"""A model in the reader's language: every label, also derived ones, and nothing else."""

import json
from typing import Any

import msgspec

from torque.model.compile import compile_model
from torque.model.compiled import CompiledModel
from torque.model.exchange import read_document

NOW = "2026-01-01T00:00:00.000000Z"
STATES = {"type": "Enum", "values": ["draft", {"value": "sent", "label": "Sent"}]}
SEVERAL = {"type": "Array", "element_type": {"type": "Enum", "values": ["draft"]}}
ENTITY = {
    "id": "e",
    "name": "order_line",
    "fields": [
        {"id": "f1", "name": "net_amount", "field_type": {"type": "Integer"}},
        {"id": "f2", "name": "state", "field_type": STATES},
        {
            "id": "f3",
            "name": "tags",
            "field_type": SEVERAL,
            "ui_config": {"label": "Tags", "help_text": "As many as fit."},
        },
    ],
}
GERMAN = {
    "Order line": "Position",
    "New Order line": "Neue Position",
    "Net amount": "Nettobetrag",
    "draft": "Entwurf",
    "Sent": "Verschickt",
    "Tags": "Schlagwörter",
    "As many as fit.": "So viele, wie passen.",
}


def compiled(locales: dict[str, dict[str, str]], **members: Any) -> CompiledModel:
    document = {"format": "torque/1", "name": "shop", "entities": [ENTITY], "locales": locales, **members}
    return compile_model(read_document(msgspec.json.encode(document))[0], model_id="m", revision=3)


def test_what_is_derived_is_translated_too() -> None:
    german = compiled({"de": GERMAN}).translation("de")
    assert german is not None
    assert german.entity_labels == {"order_line": "Position"}
    assert [item.title for item in german.navigation] == ["Position"]
    page = json.loads(german.pages["order_line_list"].page_bytes("a", NOW))
    button, grid = page["components"]
    assert (page["title"], button["props"]["label"]) == ("Position", "Neue Position")
    amount, state, tags = grid["props"]["columns"]
    assert [amount["title"], state["title"], tags["title"]] == ["Nettobetrag", "State", "Schlagwörter"]
    assert [option["label"] for option in state["options"]] == ["Entwurf", "Verschickt"]
    form = json.loads(german.forms["order_line_form"].result)
    assert form["name"] == "Position"
    assert [field["label"] for field in form["fields"]] == ["Nettobetrag", "State", "Schlagwörter"]
    assert form["fields"][2]["help"] == "So viele, wie passen."
    assert form["fields"][2]["options"] == [{"value": "draft", "label": "Entwurf"}]


def test_a_page_says_its_language_and_the_models_own_words_stay() -> None:
    model = compiled({'de"x': GERMAN})
    german = model.translation('de"x')
    assert german is not None
    assert json.loads(german.pages["order_line_list"].page_bytes("a", NOW))["meta"]["locale"] == 'de"x'
    assert "locale" not in json.loads(model.page("order_line_list").page_bytes("a", NOW))["meta"]
    assert model.page("order_line_list").title == "Order line"


def test_a_region_falls_back_to_its_language_and_an_unknown_one_to_the_model() -> None:
    model = compiled({"de": GERMAN, "pt-BR": {}, "en": {"draft": "rough"}}, config={"ui": {"locale": "en-GB"}})
    named = {wanted: found and found.locale for wanted in LANGUAGES if [found := model.translation(wanted)]}
    assert named == {"de": "de", "DE-at": "de", "pt-br": "pt-BR", "pt": None, "fr": None, "": None, "en-GB": None}


LANGUAGES = ("de", "DE-at", "pt-br", "pt", "fr", "", "en-GB")
