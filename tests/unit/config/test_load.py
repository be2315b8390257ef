"""Where a setting comes from, and what is refused with which words."""

from pathlib import Path

import pytest

from torque.config import ConfigError, Loaded, load
from torque.config.load import keys
from torque.config.settings import NOT_YET
from torque.config.values import parse_size


def write(folder: Path, text: str) -> Path:
    path = folder / "torque.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text), environ or {})
    return str(caught.value)


def test_flag_comes_before_environment_before_file_before_default(tmp_path: Path) -> None:
    path = write(tmp_path, '[server]\nbind = "file:80"\nworkers = 3\nrequest_timeout = 7\n'.replace("file:80", "h:80"))
    environ = {"TORQUE_SERVER_BIND": "e:80", "TORQUE_SERVER_WORKERS": "4"}
    found: Loaded = load(path, environ, {"server.bind": "f:80", "server.workers": None})
    server = found.config.server
    assert (server.bind, server.workers, server.request_timeout, server.shutdown_timeout) == ("f:80", 4, 7.0, 10.0)
    assert found.origins["server.bind"] == "--bind"
    assert found.origins["server.workers"] == "TORQUE_SERVER_WORKERS"
    assert found.origins["server.request_timeout"] == "torque.toml:4"
    assert found.origins["server.shutdown_timeout"] == "default"


def test_a_missing_default_file_means_defaults_but_a_missing_named_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load().path is None
    assert set(load().origins.values()) == {"default"}
    with pytest.raises(ConfigError, match="There is no file"):
        load(tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("text", "size"), [("10MB", 10 << 20), ("1 GB", 1 << 30), ("4kb", 4096), ("77", 77), ("1.5KB", 1536), ("9B", 9)]
)
def test_sizes_take_units(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_sizes_are_read_wherever_they_come_from(tmp_path: Path) -> None:
    found = load(write(tmp_path, '[server]\nmax_payload_size = "2KB"\n[live]\nstream_max_bytes = 5000\n'))
    assert found.config.server.max_payload_size == 2048
    assert found.config.live.stream_max_bytes == 5000
    assert (
        load(write(tmp_path, ""), {"TORQUE_PERFORMANCE_CACHE_BYTES": "1MB"}).config.performance.cache_bytes == 1 << 20
    )


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    said = refused(tmp_path, '# hello\n[server]\n\nbindd = "x:1"\n')
    assert said == "torque.toml:4: There is no setting server.bindd. Did you mean server.bind?"


def test_an_unknown_section_is_refused_with_its_line(tmp_path: Path) -> None:
    assert (
        refused(tmp_path, "[sever]\nbind = 1\n") == "torque.toml:1: There is no section [sever]. Did you mean server?"
    )


def test_an_unknown_variable_of_a_section_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "", {"TORQUE_SERVER_BIMD": "x", "TORQUE_TOKEN": "of the command line", "HOME": "/"})
    assert said == "TORQUE_SERVER_BIMD: There is no setting server.bimd. Did you mean server.bind?"


@pytest.mark.parametrize("key", sorted(NOT_YET))
def test_a_key_without_its_feature_is_refused_with_the_reason(tmp_path: Path, key: str) -> None:
    section, name = key.split(".")
    assert refused(tmp_path, f"[{section}]\n{name} = true\n").startswith(
        f"torque.toml:2: {key} cannot be set: {NOT_YET[key]}"
    )


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, '[server]\nworkers = "many"\nmax_payload_size = "1XB"\n[logging]\nlevel = "loud"\n')
    assert "torque.toml:2: server.workers: 'many' is not a number." in said
    assert "torque.toml:3: server.max_payload_size: '1XB' is not a size" in said
    assert "torque.toml:5: logging.level: 'loud' is none of debug, info, warning, error." in said


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:geheim@host/x",
        "postgres//a:geheim@host",
        "host=a password=geheim",
        "postgresql://a:geheim@host:port/x",
    ],
)
def test_an_address_that_is_no_database_is_refused_without_being_repeated(tmp_path: Path, url: str) -> None:
    said = refused(tmp_path, f'[database]\nurl = "{url}"\n')
    assert "torque.toml:2: database.url: " in said
    assert "postgresql://user:password@host:5432/name" in said
    assert "geheim" not in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://torque@/torque?host=/run/x",
        "postgres://a:b@[::1]:5432/x",
        "postgresql://a:b@one:1,two:2/x?sslmode=require",
    ],
)
def test_addresses_of_servers_and_sockets_are_taken(tmp_path: Path, url: str) -> None:
    assert load(write(tmp_path, f'[database]\nurl = "{url}"\n')).config.database.url == url


def test_values_below_what_makes_sense_are_refused(tmp_path: Path) -> None:
    assert "database.max_connections" in refused(tmp_path, "[database]\nmax_connections = 0\n")
    assert "min_connections is above" in refused(tmp_path, "[database]\nmax_connections = 5\nmin_connections = 6\n")
    assert load(write(tmp_path, "[database]\nmax_connections = 5\n")).config.database.min_connections == 5


def test_text_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert "This is not TOML" in refused(tmp_path, "[server\n")
    (tmp_path / "torque.toml").write_bytes(b"\xff\xfe[server]")
    with pytest.raises(ConfigError, match="This is not TOML"):
        load(tmp_path / "torque.toml", {})
    (tmp_path / "secret").write_bytes(b"\xff")
    assert "is not UTF-8" in refused(tmp_path, '[database]\nurl = "file:secret"\n')


def test_secrets_are_read_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://file\n")
    found = load(write(tmp_path, '[database]\nurl = "env:DB"\n'), {"DB": "postgresql://env"})
    assert found.config.database.url == "postgresql://env"
    assert load(write(tmp_path, '[database]\nurl = "file:secret"\n')).config.database.url == "postgresql://file"


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "environment variable NOPE, which is not set" in refused(tmp_path, '[database]\nurl = "env:NOPE"\n')
    assert "file nope, which cannot be read" in refused(tmp_path, '[database]\nurl = "file:nope"\n')


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    assert "given together or not at all" in refused(tmp_path, '[server]\ntls_cert = "c.pem"\n')


def test_lists_are_lists_in_the_file_and_commas_in_the_environment(tmp_path: Path) -> None:
    found = load(write(tmp_path, '[server]\nallowed_hosts = ["a", "b"]\n'), {"TORQUE_SERVER_ALLOWED_ORIGINS": "c, d"})
    assert found.config.server.allowed_hosts == ("a", "b")
    assert found.config.server.allowed_origins == ("c", "d")


def test_a_key_is_either_settable_or_refused_with_a_reason() -> None:
    assert not set(keys()) & set(NOT_YET)
