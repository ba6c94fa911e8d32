"""What a request says beside its parameters."""

from __future__ import annotations

import pytest

from mockserver.contract.arguments import bearer


@pytest.mark.parametrize(
    ("authorization", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("BEARER a b", "a b"),
        ("Bearer ", None),
        ("Bearer", None),
        ("Basic abc", None),
        ("", None),
        (None, None),
    ],
)
def test_a_bearer_token_is_the_key_of_its_header(authorization: str | None, key: str | None) -> None:
    assert bearer(authorization) == key
