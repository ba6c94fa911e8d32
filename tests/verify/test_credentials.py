from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError
from mockserver.verify.target import Account, CredentialsError, of_environment, of_file

if TYPE_CHECKING:
    from pathlib import Path

ME, OTHER = Account("me", "my-key"), Account("you", "your-key")


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "credentials"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_no_account_is_named_by_an_empty_environment() -> None:
    assert of_environment({"SMSONLINE_USER_ID": "", "PATH": "/bin"}) == ()


def test_an_account_and_another_one_are_named_by_the_environment() -> None:
    given = {"SMSONLINE_USER_ID": "me", "SMSONLINE_API_KEY": "my-key"}
    others = {"SMSONLINE_OTHER_USER_ID": "you", "SMSONLINE_OTHER_API_KEY": "your-key"}
    assert of_environment(given | others) == (ME, OTHER)


@pytest.mark.parametrize(
    "given",
    [
        {"SMSONLINE_USER_ID": "me"},
        {"SMSONLINE_API_KEY": "my-key"},
        {"SMSONLINE_OTHER_USER_ID": "you", "SMSONLINE_OTHER_API_KEY": "your-key"},
    ],
)
def test_half_of_an_account_is_none(given: dict[str, str]) -> None:
    with pytest.raises(CredentialsError, match="is missing") as told:
        of_environment(given)
    assert "my-key" not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        "SMSONLINE_USER_ID=me\nSMSONLINE_API_KEY=my-key\n",
        "# mine\n\nexport SMSONLINE_USER_ID=me\nSMSONLINE_API_KEY='my-key'\n",
        'SMSONLINE_USER_ID: me\nSMSONLINE_API_KEY: "my-key"\n',
    ],
)
def test_an_account_is_read_from_a_file(tmp_path: Path, text: str) -> None:
    assert of_file(written(tmp_path, text)) == (ME,)


def test_a_key_with_odd_characters_is_read_as_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, "SMSONLINE_USER_ID=1\nSMSONLINE_API_KEY=a'b=c#d: {\n")
    assert of_file(path) == (Account("1", "a'b=c#d: {"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SMSONLINE_USER=me\nSMSONLINE_API_KEY=my-key\n", r"there is no credential SMSONLINE_USER, did you mean"),
        ("", "contains no account"),
        ("SMSONLINE_USER_ID=me\n", "SMSONLINE_API_KEY is missing"),
        ("[my-key]", "must contain lines such as"),
    ],
)
def test_what_names_no_account_is_told_without_a_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LocatedError, match=message) as told:
        of_file(written(tmp_path, text))
    assert "my-key" not in str(told.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, "SMSONLINE_USER_ID=me\nSMSONLINE_API_KEY=my-key\n", mode)
    with pytest.raises(CredentialsError, match="chmod 600"):
        of_file(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="cannot be read: No such file"):
        of_file(tmp_path / "none")


def test_an_account_does_not_show_its_key() -> None:
    assert "my-key" not in repr(ME)
