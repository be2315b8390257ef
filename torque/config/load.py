"""Reads the configuration: flag before environment before file before default, each value with its origin."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from torque.config.origins import wrong_apps_origin
from torque.config.problems import ConfigError, Problem, nearest
from torque.config.settings import NOT_YET, SECTIONS, Config
from torque.config.values import check, coerce, read_secret, wrong_address

DEFAULT_FILE = "torque.toml"
_HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]")


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration with where each value came from ("default", "torque.toml:12", "TORQUE_…", "--bind")."""

    config: Config
    origins: dict[str, str]
    path: str | None


def load(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Loaded:
    """Read and check all settings.

    Parameters
    ----------
    path
        The file; None takes `torque.toml` of the current folder if there is one.
    environ
        Where `TORQUE_<SECTION>_<KEY>` and `env:` secrets are looked up.
    flags
        What the command line set, as `section.key` to value; None values are ignored.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    environ = environ or {}
    found = _Found(_file_of(path), environ)
    found.read_file(required=path is not None)
    found.read_environment()
    optimize = bool((flags or {}).get("optimize"))
    for key, value in (flags or {}).items():
        if key != "optimize" and value is not None:
            found.take(key, value, f"--{key.split('.')[1].replace('_', '-')}")
    found.check_together()
    if found.problems:
        raise ConfigError(found.problems)
    sections: dict[str, Any] = {
        name: kind(**{k.split(".")[1]: v for k, v in found.values.items() if k.startswith(f"{name}.")})
        for name, kind in SECTIONS.items()
    }
    config = Config(folder=str(found.folder), optimize=optimize, **sections)
    origins = {key: found.origins.get(key, "default") for key in keys()}
    return Loaded(config=config, origins=origins, path=str(found.path) if found.path.is_file() else None)


def keys() -> Iterator[str]:
    """Name every setting that has an effect, as `section.key`."""
    for section, kind in SECTIONS.items():
        for field in msgspec.structs.fields(kind):
            yield f"{section}.{field.name}"


def _file_of(path: Path | None) -> Path:
    return (path or Path(DEFAULT_FILE)).absolute()


class _Found:
    """Collects values, their origins and everything that is wrong with them."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self.folder = path.parent
        self.values: dict[str, object] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._environ = environ
        self._types = {
            f"{section}.{field.name}": field.type
            for section, kind in SECTIONS.items()
            for field in msgspec.structs.fields(kind)
        }

    def read_file(self, *, required: bool) -> None:
        """Take what the file says; a missing default file says nothing."""
        if not self.path.is_file():
            if required:
                self._refuse("", f"There is no file {self.path}.", str(self.path.name))
            return
        try:
            text = self.path.read_text(encoding="utf-8")
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._refuse("", f"This is not TOML: {error}.", self.path.name)
            return
        lines = _lines(text)
        for section, content in document.items():
            where = f"{self.path.name}:{lines.get(section, 1)}"
            if section not in SECTIONS or not isinstance(content, dict):
                self._refuse(section, f"There is no section [{section}].{nearest(section, SECTIONS)}", where)
                continue
            for name, value in content.items():
                key = f"{section}.{name}"
                self.take(key, value, f"{self.path.name}:{lines.get(key, lines.get(section, 1))}")

    def read_environment(self) -> None:
        """Take `TORQUE_<SECTION>_<KEY>`; a name with a section but without such a key is refused."""
        for name, text in self._environ.items():
            prefix, _, rest = name.partition("_")
            section, _, key = rest.lower().partition("_")
            if prefix == "TORQUE" and section in SECTIONS and key:
                self.take(f"{section}.{key}", text, name)

    def take(self, key: str, value: object, where: str) -> None:
        """Check one value and keep it over what came before."""
        if key in NOT_YET:
            self._refuse(key, f"{key} cannot be set: {NOT_YET[key]}.", where)
            return
        if key not in self._types:
            self._refuse(key, f"There is no setting {key}.{nearest(key, self._types)}", where)
            return
        kind = self._types[key]
        try:
            if isinstance(value, str):
                value = read_secret(value, self._environ, self.folder)
            self.values[key] = check(coerce(value, kind), kind)
            self.origins[key] = where
        except ValueError as error:
            self._refuse(key, f"{key}: {error}", where)

    def check_together(self) -> None:
        """Refuse values that contradict each other."""
        url = self.values.get("database.url")
        if isinstance(url, str) and url and (problem := wrong_address(url)):
            self._refuse("database.url", f"database.url: {problem}", self.origins["database.url"])
        cert, tls_key = self.values.get("server.tls_cert"), self.values.get("server.tls_key")
        if bool(cert) != bool(tls_key):
            given = "server.tls_cert" if cert else "server.tls_key"
            self._refuse(given, "server.tls_cert and server.tls_key are given together or not at all.", given)
        wrong = wrong_apps_origin(self.values)
        if wrong is not None:
            self._refuse("server.apps_origin", f"server.apps_origin: {wrong}", self.origins["server.apps_origin"])
        if self.values.get("files.store") == "s3":
            for name in ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key"):
                if not self.values.get(f"files.{name}"):
                    self._refuse(f"files.{name}", f"files.store is s3; set files.{name} too.", "files.store")
        low = self.values.get("database.min_connections", 10)
        high = self.values.get("database.max_connections", 50)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            if "database.min_connections" in self.origins:
                where = self.origins["database.min_connections"]
                self._refuse("database.min_connections", "min_connections is above max_connections.", where)
            else:
                self.values["database.min_connections"] = high

    def _refuse(self, key: str, message: str, where: str) -> None:
        self.problems.append(Problem(key, message, where))


def _lines(text: str) -> dict[str, int]:
    """Map `section` and `section.key` to the line they stand on; the TOML parser does not tell."""
    lines: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = header[1]
            lines.setdefault(section, number)
        elif "=" in line and not line.lstrip().startswith("#"):
            name = line.split("=", 1)[0].strip().strip("\"'")
            lines.setdefault(f"{section}.{name}" if section else name.split(".")[0], number)
    return lines
