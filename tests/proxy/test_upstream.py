"""URLs to pass requests on to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.proxy import Upstream, UpstreamError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("http://localhost", "http://localhost", ""),
        ("https://api.example:8443/", "https://api.example:8443", ""),
        ("http://[::1]:80/a/b/", "http://[::1]:80", "/a/b"),
    ],
)
def test_a_url_has_an_origin_and_a_path(url: str, origin: str, path: str) -> None:
    upstream = Upstream(url)
    assert (upstream.origin, upstream.path) == (origin, path)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:80", "ftp://h", "http://", "http://h:0", "http://h:x", "http://h?a=1", "http://h#a", "http://é"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UpstreamError, match="write https://host"):
        Upstream(url)


@pytest.mark.parametrize("url", ["http://me:secret@h", "http://h/?apiKey=secret"])
def test_a_secret_in_a_url_is_refused_and_not_told(url: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        Upstream(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("written", [None, "no certificate"])
def test_certificates_that_cannot_be_used_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str | None
) -> None:
    if written:
        (tmp_path / "authority.pem").write_text(written)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with pytest.raises(UpstreamError, match="SSL_CERT_FILE"):
        Upstream("https://localhost")
