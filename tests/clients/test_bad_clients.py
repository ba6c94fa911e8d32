"""Each bad client is found out, and for nothing but what is bad about it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.grade.matrix import Case
from mockserver.judge import judge
from mockserver.judge.rules import BEHAVIOUR, CONTRACT, KEY_LEAK
from mockserver.testing import Wanted
from mockserver.testing.judgement import documents
from mockserver.traffic import Answer, Exchange, Request, jsonl, recordings
from tests.clients import bad
from tests.clients.bad import BAD, GOOD, Bad

if TYPE_CHECKING:
    from mockserver.testing import Server, SmsOnline
    from tests.clients.conftest import Grade, Sleep

MOST = 99
HARSH = ("blocked-account", "flaky", "lost-answers", "low-balance", "out-of-stock", "price-moves", "rate-limited")
SEEN_BY_THE_SERVICE = {name: each for name, each in BAD.items() if each.code != KEY_LEAK}


class Usage:
    """Somebody who wants a code from a client within so many seconds, and takes no for an answer."""

    def __init__(self, client: Bad, patience: float = 300) -> None:
        self._client = client
        self._patience = patience

    def __call__(self, world: SmsOnline, sleep: Sleep) -> None:
        offer = GOOD["Offer"]("12", "ds", MOST, self._client.carrier)
        with suppress(GOOD["NoCode"]):
            self._client.client(world.base_url, world.user_id, world.api_key, sleep).receive_code(offer, self._patience)


@pytest.mark.parametrize("name", SEEN_BY_THE_SERVICE)
def test_a_bad_client_breaks_its_rule_and_no_other(grade: Grade, name: str) -> None:
    client = BAD[name]
    judgement = grade(Case(client.scenario), Usage(client))
    assert {finding.code for finding in judgement.findings} == {client.code}


def test_there_is_a_bad_client_for_every_rule() -> None:
    assert {client.code for client in BAD.values()} == {*CONTRACT, *BEHAVIOUR, KEY_LEAK}


def sent_by(client: Any) -> list[Exchange]:
    """What a client sends, to whomever, as it sends it."""
    sent: list[Exchange] = []

    def record(answer: Any, *_: object, **__: object) -> None:
        asked = answer.request
        request = Request(asked.method, asked.url, tuple(asked.headers.items()), asked.body or b"")
        answered = Answer(answer.status_code, tuple(answer.headers.items()), answer.content)
        sent.append(Exchange(request, answered, 0, 0.0))

    client._session.hooks["response"].append(record)
    return sent


def test_a_key_in_a_url_of_another_host_shows_in_a_recording(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    with server.begin(Wanted("instant")) as world:
        client = BAD["talkative"].client(world.base_url, world.user_id, world.api_key, lambda _: None)
        sent = sent_by(client)
        client.receive_code(GOOD["Offer"]("12", "ds", MOST))
        path.write_bytes(b"".join(jsonl.write(sent)))
        judgement = judge(recordings.read(path, [world.api_key]), documents(()), paced=False)
    assert {finding.code for finding in judgement.findings} == {KEY_LEAK}


@pytest.mark.parametrize("scenario", HARSH)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_client_breaks_no_other_rule_wherever_it_is(grade: Grade, name: str, scenario: str) -> None:
    judgement = grade(Case(scenario), Usage(BAD[name], patience=30))
    assert {finding.code for finding in judgement.findings} <= {BAD[name].code}


def test_a_bad_client_is_a_command(server: Server) -> None:
    with server.begin(Wanted("instant")) as world:
        command = [sys.executable, str(Path(bad.__file__)), "greedy", "12", "ds", "20"]
        environment = {**os.environ, **world.env, "SMSONLINE_CLOCK_SPEED": "1000"}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert (ran.returncode, ran.stdout) == (0, f"{world.orders[0].sms[0].code}\n")
