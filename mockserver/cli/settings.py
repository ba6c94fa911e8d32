"""Options that can also be set in the environment and in `pyproject.toml`.

The command line has the highest precedence, then environment variables such as SMSONLINE_MOCK_PORT, then the table
`[tool.smsonline-mock]` of the nearest pyproject.toml, then the default.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from mockserver.cli.options import UnusableError
from mockserver.simulation.limits import DEFAULTS, WorldLimits

PREFIX = "SMSONLINE_MOCK"
TABLE = "tool.smsonline-mock"
FILE = "pyproject.toml"

FOREIGN = re.compile(f"{PREFIX}_(URL|SERVICE_(HOST|PORT).*|PORT_[0-9]+_.*)")
"""Variables with the prefix that are not settings: the URL of a running mock, as the documentation and the action of
this project name it, and what Kubernetes sets in every pod next to a service named smsonline-mock."""

SECRET = ("token",)
"""Options that are refused in a file and hidden in output."""


class Setting(NamedTuple):
    """The effective value of an option as text, and its source."""

    name: str
    value: str
    source: str


class Configured(click.Command):
    """A command whose options can also be set in the environment and in pyproject.toml."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        for option in options(self):
            option.envvar = variable(option)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments, the environment and pyproject.toml. Raises UnusableError and click's exceptions."""
        file = nearest(Path.cwd())
        try:
            context = super().make_context(info_name, args, parent, default_map=defaults(self, file), **extra)
        except click.BadParameter as error:
            if error.ctx is None or error.param is None:
                raise
            message = error.message + _origin(error.ctx, error.param, file)
            raise click.BadParameter(message, error.ctx, error.param, error.param_hint) from None
        if unknown := list(unknown_variables(self, os.environ)):
            raise UnusableError("\n".join(unknown))
        return context


def nearest(folder: Path) -> Path | None:
    """Return the pyproject.toml of a folder or of its nearest parent; None if there is none."""
    return next((found for each in (folder, *folder.parents) if (found := each / FILE).is_file()), None)


def settings(context: click.Context) -> Iterator[Setting]:
    """Yield the settings of a command, in the order of its help."""
    file = nearest(Path.cwd())
    for option in options(context.command):
        value = context.params[option.name]
        shown = "(hidden)" if key(option) in SECRET and value else _text(value)
        yield Setting(key(option), shown, _source(context, option, file))


def options(command: click.Command) -> list[click.Option]:
    """Return the options of a command, without its arguments."""
    return [each for each in command.params if isinstance(each, click.Option)]


def key(option: click.Option) -> str:
    """Return the name of an option on the command line and in pyproject.toml."""
    return max(option.opts, key=len).lstrip("-")


def variable(option: click.Option) -> str:
    """Return the environment variable of an option."""
    return f"{PREFIX}_{key(option)}".replace("-", "_").upper()


def unknown_variables(command: click.Command, environment: Iterable[str]) -> Iterator[str]:
    """Find the variables of the environment that no option of a command has. Yields a message for each."""
    known = {variable(option).removeprefix(f"{PREFIX}_"): variable(option) for option in options(command)}
    for name in sorted(environment):
        if name.startswith(f"{PREFIX}_") and name not in known.values() and not FOREIGN.fullmatch(name):
            from mockserver.contract.messages import most_similar

            likely = known.get(most_similar(name.removeprefix(f"{PREFIX}_"), known))
            hint = f", did you mean {likely}?" if likely else f"; the settings are {', '.join(known.values())}"
            yield f"environment: there is no setting {name}{hint}"


def defaults(command: click.Command, file: Path | None) -> dict[str, Any]:
    """Return the option values in a file, by click's parameter names. Raises UnusableError for a wrong value."""
    if file is None:
        return {}
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text).get("tool", {}).get("smsonline-mock", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableError(f"{file} cannot be read: {error}") from None
    if not isinstance(table, dict):
        raise UnusableError(f"{file}: {TABLE} must be a table, written as [{TABLE}]")
    known = {key(option): option for option in options(command)}
    found: dict[str, Any] = {}
    for name, value in table.items():
        problem = _problem(name, value, known)
        if problem:
            raise UnusableError(f"{_place(file, name, text)}: {problem}")
        found[str(known[name].name)] = _click_value(name, value, known[name], file.parent)
    return found


def _problem(name: str, value: object, known: Mapping[str, click.Option]) -> str:
    """Return what is wrong with a setting; an empty string if it is valid."""
    if name not in known:
        from mockserver.contract.messages import did_you_mean

        hint = did_you_mean(name, known) or f"; the settings are {', '.join(known)}"
        return f"there is no setting {name}{hint}"
    if name in SECRET:
        return f"the {name} is a secret and does not belong in a file: set {variable(known[name])}"
    option = known[name]
    if option.is_flag:
        return "" if isinstance(value, bool) else f"{name} must be true or false"
    if option.multiple:
        if isinstance(value, dict) and "=" in str(option.metavar):
            return ""
        listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return "" if listed else f"{name} must be a list of strings, such as {_example(option)}"
    if isinstance(value, bool) or not isinstance(value, str | int):
        return f"{name} must be a string or a number"
    return ""


def _example(option: click.Option) -> str:
    return '["name=value"]' if "=" in str(option.metavar) else '["name"]'


def _click_value(name: str, value: Any, option: click.Option, folder: Path) -> object:
    """Return a value for click. Relative paths are resolved against the folder of pyproject.toml."""
    if option.multiple and isinstance(value, dict):
        return [f"{each}={_text(how)}" for each, how in value.items()]
    if isinstance(option.type, click.Path):
        return [str(folder / each) for each in value] if option.multiple else str(folder / value)
    if name == "scenario" and Path(str(value)).suffix:
        return str(folder / str(value))
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, WorldLimits):
        value = {name: each for name, each in value._asdict().items() if each != getattr(DEFAULTS, name)}
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_text(each)}" for name, each in value.items())
    if isinstance(value, Sequence):
        return ", ".join(map(_text, value))
    return str(value)


def _source(context: click.Context, option: click.Option, file: Path | None) -> str:
    source = context.get_parameter_source(str(option.name))
    if source is ParameterSource.ENVIRONMENT:
        return variable(option)
    if source is ParameterSource.DEFAULT_MAP and file:
        return _place(file, key(option), file.read_text(encoding="utf-8"))
    return "command line" if source is ParameterSource.COMMANDLINE else "default"


def _origin(context: click.Context, param: click.Parameter, file: Path | None) -> str:
    source = _source(context, param, file) if isinstance(param, click.Option) else "default"
    return "" if source in ("default", "command line") else f" (from {source})"


def _place(file: Path, name: str, text: str) -> str:
    """Return the file and line of a setting; only the file if the line is unknown."""
    table, word = re.escape(TABLE), f"[\"']?{re.escape(name)}[\"']?"
    line = re.search(rf"^\[{table}\]$.*?^\s*({word})\s*=|^\[{table}\.({word})\]$", text, re.MULTILINE | re.DOTALL)
    if line is None:
        return str(file)
    return f"{file}:{text.count(chr(10), 0, line.start(line.lastindex or 0)) + 1}"
