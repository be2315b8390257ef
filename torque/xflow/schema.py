"""JSON Schema of a flow's input, output and errors, compiled once."""

from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable


class Schema:
    """One JSON Schema. References to other documents are never fetched.

    Parameters
    ----------
    document
        The schema as it stands in the workflow.
    """

    def __init__(self, document: Any) -> None:
        self.problem: str | None = None
        kind = jsonschema.Draft202012Validator
        try:
            kind.check_schema(document)
        except jsonschema.SchemaError as error:
            self.problem = error.message
        # What is no schema refuses nothing: it keeps the workflow from running anyway.
        self._validator = kind(True if self.problem else document, registry=Registry())

    def errors(self, value: Any) -> list[dict[str, str]]:
        """Return everything in which a value does not fit, as validation errors; empty when it fits."""
        try:
            found = sorted(self._validator.iter_errors(value), key=lambda error: error.json_path)
        except (Unresolvable, RecursionError) as odd:
            return [_error("", "Schema", f"The schema cannot be applied: {odd or type(odd).__name__}.")]
        return [
            _error("".join(f"/{part}" for part in error.absolute_path), str(error.validator), error.message)
            for error in found
        ]


def _error(path: str, rule: str, message: str) -> dict[str, str]:
    return {"path": path, "rule": rule, "message": message, "severity": "Error"}
