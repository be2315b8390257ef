"""What the command line offers: each command's module, its one line of help, and the page that lists them."""

# Plain tuples: importing `typing` alone would cost this page a fifth of an empty Python start.
COMMANDS: dict[str, tuple[str, str]] = {
    "server": ("torque.cli.server:server", "Run Torque: the server with its workers and database."),
    "init": ("torque.cli.init:init", "Create a project folder with a commented torque.toml."),
    "migrate": ("torque.cli.migrate:migrate", "Bring the database schema up, down, or show its state."),
    "model": ("torque.cli.model:model", "List, create, import, export, validate, infer and delete models."),
    "data": ("torque.cli.data:data", "Import, export and generate records; empty an application."),
    "app": ("torque.cli.app:app", "List, create, start, stop and delete applications."),
    "xflow": ("torque.cli.xflow:xflow", "List, run, validate and test workflows."),
    "token": ("torque.cli.token:token", "Create, list and revoke tokens; make sign-in links."),
    "mcp": ("torque.cli.mcp:mcp", "Serve the Model Context Protocol over stdio."),
    "config": ("torque.cli.config:config", "Show every setting with its origin, or check the file."),
    "backup": ("torque.cli.backup:backup", "Write the whole database to a file."),
    "restore": ("torque.cli.backup:restore", "Fill an empty database from a backup."),
    "cache": ("torque.cli.cache:cache", "Tell every server that the database was changed by hand."),
}

GLOBALS: tuple[tuple[str, str], ...] = (
    ("--database-url URL", "PostgreSQL to use; empty means the embedded one. Env: TORQUE_DATABASE_URL"),
    ("-c, --config FILE", "Settings file. Default: torque.toml; missing means defaults"),
    ("--log-level LEVEL", "debug, info, warning or error"),
    ("--optimize", "Production preset: caches warmed at start, cheap logging, workers = cores"),
    ("--json", "Machine-readable output on stdout, messages on stderr"),
    ("--version", "Show the version and exit"),
    ("--help", "Show this page, or that of a command, and exit"),
)

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("torque server", "start on http://127.0.0.1:8080 with the embedded database"),
    ("torque model import --input shop.json", "load a model and create its application"),
    ("torque token create ci --role admin --json", "make a token for a script"),
    ("torque backup torque.backup", "save everything to one file"),
)


def _rows(rows: list[tuple[str, str]]) -> str:
    width = max(len(left) for left, _ in rows) + 2
    return "".join(f"  {left:<{width}}{right}\n" for left, right in rows)


def root_help() -> str:
    """Return the page that `torque --help` shows."""
    return (
        "Usage: torque [OPTIONS] COMMAND [ARGS]...\n\n"
        "  Torque runs applications that are described by models.\n\n"
        "Commands:\n"
        + _rows([(name, summary) for name, (_, summary) in COMMANDS.items()])
        + "\nOptions (before or after any command):\n"
        + _rows(list(GLOBALS))
        + "\nExamples:\n"
        + _rows(list(EXAMPLES))
        + "\nExit codes: 0 done, 1 failed, 2 wrong use, 3 validation findings, 4 not found, 5 conflict,\n"
        "6 database unreachable, 130 interrupted. Details: torque COMMAND --help\n"
    )
