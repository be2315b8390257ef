"""What the verbs of models answer."""

from typing import Any

import msgspec

from torque.model.diff import Difference
from torque.model.report import Note
from torque.model.verify import Finding


class ModelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A model without its document, for lists."""

    id: str
    name: str
    display_name: str
    description: str
    version: str
    revision: int
    entity_count: int
    page_count: int
    form_count: int
    xflow_count: int
    created_at: str
    updated_at: str


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A stored model; `document` is its JSON."""

    id: str
    name: str
    display_name: str
    description: str
    version: str
    revision: int
    document: bytes
    created_at: str
    updated_at: str


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A saved change set: who, when, why, and the changes as they were sent."""

    revision: int
    author: str
    message: str
    created_at: str
    changes: list[Any]


class ChangeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What changes did, or would do when it was a dry run; `before` is the document they were made on."""

    revision: int
    model: ModelRecord
    before: bytes
    findings_before: list[Finding]
    findings_after: list[Finding]
    diff: list[Difference]


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an import made, or would make when it was a dry run.

    Parameters
    ----------
    report
        What was repaired, and for a merge where both sides differed.
    findings
        What is wrong with the model afterwards.
    change
        What it did to the model that was there; None for a new one.
    """

    model: ModelRecord
    revision: int
    report: list[Note]
    findings: list[Finding]
    change: ChangeResult | None = None
