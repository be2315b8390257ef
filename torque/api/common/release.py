"""Which release of Torque this is."""

from importlib.metadata import PackageNotFoundError, version

FROM_SOURCE = "0.0.0"
"""What a checkout says that was never installed."""


def release() -> str:
    """Return the version of the installed distribution."""
    try:
        return version("torque")
    except PackageNotFoundError:
        return FROM_SOURCE
