"""Native compilation of pages and forms: the same answer as the plain Python one, for any model."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from bench.native.reference import layout as reference_layout
from tests.unit.model.strategies import models
from torque import native
from torque.model.context import LayoutContext
from torque.model.definition.model import Model
from torque.model.derive import derived_forms, derived_pages
from torque.model.exchange import read_document
from torque.samples import NAMES, sample_document


def compare(model: Model) -> None:
    around = LayoutContext(model)
    for page in (*model.pages, *derived_pages(model)):
        source, context = msgspec.json.encode(page), around.for_page(page.components)
        assert closed(native.compile_page(source, context)) == closed(reference_layout.compile_page(source, context))
    for form in (*model.forms, *derived_forms(model)):
        source, context = msgspec.json.encode(form), around.for_form(form.entity_type)
        made, expected = native.compile_form(source, context), reference_layout.compile_form(source, context)
        assert msgspec.json.decode(made) == msgspec.json.decode(expected)


def closed(page: bytes) -> Any:
    return msgspec.json.decode(page + b"}}")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_native_and_plain_compilation_agree_on_any_model(model: Model) -> None:
    compare(model)


@pytest.mark.parametrize("name", NAMES)
def test_native_and_plain_compilation_agree_on_the_samples(name: str) -> None:
    compare(read_document(sample_document(name))[0])
