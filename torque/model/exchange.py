"""Read and write model documents: `torque/1` exactly, older dialects with a report of everything that was repaired."""

from typing import Any

import msgspec

from torque.errors import ValidationFailed
from torque.model.complete import complete
from torque.model.definition.model import FORMAT, Model
from torque.model.diagnose import Problem, diagnose
from torque.model.integrity import broken, unstorable
from torque.model.legacy.dialect import Unreadable, convert_legacy
from torque.model.report import Note, Report, pointer

INDENT = 2


def read_document(data: bytes) -> tuple[Model, list[Note]]:
    """Return the model a document describes, and what had to be repaired to read it.

    Raises
    ------
    ValidationFailed
        With every mistake, each as a JSON pointer into the document and a message.
    """
    try:
        source = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _refusal([_problem(f"This is not JSON: {error}")]) from None
    if not isinstance(source, dict):
        raise _refusal([_problem("A model document is a JSON object.")])
    refuse(list(unstorable(source)))
    report = Report()
    if source.get("format") not in (None, FORMAT):
        raise _refusal([_problem(f"This server reads the format {FORMAT!r}, not {source['format']!r}.", "format")])
    try:
        document = convert_legacy(source, report) or dict(source)
    except Unreadable as odd:
        raise _refusal([Problem(path=odd.path, kind="value", message=str(odd))]) from odd
    complete(document, report)
    if report.kept:
        document["x_legacy"] = {**document.get("x_legacy", {}), **report.kept}
    return to_model(document), report.notes


def to_model(document: dict[str, Any]) -> Model:
    """Return a plain torque/1 document as a model. Raises ValidationFailed with every mistake."""
    try:
        model = msgspec.convert(document, Model)
    except (msgspec.ValidationError, RecursionError) as error:
        problems = diagnose(document, Model)
        raise _refusal(problems or [_problem(str(error))]) from None
    refuse(broken(model))
    return model


def decode_model(document: bytes) -> Model:
    """Return the model of a stored document, which was checked when it was saved."""
    return msgspec.json.decode(document, type=Model)


def encode_model(model: Model) -> bytes:
    """Return the document as it is stored: compact, and the same bytes for the same model."""
    return msgspec.json.encode(model, order="deterministic")


def write_document(model: Model) -> bytes:
    """Return the document as people read it; reading and writing it again gives the same bytes."""
    return msgspec.json.format(encode_model(model), indent=INDENT) + b"\n"


def refuse(problems: list[Problem]) -> None:
    """Raise ValidationFailed when there are problems."""
    if problems:
        raise _refusal(problems)


def _problem(message: str, *path: str) -> Problem:
    return Problem(path=path, kind="value", message=message)


def _refusal(problems: list[Problem]) -> ValidationFailed:
    errors = [
        {"path": pointer(p.path), "rule": "Document", "message": p.message, "severity": "Error"} for p in problems
    ]
    first = errors[0]
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f" at {first['path']}" if first["path"] else ""
    return ValidationFailed(f"The document does not fit {FORMAT}{where}: {first['message']}{more}", errors=errors)
