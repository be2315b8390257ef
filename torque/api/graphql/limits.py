"""How deep and how costly an operation may be: one validation rule, so that its verdict is cached with the document."""

from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

LIST_FACTOR = 5
"""What stands inside a list counts as if the list had this many items."""

_OUT_OF_BOUNDS = 10**9


def limit_rule(max_depth: int, max_complexity: int) -> type[ValidationRule]:
    """Return a rule that refuses operations beyond these limits; every field costs one."""

    class LimitRule(ValidationRule):
        """Measures each operation once, fragments included."""

        def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
            """Measure one operation."""
            measure = _Measure(self.context, max_depth)
            root = self.context.schema.get_root_type(node.operation)
            cost = measure.cost(node.selection_set, root, 1, ())
            if measure.depth > max_depth:
                self.report_error(GraphQLError(f"The operation is deeper than {max_depth} levels.", node))
            elif cost > max_complexity:
                self.report_error(
                    GraphQLError(f"The operation costs {cost}, more than {max_complexity}. Ask for less at once.", node)
                )

    return LimitRule


class _Measure:
    """Walks selections; stops going down beyond the depth allowed, so that nothing grows without bounds."""

    def __init__(self, context: ValidationContext, max_depth: int) -> None:
        self._context = context
        self._max_depth = max_depth
        self.depth = 0

    def cost(
        self, selections: SelectionSetNode, parent: GraphQLObjectType | None, depth: int, inside: tuple[str, ...]
    ) -> int:
        """Return what a selection costs; `inside` are the fragments being measured."""
        if depth > self._max_depth + 1 or len(inside) > self._max_depth:
            self.depth = max(self.depth, depth)
            return 0
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent, depth, inside)
            elif isinstance(node, InlineFragmentNode):
                total += self.cost(node.selection_set, parent, depth, (*inside, ""))
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in inside:
                fragment: FragmentDefinitionNode | None = self._context.get_fragment(node.name.value)
                if fragment is not None:
                    total += self.cost(fragment.selection_set, parent, depth, (*inside, node.name.value))
            if total > _OUT_OF_BOUNDS:
                return total
        return total

    def _field(self, node: FieldNode, parent: GraphQLObjectType | None, depth: int, inside: tuple[str, ...]) -> int:
        self.depth = max(self.depth, depth)
        if node.selection_set is None:
            return 1
        kind: Any = parent.fields[node.name.value].type if parent and node.name.value in parent.fields else None
        factor = 1
        while isinstance(kind, GraphQLList | GraphQLNonNull):
            factor *= LIST_FACTOR if isinstance(kind, GraphQLList) else 1
            kind = kind.of_type
        target = kind if isinstance(kind, GraphQLObjectType) else None
        return 1 + factor * self.cost(node.selection_set, target, depth + 1, inside)
