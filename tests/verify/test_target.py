from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.traffic import Request
from mockserver.verify.target import AsgiTransport, TargetError, of_urls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.cli.targets import PlayedScenario
    from mockserver.contract import Document


def test_a_url_is_followed_by_the_prefix_of_each_document(documents: Mapping[str, Document]) -> None:
    target = of_urls(documents.values(), "http://127.0.0.1:8080/")
    assert target.bases == {"v3": "http://127.0.0.1:8080/v3", "v2": "http://127.0.0.1:8080/cs"}


@pytest.mark.parametrize("prefix", ["/v3", "/v3/", "/cs"])
@pytest.mark.parametrize("root", ["http://127.0.0.1:8080", "http://127.0.0.1:8080/mock", "http://v3"])
def test_a_url_may_end_with_the_prefix_of_a_document(documents: Mapping[str, Document], root: str, prefix: str) -> None:
    expected = {"v3": f"{root}/v3", "v2": f"{root}/cs"}
    assert of_urls(documents.values(), root + prefix).bases == of_urls(documents.values(), root).bases == expected


def test_the_live_service_is_where_the_documents_say(documents: Mapping[str, Document]) -> None:
    target = of_urls(documents.values(), "live")
    assert target.bases == {name: document.resolve("/servers/0/url") for name, document in documents.items()}
    assert target.remote


def test_a_base_of_its_own_wins_over_the_url_of_all(documents: Mapping[str, Document]) -> None:
    target = of_urls(documents.values(), "http://127.0.0.1:1", {"v2": "http://127.0.0.1:2/old"})
    assert target.bases == {"v3": "http://127.0.0.1:1/v3", "v2": "http://127.0.0.1:2/old"}


def test_without_a_url_a_generation_is_left_out(documents: Mapping[str, Document]) -> None:
    assert list(of_urls(documents.values(), None, {"v2": "http://127.0.0.1:2/cs"}).bases) == ["v2"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "[::1]"])
def test_a_loopback_address_is_not_foreign(documents: Mapping[str, Document], host: str) -> None:
    assert not of_urls(documents.values(), f"http://{host}:8080").remote


@pytest.mark.parametrize("host", ["10.0.0.1", "[::2]", "mock.example", "localhost.example", "127.0.0.1.example"])
def test_everything_else_is_foreign(documents: Mapping[str, Document], host: str) -> None:
    assert of_urls(documents.values(), f"http://{host}:8080").remote


def test_one_foreign_generation_makes_the_target_foreign(documents: Mapping[str, Document]) -> None:
    assert of_urls(documents.values(), "http://127.0.0.1:1", {"v2": "http://far.example/cs"}).remote


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "x",
        "",
        "http://",
        "http://x:port",
        "http://me:secret@x",
        "http://me@x",
        "http://x?key=k",
        "http://x#f",
    ],
)
def test_what_is_no_plain_url_is_refused_and_not_repeated_whole(documents: Mapping[str, Document], url: str) -> None:
    with pytest.raises(TargetError) as told:
        of_urls(documents.values(), url)
    assert "secret" not in str(told.value)


def test_an_application_is_called_in_process(play: Callable[[str], PlayedScenario]) -> None:
    answer = AsgiTransport(play("default").app).carry(
        Request("GET", "http://mock/v3/customers/demo/balance?apiKey=demo-key")
    )
    assert answer
    assert (answer.status, answer.json["body"]["balance"]) == (200, 10000)
