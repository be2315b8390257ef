"""How deep and how costly a document may be: one validation rule, so that its verdict is cached with the document."""

from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    is_introspection_type,
)
from graphql.validation.validate import ValidationAbortedError

LIST_FACTOR = 5
"""What stands inside a list counts as if the list had this many items."""

MAX_ALIASES = 50

_OUT_OF_BOUNDS = 10**9


class _Size(NamedTuple):
    """What a selection comes to."""

    cost: int = 0
    depth: int = 0
    aliases: int = 0


def limit_rule(max_depth: int, max_complexity: int) -> type[ValidationRule]:
    """Return a rule that refuses documents beyond these limits; every field costs one.

    It looks before any other rule does, and ends the validation there: comparing the fields of a large selection with
    each other takes the square of their number.
    """

    class LimitRule(ValidationRule):
        """Measures each operation once, and each fragment once however often it is spread."""

        def enter_document(self, node: DocumentNode, *_args: Any) -> None:
            """Measure a document, fragments that nobody spreads as well."""
            measure = _Measure(self.context)
            for definition in node.definitions:
                if isinstance(definition, OperationDefinitionNode):
                    root = self.context.schema.get_root_type(definition.operation)
                    _judge(definition, measure.of(definition.selection_set, root), max_depth, max_complexity)
                elif isinstance(definition, FragmentDefinitionNode):
                    _judge(definition, measure.of_fragment(definition), max_depth, max_complexity)

    return LimitRule


def _judge(
    node: OperationDefinitionNode | FragmentDefinitionNode, size: _Size, max_depth: int, max_complexity: int
) -> None:
    if size.depth > max_depth:
        problem = f"The operation is deeper than {max_depth} levels."
    elif size.cost > max_complexity:
        problem = f"The operation costs {size.cost}, more than {max_complexity}. Ask for less at once."
    elif size.aliases > MAX_ALIASES:
        problem = f"The operation has {size.aliases} aliases, more than {MAX_ALIASES}."
    else:
        return
    raise ValidationAbortedError(problem, node)


class _Measure:
    """Walks selections, and returns what they come to."""

    def __init__(self, context: ValidationContext) -> None:
        self._context = context
        self._fragments: dict[str, _Size] = {}

    def of(self, selections: SelectionSetNode, parent: GraphQLObjectType | None) -> _Size:
        """Return the size of a selection."""
        cost = depth = aliases = 0
        for node in selections.selections:
            one = self._of_one(node, parent)
            cost, aliases = min(cost + one.cost, _OUT_OF_BOUNDS), min(aliases + one.aliases, _OUT_OF_BOUNDS)
            depth = max(depth, one.depth)
        return _Size(cost, depth, aliases)

    def of_fragment(self, fragment: FragmentDefinitionNode) -> _Size:
        """Return the size of a fragment; in itself, which another rule refuses, it counts nothing.

        Lists of the schema's own description count once, as they do outside of fragments: depth bounds them.
        """
        name = fragment.name.value
        if name not in self._fragments:
            self._fragments[name] = _Size()
            found = self._context.schema.get_type(fragment.type_condition.name.value)
            described = found is not None and is_introspection_type(found)
            parent = found if isinstance(found, GraphQLObjectType) and not described else None
            self._fragments[name] = self.of(fragment.selection_set, parent)
        return self._fragments[name]

    def _of_one(self, node: SelectionNode, parent: GraphQLObjectType | None) -> _Size:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set, parent)
        fragment = self._context.get_fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else None
        return self.of_fragment(fragment) if fragment is not None else _Size()

    def _field(self, node: FieldNode, parent: GraphQLObjectType | None) -> _Size:
        named = int(node.alias is not None)
        if node.selection_set is None:
            return _Size(1, 1, named)
        kind: Any = parent.fields[node.name.value].type if parent and node.name.value in parent.fields else None
        factor = 1
        while isinstance(kind, GraphQLList | GraphQLNonNull):
            factor *= LIST_FACTOR if isinstance(kind, GraphQLList) else 1
            kind = kind.of_type
        inner = self.of(node.selection_set, kind if isinstance(kind, GraphQLObjectType) else None)
        return _Size(1 + factor * inner.cost, 1 + inner.depth, named + inner.aliases)
