"""All secrets are found, however many there are, and whenever they were added."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.traffic.decodings import Decoding
from mockserver.traffic.secret_matcher import MARK, Secrets, replaced


def hidden(secrets: Secrets, text: bytes) -> bytes:
    return replaced(text, [*secrets.edits(Decoding(text))])


@pytest.mark.parametrize("count", [1, 5, 50, 1000])
def test_every_secret_is_found_at_once(count: int) -> None:
    many = [f"planted-key-{number:05}" for number in range(count)]
    assert hidden(Secrets(many), " ".join(many).encode()) == b" ".join([MARK] * count)


@pytest.mark.parametrize("count", [1, 5, 50, 1000])
def test_a_secret_that_is_added_is_found(count: int) -> None:
    secrets = Secrets(f"planted-key-{number:05}" for number in range(count))
    hidden(secrets, b"what is searched before")
    secrets.add("another-secret")
    assert hidden(secrets, b"another-secret planted-key-00000") == MARK + b" " + MARK


@pytest.mark.parametrize("count", [1, 1000])
def test_a_secret_in_base64_is_found_among_many(count: int) -> None:
    secrets = Secrets(f"planted-key-{number:05}" for number in range(count))
    assert MARK in hidden(secrets, b64encode(b"it is planted-key-00000"))


def test_secrets_that_overlap_are_hidden_whole() -> None:
    assert hidden(Secrets(["abcdef", "defghi", "efg-efg"]), b"abcdefghi efg-efg-efg") == MARK + b" " + MARK


@given(st.lists(st.text("abc", min_size=6, max_size=8), min_size=1, max_size=20), st.text("abc ", max_size=60))
def test_no_secret_is_left(many: list[str], text: str) -> None:
    found = hidden(Secrets(many), text.encode()).decode()
    assert [secret for secret in many if secret in found] == []
