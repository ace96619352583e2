"""The name of this program and its release."""

from importlib.metadata import PackageNotFoundError, version


def software() -> str:
    """Return them, as the station says them to nodes and to machines that speak for it."""
    try:
        return f"loa {version('loa')}"
    except PackageNotFoundError:  # run from a folder of sources
        return "loa"
