"""Generate the table of settings in docs/settings.md from the options of `serve`.

Run `python -m tools.build_settings_docs` after an option has changed.
"""

from pathlib import Path

import click

from mockserver.cli.serve import serve
from mockserver.cli.settings import SECRET, key, options, variable
from tools.build_scenario_docs import fill

SEVERAL = {
    "allow-host": '["mock.test"]',
    "cors": '["http://localhost:3000"]',
    "limit": "{worlds = 50}",
    "overlay": '["overlay.yaml"]',
    "reading": '{expiry = "refunded"}',
    "set": '{name = "value"}',
}
"""Examples of the options that may be repeated."""

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"


def reference() -> str:
    """Return the table in Markdown."""
    lines = [
        "| option | environment | in `pyproject.toml` | default | what it does |",
        "|---|---|---|---|---|",
        *map(_row, options(serve)),
    ]
    return "\n".join(lines) + "\n"


def _row(option: click.Option) -> str:
    flags = ", ".join(f"`{name}`" for name in option.opts)
    default = f"`{option.default}`" if _has_default(option) else ""
    return f"| {flags} | `{variable(option)}` | {_written(option)} | {default} | {option.help} |"


def _written(option: click.Option) -> str:
    """Return an example of the option in the file, or why the file refuses it."""
    name = key(option)
    if name in SECRET:
        return "refused: a secret"
    if option.is_flag:
        return f"`{name} = true`"
    return f"`{name} = {_example(option)}`"


def _example(option: click.Option) -> str:
    if option.multiple:
        return SEVERAL[key(option)]
    if isinstance(option.type, click.IntRange):
        return str(option.default if _has_default(option) else 7)
    return f'"{option.default}"'


def _has_default(option: click.Option) -> bool:
    """Whether the option has a default worth showing."""
    return isinstance(option.default, str | int) and not option.is_flag


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), "settings", reference()), encoding="utf-8", newline="\n")
