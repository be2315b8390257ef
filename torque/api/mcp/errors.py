"""Failures as an agent can act on them: what is, and what to do next."""

import mcp_types as types

from torque import codec
from torque.errors import TorqueError

ADVICE = {
    "UNAUTHENTICATED": "Connect with 'Authorization: Bearer tq_...'; `torque token create` makes a token.",
    "FORBIDDEN": "Use a token whose role may do this; get_schema shows what the present one may do.",
    "NOT_FOUND": "Look it up first: list_models names models and applications, get_schema entity types, "
    "query_entities finds records.",
    "INVALID_PARAMS": "Correct the arguments; get_schema names the entity types, fields and workflows.",
    "CONFLICT": "Read it again, then repeat the change with its present version as ifVersion.",
    "VALIDATION_FAILED": "Correct every field listed and call again; get_schema shows the rules.",
    "HOOK_REJECTED": "A rule of the application refuses this; change the data as the message says.",
    "XFLOW_FAILED": "Look at the error of the failing node; correct the input or the workflow.",
    "TIMEOUT": "Ask for less: a lower limit, a narrower filter.",
    "UNAVAILABLE": "Wait a second and call again.",
    "OVERLOADED": "Wait a second and call again, with fewer calls at once.",
    "RATE_LIMITED": "Wait as long as retryAfterMs says, then call again.",
    "OUTCOME_UNKNOWN": "Call again with the same idempotencyKey: it never writes twice.",
}
"""What to do next, by the code of the error."""


def tool_error(error: TorqueError) -> types.CallToolResult:
    """Return a failure as the result of a tool."""
    lines = [f"{error.code}: {error.message}"]
    if error.details:
        lines.append(codec.dumps(error.details).decode())
    advice = ADVICE.get(error.code)
    if advice:
        lines.append(f"Next: {advice}")
    return types.CallToolResult(content=[types.TextContent(type="text", text="\n".join(lines))], is_error=True)
