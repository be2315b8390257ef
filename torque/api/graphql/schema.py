"""The schema of the model editor, put together; its printed form is `schema.graphql`, by test."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import strawberry
from graphql import ASTValidationRule, GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    DisableIntrospection,
    MaxTokensLimiter,
    ParserCache,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from torque.api.graphql.limits import limit_rule
from torque.api.graphql.mutation import Mutation
from torque.api.graphql.query import Query
from torque.api.graphql.scalars import SCALARS
from torque.api.graphql.subscription import Subscription
from torque.config import GraphqlSettings

_CACHED_DOCUMENTS = 256
_MAX_TOKENS = 4000


class _Schema(strawberry.Schema):
    """A schema whose errors are reported where they are answered, not logged on the way."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run a query or mutation; a subscription has no single answer, and is refused like a mutation by GET."""
        allowed = set(OperationType) if allowed_operation_types is None else set(allowed_operation_types)
        allowed.discard(OperationType.SUBSCRIPTION)
        return await super().execute(
            query, variable_values, context_value, root_value, operation_name, allowed, operation_extensions
        )

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Leave reporting to the view."""


class _Documents(ParserCache):
    """Parsed documents; one that cannot be parsed is left to the schema, which answers what is wrong with it.

    Raised from here, where a stream is asked for, the error would break the stream off without a word.
    """

    def on_parse(self) -> Iterator[None]:
        """Look a document up, or parse it."""
        context = self.execution_context
        with suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


def build_schema(settings: GraphqlSettings | None = None) -> strawberry.Schema:
    """Return the schema with the limits of the configuration."""
    settings = settings or GraphqlSettings()
    rules: list[type[ASTValidationRule]] = [limit_rule(settings.max_query_depth, settings.max_query_complexity)]
    extensions = [
        lambda: MaxTokensLimiter(max_token_count=_MAX_TOKENS),
        lambda: AddValidationRules(rules),
        lambda: _Documents(maxsize=_CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=_CACHED_DOCUMENTS),
    ]
    if not settings.enable_introspection:
        extensions.insert(0, DisableIntrospection)
    return _Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=extensions,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not settings.enable_introspection),
    )
