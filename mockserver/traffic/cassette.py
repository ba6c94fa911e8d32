"""Reading VCR cassettes in YAML and JSON: those of vcrpy, of Ruby's VCR and of go-vcr."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any

import yaml

from mockserver.traffic import base64_text
from mockserver.traffic.exchange import (
    EARLIEST,
    LATEST,
    Answer,
    CutOffError,
    Exchange,
    RecordingError,
    Request,
    UnknownFormatError,
    UnreadableEntry,
    fitting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.traffic.exchange import Headers

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """Loads plain data and bytes. Other tags, of Python in old cassettes and of Ruby, are ignored."""


def _plain(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


def _timestamp(loader: Any, node: Any) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return loader.construct_scalar(node)


for _prefix in ("tag:yaml.org,2002:python/", "!"):
    _Loader.add_multi_constructor(_prefix, lambda loader, _, node: _plain(loader, node))
for _tag in ("tag:yaml.org,2002:binary", "!binary"):
    _Loader.add_constructor(_tag, lambda loader, node: base64_text.decode(str(loader.construct_scalar(node))))
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def read(file: IO[bytes], stamp: int) -> Iterator[Exchange | UnreadableEntry]:
    """Read the interactions of a cassette. `stamp` is the time of interactions without a time, in milliseconds.

    JSON is read as YAML. The whole file is held in memory. Raises RecordingError if the file is no cassette, and
    CutOffError if it is truncated.
    """
    for number, interaction in enumerate(_interactions(file), 1):
        try:
            yield _exchange(interaction, stamp)
        except _InteractionError as error:
            yield UnreadableEntry(f"interaction {number}", str(error))


class _InteractionError(ValueError):
    """An interaction is invalid. The text names the field and the problem."""


def _interactions(file: IO[bytes]) -> list[Any]:
    text = file.read()
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        is_at_end = mark is not None and mark.line >= len(text.rstrip().splitlines())
        ended = is_at_end or "end of stream" in str(error.problem)
        reason = "the file ends here; it was cut off" if ended else error.problem
        raise (CutOffError if ended else RecordingError)(f"{where}{reason}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecordingError(f"this is not a recording: {str(error).splitlines()[0]}") from None
    found = data.get("interactions", data.get("http_interactions")) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise UnknownFormatError
    return found


def _exchange(interaction: Any, stamp: int) -> Exchange:
    request, response = _field(interaction, ("request",), Mapping), interaction.get("response")
    return Exchange(
        _request(request),
        _answer(response) if response is not None else None,
        _time(interaction.get("recorded_at"), stamp),
        _duration(response.get("duration")) if isinstance(response, Mapping) else 0,
    )


def _request(request: Any) -> Request:
    body = _body(request.get("body"))
    url = _field(request, ("url", "uri"), str, "request.")
    method = str(_field(request, ("method",), str, "request.")).lstrip(":").upper()
    return Request(method, url, fitting(_headers(request.get("headers"), "request"), body), body)


def _answer(response: Any) -> Answer:
    """Read a response. Its status is a mapping with a code, a number, or, beside `code`, a text such as `200 OK`."""
    if not isinstance(response, Mapping):
        raise _InteractionError("response must be a mapping")
    status = _field(response, ("code", "status"), (int, Mapping), "response.")
    code = _field(status, ("code",), int, "response.status.") if isinstance(status, Mapping) else status
    body = _body(response.get("body"))
    return Answer(code, fitting(_headers(response.get("headers"), "response"), body), body)


_KINDS: Mapping[object, str] = {
    str: "a string",
    int: "an integer",
    Mapping: "a mapping",
    (int, Mapping): "an integer or a mapping",
}


def _field(holder: Any, names: tuple[str, ...], kind: Any, prefix: str = "") -> Any:
    """Return the first of several fields that is there; the last name is the usual one. Raises _InteractionError."""
    if not isinstance(holder, Mapping):
        raise _InteractionError(f"{prefix[:-1] or 'it'} must be a mapping")
    value = next((holder[name] for name in names if holder.get(name) is not None), None)
    if value is None:
        raise _InteractionError(f"{prefix}{names[-1]} is missing")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _InteractionError(f"{prefix}{names[-1]} must be {_KINDS[kind]}")
    return value


def _headers(headers: Any, side: str) -> Headers:
    if not isinstance(headers, Mapping | None):
        raise _InteractionError(f"{side}.headers must be a mapping")
    pairs = ((name, values if isinstance(values, list) else [values]) for name, values in (headers or {}).items())
    return tuple((_text(name), _text(value)) for name, values in pairs for value in values)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if isinstance(body, Mapping):
        if isinstance(body.get("base64_string"), str):
            return base64_text.decode(body["base64_string"])
        body = body.get("string")
    if body is None:
        return b""
    return body if isinstance(body, bytes) else str(body).encode(errors="surrogatepass")


def _time(recorded: Any, stamp: int) -> int:
    for read_time in (_moment, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read_time(recorded)
            milliseconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        except (ValueError, TypeError, OverflowError, AttributeError):
            continue
        return milliseconds if EARLIEST <= milliseconds <= LATEST else stamp
    return stamp


def _moment(recorded: Any) -> datetime:
    """Return what YAML has read as a time."""
    if not isinstance(recorded, datetime):
        raise TypeError
    return recorded


_GO_UNITS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "us": 1e-3, "µs": 1e-3, "ns": 1e-6}
_GO_PART = re.compile(r"(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)")


def _duration(duration: Any) -> float:
    """Return the milliseconds of a duration as Go writes it, such as `1m2.5s`; 0 if there is none."""
    parts = _GO_PART.findall(duration) if isinstance(duration, str) else ()
    return sum(float(number) * _GO_UNITS[unit] for number, unit in parts)
