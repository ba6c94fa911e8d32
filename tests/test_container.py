"""What the image is made of and what runs in it, as far as that shows without a container."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [
    (name, " ".join(rest.split()))
    for name, rest in re.findall(r"^([A-Z]+) (.*)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)
]
SECONDS = 60

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def last(name: str) -> str:
    return [rest for each, rest in INSTRUCTIONS if each == name][-1]


def environment(**changes: str) -> dict[str, str]:
    """The environment of a container, with the commands of this machine."""
    given = dict(word.split("=", 1) for word in last("ENV").split())
    return {**given, "PATH": PATH, **changes}


def entrypoint(*arguments: str) -> list[str]:
    return [*json.loads(last("ENTRYPOINT")), *arguments]


@contextmanager
def running(**changes: str) -> Iterator[str]:
    """What the container runs by itself, on a free port; gives its URL."""
    command = entrypoint(*json.loads(last("CMD")), "--quiet")
    env = environment(SMSONLINE_MOCK_PORT="0", **changes)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - our own server
            code: int = answer.status
            return code
    except urllib.error.HTTPError as error:
        return error.code


def test_the_image_runs_without_rights() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))


@pytest.mark.parametrize("image", [rest for name, rest in INSTRUCTIONS if name == "FROM"])
def test_an_image_it_is_made_from_is_slim_and_has_a_version(image: str) -> None:
    assert re.match(r"python:3\.\d+-slim-\w+\b", image)


@pytest.mark.parametrize("name", ["ADD", "SHELL", "VOLUME", "MAINTAINER"])
def test_what_linters_warn_of_is_not_used(name: str) -> None:
    assert name not in dict(INSTRUCTIONS)


def test_nothing_is_started_through_a_shell_that_stays() -> None:
    assert "exec smsonline-mock" in last("ENTRYPOINT")


def test_no_secret_is_in_the_image() -> None:
    assert "TOKEN" not in last("ENV")


def test_without_a_token_it_does_not_start() -> None:
    ran = subprocess.run(entrypoint("serve"), env=environment(), capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    assert ran.returncode != 0
    assert "give the container a token" in ran.stderr


def test_what_does_not_serve_needs_no_token() -> None:
    ran = subprocess.run(entrypoint("--version"), env=environment(), capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    assert ran.stdout.startswith("smsonline-mock, version")


def test_with_a_token_it_listens_on_every_address() -> None:
    with running(SMSONLINE_MOCK_TOKEN="open-sesame") as url:
        assert url.startswith("http://0.0.0.0:")


def test_its_control_api_wants_the_token() -> None:
    with running(SMSONLINE_MOCK_TOKEN="open-sesame") as url:
        assert status(f"{url}/__mock__/worlds".replace("0.0.0.0", "127.0.0.1")) == 401  # noqa: S104


def test_it_is_healthy_while_it_runs() -> None:
    _, _, check = last("HEALTHCHECK").partition("CMD ")
    command = json.loads(check)
    with running(SMSONLINE_MOCK_TOKEN="open-sesame") as url:
        env = environment(SMSONLINE_MOCK_PORT=url.rpartition(":")[2])
        assert subprocess.run(command, env=env, timeout=SECONDS, check=False).returncode == 0  # noqa: S603
    assert subprocess.run(command, env=env, timeout=SECONDS, capture_output=True).returncode != 0  # noqa: S603


def test_what_is_copied_is_enough_for_the_wheel(tmp_path: Path) -> None:
    copied = [
        word for name, rest in INSTRUCTIONS if name == "COPY" and "--from" not in rest for word in rest.split()[:-1]
    ]
    for each in copied:
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, tmp_path / each)
        else:
            shutil.copy(ROOT / each, tmp_path)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert [each for each in copied if f"!{each}\n" not in ignored] == []
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "out"), "."]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    assert list((tmp_path / "out").glob("*.whl"))
