"""Request bodies with a content coding such as gzip. The server loads the module with the first one."""

from __future__ import annotations

from mockserver.contract.payload import PayloadError
from mockserver.traffic.codings import CodingError, TooLongError, supported, unpacked, unsupported


def unpacked_body(codings: str, body: bytes, limit: int) -> bytes:
    """Return a body without its codings. `limit` is the maximum size in bytes of the result. Raises PayloadError."""
    check_supported(codings)
    try:
        content, is_whole = unpacked(codings, body, limit)
    except TooLongError:
        raise PayloadError(
            "the unpacked body is longer than this service accepts", rule="maxLength", reason="CONTENT_TOO_LARGE"
        ) from None
    except CodingError:
        is_whole = False
    if not is_whole:
        raise PayloadError("the body does not have the coding that content-encoding names")
    return content


def check_supported(codings: str) -> None:
    """Check that the codings of a Content-Encoding header are supported. Raises PayloadError."""
    if unsupported(codings):
        raise PayloadError(
            f"content-encoding must be one of {', '.join(supported())}, or be left out",
            "contentEncoding",
            "contentEncoding",
            "UNSUPPORTED_MEDIA_TYPE",
        )
