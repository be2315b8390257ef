"""Bring into the package what it needs installed: migrations, and the built front ends with br and gzip beside text."""

import gzip
import shutil
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "torque" / "_assets"
READABLE = "readable"
"""Folder of the bundles that nobody made small, for `frontend.bundle_optimization = false`; not compressed either."""

TEXT = {".js", ".css", ".html", ".svg", ".json", ".map", ".txt", ".webmanifest"}


def main() -> None:
    """Copy the migrations and each application's two builds; compress what browsers take compressed."""
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(ROOT / "migrations", TARGET / "migrations")
    for app in ("app", "editor", "playground"):
        built = ROOT / "frontend" / "apps" / app
        shutil.copytree(built / "dist", TARGET / app)
        shutil.copytree(built / "dist-readable", TARGET / READABLE / app)
    for file in TARGET.rglob("*"):
        if (
            READABLE not in file.parts
            and file.suffix in TEXT
            and file.stat().st_size > 1024
            and file.name != "index.html"
        ):
            data = file.read_bytes()
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
            file.with_name(file.name + ".br").write_bytes(brotli.compress(data, quality=9))


if __name__ == "__main__":
    main()
