"""The data directories that ship with the package: contract documents, fixtures and scenarios."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def directory(name: str) -> Path:
    """Return the directory `contracts`, `fixtures` or `scenarios`: inside the installed package, or beside it."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def scenarios() -> dict[str, Path]:
    """Return the files of the shipped scenarios by name."""
    return {path.stem: path for path in sorted(directory("scenarios").glob("*.yaml"))}
