"""`torque token`: credentials for scripts and agents, and sign-in links for people."""

import re
from datetime import UTC, datetime, timedelta

import click

from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import LOCAL, as_row, at_work, sign_in_url
from torque.platform import Platform

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_expiry(text: str) -> float:
    """Return the Unix time that `30d`, `12h`, `15m` from now or an ISO date means."""
    relative = re.fullmatch(r"(\d+)([mhd])", text)
    if relative:
        return (datetime.now(UTC) + timedelta(**{_UNITS[relative[2]]: int(relative[1])})).timestamp()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is neither like 30d, 12h or 15m nor a date like 2027-01-31.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@click.group(cls=Group)
def token() -> None:
    """Create, list and revoke tokens; make sign-in links."""


@token.command(
    examples=[
        ("torque token create ci --role admin", "a token that may do everything, without end"),
        ("torque token create shop --application todo --expires 30d --json", "for one application, for a script"),
    ],
)
@click.argument("name")
@click.option("--role", default="admin", show_default=True, metavar="ROLE", help="Role the token acts in.")
@click.option("--application", metavar="NAME", help="The only application it may touch: name or id.")
@click.option("--expires", metavar="WHEN", help="30d, 12h, 15m from now or a date. Default: never.")
@click.pass_obj
def create(state: Invocation, name: str, role: str, application: str | None, expires: str | None) -> None:
    """Create a token. Its secret is shown once, now."""
    until = parse_expiry(expires) if expires else None

    async def work(platform: Platform) -> None:
        made, secret = await platform.access.create_token(LOCAL, name, role, application, until)
        state.output.message("Keep the token now: it is stored as a hash and never shown again.")
        state.output.result({"id": made.id, "name": made.name, "role": made.role, "token": secret}, secret)

    at_work(state, work)


@token.command("list", examples=[("torque token list", "every token, without its secret")])
@click.pass_obj
def list_(state: Invocation) -> None:
    """List the tokens."""

    async def work(platform: Platform) -> None:
        rows = [as_row(found) for found in await platform.access.list_tokens(LOCAL)]
        columns = ["id", "name", "role", "application_id", "created_at", "expires_at", "revoked_at"]
        state.output.table(rows, columns, "There are no tokens. Make one with: torque token create NAME")

    at_work(state, work)


@token.command(examples=[("torque token revoke ci", "asks; by name or id, open streams of the token end")])
@click.argument("ref", metavar="NAME|ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def revoke(state: Invocation, ref: str, yes: bool) -> None:
    """Revoke a token at once."""
    state.confirm(f"Revoke the token {ref}? Whoever uses it is refused from now on.", yes)

    async def work(platform: Platform) -> None:
        await platform.access.revoke_token(LOCAL, ref)
        state.output.result({"revoked": ref}, f"Revoked {ref}.")

    at_work(state, work)


@token.command(examples=[("torque token link", "open the printed address within 10 minutes")])
@click.pass_obj
def link(state: Invocation) -> None:
    """Make a new one-time sign-in link for the editor."""

    async def work(platform: Platform) -> None:
        secret = await platform.access.create_link(LOCAL)
        url = await sign_in_url(platform, secret)
        state.output.message("The link works once, within 10 minutes.")
        state.output.result({"url": url}, url)

    at_work(state, work)
