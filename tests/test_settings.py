"""Settings come from the command line, else the environment, else pyproject.toml, else they are as documented."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.cli.serve import serve
from mockserver.cli.settings import key, options
from tools.build_scenario_docs import fill
from tools.build_settings_docs import PAGE, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `config` in a folder of its own, below one whose pyproject.toml has these lines in its table."""

    def configure(*lines: str, arguments: tuple[str, ...] = (), **environment: str) -> Result:
        (tmp_path / "inner").mkdir()
        (tmp_path / "pyproject.toml").write_text("\n".join(["[tool.smsonline-mock]", *lines]), encoding="utf-8")
        monkeypatch.chdir(tmp_path / "inner")
        return CliRunner().invoke(main, ["config", "--json", *arguments], env=environment)

    return configure


def shown(result: Result, name: str) -> tuple[str, str]:
    """The value of a setting and where it comes from."""
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return next((row["value"], row["source"]) for row in rows if row["name"] == name)


def test_what_is_not_set_is_as_by_default(configure: Callable[..., Result]) -> None:
    assert shown(configure(), "port") == ("8080", "default")


def test_the_file_comes_before_the_default(configure: Callable[..., Result], tmp_path: Path) -> None:
    assert shown(configure("port = 1"), "port") == ("1", f"{tmp_path / 'pyproject.toml'}:2")


def test_the_environment_comes_before_the_file(configure: Callable[..., Result]) -> None:
    result = configure("port = 1", SMSONLINE_MOCK_PORT="2")
    assert shown(result, "port") == ("2", "SMSONLINE_MOCK_PORT")


def test_the_command_line_comes_before_the_environment(configure: Callable[..., Result]) -> None:
    result = configure("port = 1", arguments=("--port", "3"), SMSONLINE_MOCK_PORT="2")
    assert shown(result, "port") == ("3", "command line")


def test_all_that_is_documented_can_be_set_in_the_file(configure: Callable[..., Result]) -> None:
    result = configure(*re.findall(r"`([a-z-]+ = [^`]+)`", reference()))
    rows = json.loads(result.stdout)
    assert {row["name"] for row in rows if row["source"] == "default"} == {"token"}


@pytest.mark.parametrize("option", options(serve), ids=key)
def test_a_setting_can_be_made_by_the_environment(configure: Callable[..., Result], option: Any) -> None:
    values = {"port": "1", "seed": "1", "set": "price=1", "limit": "worlds=1", "cors": "*", "reading": "expiry=kept"}
    name = f"SMSONLINE_MOCK_{key(option).upper().replace('-', '_')}"
    result = configure(**{name: "true" if option.is_flag else values.get(key(option), "default")})
    assert shown(result, key(option))[1] == name


def test_a_scenario_file_is_named_as_seen_from_the_pyproject(configure: Callable[..., Result], tmp_path: Path) -> None:
    assert shown(configure('scenario = "day.yaml"'), "scenario")[0] == str(tmp_path / "day.yaml")


def test_an_overlay_is_named_as_seen_from_the_pyproject(configure: Callable[..., Result], tmp_path: Path) -> None:
    assert shown(configure('overlay = ["a.yaml"]'), "overlay")[0] == str(tmp_path / "a.yaml")


def test_a_scenario_that_is_shipped_is_no_file(configure: Callable[..., Result]) -> None:
    assert shown(configure('scenario = "no-sms"'), "scenario")[0] == "no-sms"


@pytest.mark.parametrize(
    ("line", "value"),
    [("set = {price = 16, name = 'x'}", "price=16, name=x"), ("set = ['price=16']", "price=16")],
)
def test_variables_are_a_table_or_a_list(configure: Callable[..., Result], line: str, value: str) -> None:
    assert shown(configure(line), "set")[0] == value


def test_limits_that_are_changed_are_shown(configure: Callable[..., Result]) -> None:
    assert shown(configure("limit = {worlds = 5}"), "limit")[0] == "worlds=5"


def test_a_token_is_never_shown(configure: Callable[..., Result]) -> None:
    result = configure(SMSONLINE_MOCK_TOKEN="open-sesame")
    assert shown(result, "token") == ("(hidden)", "SMSONLINE_MOCK_TOKEN")
    assert "sesame" not in result.output


def test_the_table_tells_the_same_as_the_json(configure: Callable[..., Result]) -> None:
    configure("port = 12345")
    assert re.search(r"port +12345 +\S+pyproject\.toml:2", CliRunner().invoke(main, ["config"]).stdout)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("prot = 1", "pyproject.toml:2: there is no setting prot, did you mean port?"),
        ("nothing-like-it = 1", "pyproject.toml:2: there is no setting nothing-like-it; the settings are host, port,"),
        ("watch = 'yes'", "pyproject.toml:2: watch must be true or false"),
        ("port = true", "pyproject.toml:2: port must be a string or a number"),
        ("port = 70000", "70000 is not in the range 0<=x<=65535"),
        ("port = 70000", "pyproject.toml:2)"),
        ("allow-host = 'x'", 'pyproject.toml:2: allow-host must be a list of strings, such as ["name"]'),
        ("limit = 5", 'pyproject.toml:2: limit must be a list of strings, such as ["name=value"]'),
        ("limit = {wolds = 5}", "there is no limit wolds, did you mean worlds?"),
        ("token = 'open-sesame'", "pyproject.toml:2: the token is a secret and does not belong in a file: set SMS"),
        ("port = = 1", "pyproject.toml cannot be read: Invalid value (at line 2"),
        ("\n[tool]\nsmsonline-mock = 5", "pyproject.toml cannot be read"),
        ("[tool.smsonline-mock.port]", "pyproject.toml:2: port must be a string or a number"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(configure: Callable[..., Result], line: str, problem: str) -> None:
    result = configure(line)
    assert problem in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_problem_does_not_tell_a_secret(configure: Callable[..., Result]) -> None:
    assert "sesame" not in configure("token = 'open-sesame'").output


def test_a_table_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nsmsonline-mock = 5\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "must be a table" in CliRunner().invoke(main, ["config"]).stderr


def test_a_variable_with_a_wrong_value_is_named(configure: Callable[..., Result]) -> None:
    assert "(from SMSONLINE_MOCK_PORT)" in configure(SMSONLINE_MOCK_PORT="many").stderr


@pytest.mark.parametrize("command", ["serve", "config"])
def test_a_variable_with_a_wrong_value_is_told_with_the_usage_of_the_command(command: str) -> None:
    told = CliRunner().invoke(main, [command], env={"SMSONLINE_MOCK_PORT": "many"}, prog_name="smsonline-mock").stderr
    assert ("Usage: smsonline-mock serve" in told, "(from SMSONLINE_MOCK_PORT)" in told) == (True, True), told


@pytest.mark.parametrize("command", ["serve", "config"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("PRT", "there is no setting SMSONLINE_MOCK_PRT, did you mean SMSONLINE_MOCK_PORT?"),
        ("ALLOWHOST", "there is no setting SMSONLINE_MOCK_ALLOWHOST, did you mean SMSONLINE_MOCK_ALLOW_HOST?"),
        ("X", "there is no setting SMSONLINE_MOCK_X; the settings are SMSONLINE_MOCK_HOST, SMSONLINE_MOCK_PORT, "),
    ],
)
def test_an_unknown_variable_is_an_error(command: str, name: str, problem: str) -> None:
    result = CliRunner().invoke(main, [command], env={f"SMSONLINE_MOCK_{name}": "secret"})
    assert (result.exit_code, problem in result.stderr, "secret" in result.output) == (2, True, False), result.output


def test_all_unknown_variables_are_told(configure: Callable[..., Result]) -> None:
    assert configure(SMSONLINE_MOCK_PRT="1", SMSONLINE_MOCK_SED="1").stderr.count("did you mean") == 2


@pytest.mark.parametrize("name", ["URL", "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_8080_TCP_ADDR"])
def test_a_variable_that_others_set_is_no_setting(configure: Callable[..., Result], name: str) -> None:
    assert configure(**{f"SMSONLINE_MOCK_{name}": "x"}).exit_code == 0


def test_help_does_not_look_at_the_environment() -> None:
    assert CliRunner().invoke(main, ["serve", "--help"], env={"SMSONLINE_MOCK_PRT": "1"}).exit_code == 0


def test_serve_reads_the_same_settings(configure: Callable[..., Result]) -> None:
    configure('scenario = "no-such"')
    assert "no-such" in CliRunner().invoke(main, ["serve"]).stderr


def test_every_setting_is_documented() -> None:
    assert fill(TEXT, "settings", reference()) == TEXT, "run python -m tools.build_settings_docs"


@pytest.mark.parametrize("option", options(serve), ids=key)
def test_a_setting_says_what_it_does(option: Any) -> None:
    assert (option.help or "").endswith((".", ";", "default."))


def examples() -> Iterator[str]:
    """What the documentation shows of pyproject.toml."""
    for page in sorted(PAGE.parent.rglob("*.md")):
        for block in re.findall(
            r"^( *)```toml\n(.*?)\1```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        ):
            if "[tool.smsonline-mock]" in block[1]:
                yield textwrap.dedent(block[1])


@pytest.mark.parametrize("example", list(examples()))
def test_an_example_in_the_documentation_can_be_read(configure: Callable[..., Result], example: str) -> None:
    wanted = tomllib.loads(example)["tool"]["smsonline-mock"]
    lines = example.partition("[tool.smsonline-mock]\n")[2].splitlines()
    rows = json.loads(configure(*lines).stdout)
    assert {row["name"] for row in rows if row["source"] != "default"} == wanted.keys()


def test_the_table_is_as_documented(configure: Callable[..., Result], tmp_path: Path) -> None:
    [shown] = re.findall(r"^\$ smsonline-mock config --seed 7\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    example = next(each for each in examples() if "# pyproject.toml" in each)
    configure()
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    printed = CliRunner().invoke(main, ["config", "--seed", "7"], env={"COLUMNS": "200"}).stdout
    for line in shown.splitlines():
        pattern = r"\s+".join(re.escape(word).replace("…", r"\S*") for word in line.split())
        assert line.strip() == "…" or re.search(pattern, printed), line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_command_can_be_completed(shell: str) -> None:
    script = CliRunner().invoke(main, env={"_SMSONLINE_MOCK_COMPLETE": f"{shell}_source"}, prog_name="smsonline-mock")
    assert "_SMSONLINE_MOCK_COMPLETE" in script.stdout
