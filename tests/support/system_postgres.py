"""A server of the PostgreSQL that the system brings: the oldest release that Torque supports, where it is installed."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.support.waiting import until

OLDEST = 15
FOLDER = Path(f"/usr/lib/postgresql/{OLDEST}/bin")
NOBODY = 65534


def installed() -> bool:
    """Return whether there is one."""
    return (FOLDER / "postgres").is_file()


@contextmanager
def system_server(options: Mapping[str, str]) -> Iterator[str]:
    """Run one on a cluster of its own, without a port; give a superuser's address."""
    folder = Path(tempfile.mkdtemp(prefix="tq-pg-"))
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if other:
        os.chown(folder, NOBODY, NOBODY)
    try:
        flags = ["-U", "torque", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([FOLDER / "initdb", "-D", folder / "data", *flags], check=True, capture_output=True, **other)
        settings = {"unix_socket_directories": str(folder), "listen_addresses": "", **options}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([FOLDER / "postgres", "-D", folder / "data", *flags], stderr=log, **other)
        dsn = f"postgresql://torque@/postgres?host={folder}"
        try:
            until(lambda: _answers(dsn) or server.poll() is not None, 60.0, "the system's PostgreSQL")
            yield dsn
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(dsn: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(dsn):
        return True
    return False
