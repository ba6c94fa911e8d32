"""Exchanges for tests: any that HTTP can carry."""

from __future__ import annotations

from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.exchange import LEFT_OUT, PACKED, SHORT

texts = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=10).map(lambda name: f"x-{name}")
headers = st.lists(st.tuples(names, texts), max_size=3).map(tuple)
bodies = st.binary(max_size=30) | texts.map(str.encode)
urls = st.builds("http://127.0.0.1/v3{}?{}".format, st.sampled_from(["", "/a%20b", "/x/"]), st.just("a=%41&b=&a=+c"))
requests = st.builds(Request, st.sampled_from(["GET", "PUT", "POST"]), urls, headers, bodies)
answers = st.builds(Answer, st.integers(100, 599), headers, bodies)
own = (LEFT_OUT, PACKED, SHORT)
notes = st.dictionaries(
    texts.filter(lambda name: name not in own),
    st.none() | st.integers(-(2**53), 2**53) | texts | st.lists(texts, max_size=2),
    max_size=3,
)
durations = st.floats(0, 1e6)
exchanges = st.builds(
    Exchange, requests, st.none() | answers, st.integers(0, 4_000_000_000_000), durations, texts, notes
)
