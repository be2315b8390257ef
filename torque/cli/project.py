"""The project a command works in: its settings."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from torque.cli.invocation import Invocation
from torque.config import Config, ConfigError, Loaded, load

_FLAGS = {"--url": "--database-url", "--level": "--log-level", "--enable-hot-reload": "--hot-reload"}
"""Flags that are not called like the setting they set."""


def read_settings(state: Invocation, flags: Mapping[str, object] | None = None) -> Loaded:
    """Read all settings with their origins; the global options count as flags. Raises ConfigError."""
    given: dict[str, object] = {
        "database.url": state.database_url,
        "logging.level": state.log_level,
        "optimize": state.optimize,
        **(flags or {}),
    }
    loaded = load(Path(state.config) if state.config else None, os.environ, given)
    origins = {key: _FLAGS.get(origin, origin) for key, origin in loaded.origins.items()}
    return msgspec.structs.replace(loaded, origins=origins)


def load_settings(state: Invocation, flags: Mapping[str, object] | None = None) -> Loaded:
    """Read all settings with their origins; what is wrong with them is wrong use."""
    try:
        return read_settings(state, flags)
    except ConfigError as error:
        raise click.UsageError(f"The settings cannot be used:\n{error}") from error


def load_config(state: Invocation, flags: Mapping[str, object] | None = None) -> Config:
    """Read all settings."""
    return load_settings(state, flags).config
