"""Kinds of decisions about requests, failures and rules: other paths, places, methods, names, units, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.vendors.answers import fresh
from tests.vendors.draft import POOLS, mark, put, remove, rename

if TYPE_CHECKING:
    from tests.vendors.draft import Draft, Site

METHODS = {"get": ("post",), "put": ("post", "patch"), "patch": ("post", "put"), "post": ("put", "patch")}
"""Other methods for an operation."""


def _site(draft: Draft) -> Site:
    return draft.random.choice(draft.sites())


def path(draft: Draft) -> bool:
    """An operation has another path: other literals, or the parameters in another order."""
    site = _site(draft)
    segments = site.path.split("/")
    literals = [number for number, segment in enumerate(segments) if segment and segment[0] != "{"]
    holes = [number for number, segment in enumerate(segments) if segment[:1] == "{"]
    if len(holes) > 1 and draft.random.random() < 0.3:
        first, second = draft.random.sample(holes, 2)
        segments[first], segments[second] = segments[second], segments[first]
    for number in draft.random.sample(literals, draft.random.randint(1, len(literals))):
        segments[number] = draft.random.choice(POOLS["segments"])
    return _relocated(draft, site, "/".join(segments), site.method, "path")


def method(draft: Draft) -> bool:
    """An operation has another method."""
    site = _site(draft)
    return _relocated(draft, site, site.path, draft.random.choice(METHODS[site.method]), "method")


def parameter_moved(draft: Draft) -> bool:
    """A parameter of the path or the query stands elsewhere in the request."""
    site = _site(draft)
    parameters = draft.parameters(site)
    if not parameters:
        return False
    parameter = draft.random.choice(parameters)
    name, place = parameter["name"], parameter["in"]
    places = [other for other in ("query", "body", "path") if other != place and (other != "body" or site.body)]
    new = draft.random.choice(places)
    if new == "path" and (not parameter.get("required") or parameter.get("x-credential") == "key"):
        return False
    route = f"{site.path}/{{{name}}}" if new == "path" else site.path.replace(f"/{{{name}}}", "")
    if route in ("", "/") or _named_twice(route):
        return False
    moved = draft.relocate(site, route, site.method) if route != site.path else site
    if moved is None:
        return False
    number = draft.decide("moved", moved, name, place, new)
    mark(parameter, number)
    if route != site.path:
        mark(moved.described, number)
    if new != "body":
        parameter.update({"in": new, "required": parameter.get("required", False) or new == "path"})
        return True
    moved.described["parameters"].remove(parameter)
    body = draft.body(moved) or {}
    beside = {key: value for key, value in parameter.items() if key[:2] == "x-" and key != "x-provenance"}
    put(body, name, {**parameter["schema"], **beside})
    return True


def body_moved(draft: Draft) -> bool:
    """A field of the body of a request stands in the query."""
    sites = [site for site in draft.sites() if site.body]
    site = draft.random.choice(sites)
    body = draft.body(site)
    if body is None or len(body["properties"]) < 2:
        return False
    name = draft.random.choice(list(body["properties"]))
    parameters = draft.parameters(site)
    schema = body["properties"][name]
    if any(each["name"] == name for each in parameters) or schema.get("type") == "object":
        return False
    required = name in body.get("required", [])
    schema = remove(body, name)
    beside = {key: schema.pop(key) for key in list(schema) if key[:2] == "x-"}
    parameter = {"name": name, "in": "query", "required": required, "schema": schema, **beside}
    credential = parameter.pop("x-credential", None)
    if credential:
        schema["x-credential"] = credential
    mark(parameter, draft.decide("moved", site, name, "body", "query"))
    site.described["parameters"] = [*parameters, parameter]
    return True


def argument_renamed(draft: Draft) -> bool:
    """A parameter of the query, or a field of the body of a request, has another name."""
    site = _site(draft)
    parameters = [each for each in draft.parameters(site) if each["in"] == "query"]
    body = draft.body(site)
    fields = list(body["properties"]) if body else []
    if not (parameters or fields):
        return False
    new = fresh(draft.random, {*fields, *(each["name"] for each in parameters)})
    chosen = draft.random.choice([*parameters, *fields])
    if isinstance(chosen, dict):
        mark(chosen, draft.decide("renamed", site, "query", chosen["name"], new))
        chosen["name"] = new
    elif body:
        mark(body["properties"][chosen], draft.decide("renamed", site, "request body", chosen, new))
        rename(body, chosen, new)
    return True


def argument_reunited(draft: Draft) -> bool:
    """An amount or a time in a request is written in another unit or form."""
    site = _site(draft)
    body = draft.body(site)
    parameters = {each["name"]: each for each in draft.parameters(site)}
    fields = body["properties"] if body else {}
    found = [each for each in (*parameters.values(), *fields.values()) if each.get("x-argument") in POOLS["arguments"]]
    if not found:
        return False
    chosen = draft.random.choice(found)
    schema = chosen.get("schema", chosen)
    old = {"type": schema.get("type"), **{name: {**schema, **chosen}.get(name) for name in ("x-unit", "x-time")}}
    new = dict(draft.random.choice(POOLS["argument_units"][POOLS["arguments"][chosen["x-argument"]]]))
    if new["type"] == old["type"] and (new.get("x-unit"), new.get("x-time")) == (old["x-unit"], old["x-time"]):
        return False
    name = chosen.get("name") or next(name for name, each in fields.items() if each is chosen)
    number = draft.decide("reunited", site, f"request {name}", old, new)
    kept = {key: chosen[key] for key in ("x-argument", "x-drawn") if key in chosen}
    if "schema" in chosen:
        for key in ("example", "x-unit", "x-time"):
            chosen.pop(key, None)
        chosen["schema"] = new
    else:
        fields[name] = chosen = {**new, **kept}
    mark(chosen, number)
    return True


def success(draft: Draft) -> bool:
    """A granted request is answered with another status."""
    site = _site(draft)
    responses = site.described["responses"]
    old = min(status for status in responses if status.startswith("2"))
    new = draft.random.choice([status for status in ("200", "201", "202") if status not in responses])
    responses[new] = responses.pop(old)
    mark(responses[new], draft.decide("status", site, "status", old, new))
    return True


def refusal(draft: Draft) -> bool:
    """A reason has another status, code, text or media type."""
    document = draft.random.choice(list(draft.data))
    reason = draft.random.choice(POOLS["reasons"])
    entry = draft.data[document]["x-failures"]["reasons"][reason]
    statuses, codes = POOLS["statuses"], POOLS["codes"]
    changes: dict[str, Any] = draft.random.choice(
        [
            {"status": draft.random.choice([200, *statuses])},
            {"code": draft.random.choice(codes)},
            {"text": draft.random.choice(POOLS["texts"])},
            {"status": draft.random.choice(statuses), "code": draft.random.choice(codes)},
            {"status": draft.random.choice(statuses), "media": "text/plain"},
            {"status": draft.random.choice(statuses), "media": "text/html", "text": "<h1>No</h1>"},
        ]
    )
    old = {name: entry.get(name) for name in changes}
    if old == changes or ("media" in changes and reason == "PRICE_CHANGED"):
        return False
    site = next(site for site in draft.sites() if site.document == document)
    number = draft.decide("failure", None, reason, old, changes)
    draft.decisions[-1] = draft.decisions[-1]._replace(document=site.document)
    entry.update(changes)
    mark(entry, number)
    return True


def failure_shape(draft: Draft) -> bool:
    """The bodies of refusals have another shape."""
    document = draft.random.choice(list(draft.data))
    failure = draft.data[document]["components"]["schemas"]["Failure"]
    texts = [name for name, inner in failure["properties"].items() if inner.get("x-value") == "failure.text"]
    if not texts:
        return False
    name = fresh(draft.random, failure["properties"])
    way = draft.random.choice(["renamed", "nested", "with a code"])
    number = draft.decide("failure", None, "the body of refusals", texts[0], f"{way} {name}")
    draft.decisions[-1] = draft.decisions[-1]._replace(document=document)
    mark(failure, number)
    if way == "renamed":
        rename(failure, texts[0], name)
    elif way == "nested":
        text = remove(failure, texts[0])
        put(failure, name, {"type": "object", "required": ["text"], "properties": {"text": text}})
    else:
        put(failure, name, {"type": "string", "x-value": "failure.code"})
    return True


def rule(draft: Draft) -> bool:
    """The service has another rule."""
    name = draft.random.choice([name for name in POOLS["rules"] if name not in draft.rules] or [""])
    if not name:
        return False
    draft.rules[name] = draft.random.choice(POOLS["rules"][name])
    draft.decide("rule", None, name, "that of the contract", draft.rules[name])
    return True


def _relocated(draft: Draft, site: Site, route: str, verb: str, kind: str) -> bool:
    if (route, verb) == (site.path, site.method):
        return False
    moved = draft.relocate(site, route, verb)
    if moved is None:
        return False
    old, new = (f"{each.method.upper()} {each.path}" for each in (site, moved))
    mark(moved.described, draft.decide(kind, moved, "path", old, new))
    return True


def _named_twice(route: str) -> bool:
    holes = [segment for segment in route.split("/") if segment[:1] == "{"]
    return len(set(holes)) < len(holes)
