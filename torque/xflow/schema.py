"""JSON Schema of a flow's input, output and errors, compiled once."""

from typing import Any

import jsonschema
from referencing import Registry


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
        self._validator = kind(document, registry=Registry())

    def errors(self, value: Any) -> list[dict[str, str]]:
        """Return everything in which a value does not fit, as validation errors; empty when it fits."""
        return [
            {
                "path": "".join(f"/{part}" for part in error.absolute_path),
                "rule": str(error.validator),
                "message": error.message,
                "severity": "Error",
            }
            for error in sorted(self._validator.iter_errors(value), key=lambda error: error.json_path)
        ]
