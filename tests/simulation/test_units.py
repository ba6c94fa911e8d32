"""How a scenario writes time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND
from mockserver.simulation.units import duration, instant, likely_duration

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250ms", 250),
        ("8s", 8 * SECOND),
        ("20m", 20 * MINUTE),
        ("1h30m", HOUR + 30 * MINUTE),
        ("7d", 7 * DAY),
        ("1d2h3m4s5ms", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5),
        ("30m1h", HOUR + 30 * MINUTE),
        ("0s", 0),
        ("", 0),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, expected: int) -> None:
    assert duration(text) == expected


@given(st.integers(0, 999_999_999))
@settings(deadline=None)
def test_a_minute_is_sixty_seconds_however_many_there_are(number: int) -> None:
    assert duration(f"{number}m") == 60 * duration(f"{number}s")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1970-01-01 00:00:00", 0), ("1970-01-02 00:00:01", DAY + SECOND), ("2025-05-17 06:07:13", 1_747_462_033_000)],
)
def test_an_instant_is_in_utc(text: str, expected: int) -> None:
    assert instant(text) == expected


@given(st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)))  # noqa: DTZ001 - hypothesis adds the zone itself
@settings(deadline=None)
def test_an_instant_is_what_it_says(moment: datetime) -> None:
    text = moment.strftime("%Y-%m-%d %H:%M:%S")
    assert (EPOCH + timedelta(milliseconds=instant(text))).strftime("%Y-%m-%d %H:%M:%S") == text


@pytest.mark.parametrize(
    "text", ["2025-02-30 00:00:00", "2025-13-01 00:00:00", "2025-01-01 24:00:00", "2025-01-01 00:00:60", "tomorrow"]
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        instant(text)


@pytest.mark.parametrize(
    ("value", "likely"),
    [
        ("5 sec", "5s"),
        ("5 s", "5s"),
        ("20 minutes", "20m"),
        ("1 Hour, 30 min.", "1h30m"),
        ("250 msec", "250ms"),
        ("7 days", "7d"),
        ("5", "5s"),
        (5, "5s"),
        ("soon", ""),
        ("5 parsecs", ""),
        ("-5s", ""),
        (1.5, ""),
        (True, ""),
        (None, ""),
    ],
)
def test_a_duration_is_guessed_from_other_spellings(value: object, likely: str) -> None:
    assert likely_duration(value) == likely
