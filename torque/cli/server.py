"""`torque server`: run the supervisor with its workers and database."""

import click

from torque.cli.invocation import Invocation
from torque.cli.project import load_config
from torque.cli.root import Command
from torque.server.supervisor import serve


@click.command(
    cls=Command,
    examples=[
        ("torque server", "http://127.0.0.1:8080 on the embedded database"),
        ("torque server --bind 0.0.0.0:8080 --workers 4", "what a container runs"),
        ("torque server --database-url postgresql://torque@db/torque", "on a PostgreSQL server"),
    ],
)
@click.option("--bind", metavar="HOST:PORT", help="Address to listen on. Default: 127.0.0.1:8080.")
@click.option("--graphql-path", metavar="PATH", help="Path of GraphQL. Default: /graphql.")
@click.option("--jsonrpc-path", metavar="PATH", help="Path of JSON-RPC. Default: /jsonrpc.")
@click.option("--mcp-path", metavar="PATH", help="Path of the Model Context Protocol. Default: /mcp.")
@click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes; 0 = one per core.")
@click.option("--hot-reload", is_flag=True, help="Restart the workers when the code changes, for development.")
@click.option("--samples", is_flag=True, help="Load the sample applications into a database without any model.")
@click.pass_obj
def server(
    state: Invocation,
    bind: str | None,
    graphql_path: str | None,
    jsonrpc_path: str | None,
    mcp_path: str | None,
    workers: int | None,
    hot_reload: bool,
    samples: bool,
) -> int:
    """Run Torque: HTTP server, workers and, without a configured database, its own PostgreSQL."""
    given = {
        "server.bind": bind,
        "server.graphql_path": graphql_path,
        "server.jsonrpc_path": jsonrpc_path,
        "server.mcp_path": mcp_path,
        "server.workers": workers,
        "frontend.enable_hot_reload": hot_reload or None,
    }
    config = load_config(state, given)
    return serve(config, samples=samples)
