"""Reading VCR cassettes in YAML and JSON: those of vcrpy, and those in the layout of Ruby's VCR."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any

import yaml

from mockserver.traffic.exchange import Answer, CutOffError, Exchange, RecordingError, Request, fitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.traffic.exchange import Headers

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """Loads plain data and bytes. It ignores the Python tags for text and tuples in old cassettes of vcrpy."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, _, node: _construct(loader, node))


def _construct(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


def read(file: IO[bytes], stamp: int) -> Iterator[Exchange]:
    """Read the interactions of a cassette. `stamp` is the time of interactions without a time, in milliseconds.

    JSON is read as YAML. The whole file is held in memory. Raises RecordingError, and CutOffError if the file is
    truncated.
    """
    interactions = _interactions(file)
    for number, interaction in enumerate(interactions, 1):
        try:
            yield _exchange(interaction, stamp)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if number == len(interactions) and isinstance(error, KeyError):
                raise CutOffError(f"the file ends in interaction {number}: it has no {error.args[0]}") from None
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            raise RecordingError(f"interaction {number}: {reason}") from None


def _interactions(file: IO[bytes]) -> list[Any]:
    try:
        data = yaml.load(file, _Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        ended = "end of stream" in str(error.problem) or "<stream end>" in str(error.problem)
        reason = "the file ends here; it was cut off" if ended else error.problem
        raise (CutOffError if ended else RecordingError)(f"{where}{reason}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RecordingError(f"this is not a recording: {str(error).splitlines()[0]}") from None
    found = data.get("interactions", data.get("http_interactions")) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise RecordingError(
            "unknown format: a recording must be HAR, JSON Lines, a VCR cassette or the journal of the mock"
        )
    return found


def _exchange(interaction: Any, stamp: int) -> Exchange:
    request, response = interaction["request"], interaction["response"]
    body, answer_body = _body(request.get("body")), _body(response.get("body"))
    status = response["status"]
    return Exchange(
        Request(
            str(request["method"]).upper(),
            str(request["uri"]),
            fitting(_headers(request.get("headers")), body),
            body,
        ),
        Answer(
            int(status["code"] if isinstance(status, Mapping) else status),
            fitting(_headers(response.get("headers")), answer_body),
            answer_body,
        ),
        _time(interaction.get("recorded_at"), stamp),
        0,
    )


def _headers(headers: Any) -> Headers:
    pairs = ((name, values if isinstance(values, list) else [values]) for name, values in (headers or {}).items())
    return tuple((str(name), _text(value)) for name, values in pairs for value in values)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if isinstance(body, Mapping):
        if "base64_string" in body:
            try:
                return b64decode(body["base64_string"])
            except binascii.Error as error:
                raise ValueError(f"body.base64_string: this is not base64: {error}") from None
        body = body.get("string")
    if body is None:
        return b""
    return body if isinstance(body, bytes) else str(body).encode(errors="surrogatepass")


def _time(recorded: Any, stamp: int) -> int:
    if isinstance(recorded, datetime):
        return int((recorded if recorded.tzinfo else recorded.replace(tzinfo=UTC)).timestamp() * 1000)
    for read_time in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return int(read_time(str(recorded)).timestamp() * 1000)
        except (ValueError, TypeError, OverflowError):
            continue
    return stamp
