"""How findings of a check are shown, and which exit code they mean."""

from collections.abc import Sequence

from torque.cli.invocation import Invocation

FINDINGS = 3


def report_findings(state: Invocation, findings: Sequence[dict[str, object]]) -> int:
    """Show findings; return 3 if one of them is an error, else 0."""
    errors = sum(str(found.get("severity", "error")).lower() == "error" for found in findings)
    lines = [line for found in findings for line in _lines(found)]
    summary = f"{errors} errors, {len(findings) - errors} warnings." if findings else "Nothing found."
    state.output.result({"findings": list(findings), "errors": errors}, "\n".join([*lines, summary]))
    return FINDINGS if errors else 0


def _lines(found: dict[str, object]) -> list[str]:
    """Return one finding as people read it: what and where, what it means, and what mends it."""
    place = found.get("pointer") or found.get("node_id") or ""
    lines = [f"{str(found.get('severity', 'error')).lower():8}{place}  {found.get('message', '')}"]
    if found.get("impact"):
        lines.append(f"{'':8}{found['impact']}")
    if isinstance(fix := found.get("fix"), dict):
        lines.append(f"{'':8}Fix: {fix['name']}")
    return lines
