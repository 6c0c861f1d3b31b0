"""A built-in data set of texts: short news articles, made up word by word, with some of six topics each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow

ARTICLES, SEED = 1500, 42

TOPICS: Mapping[str, str] = {
    "weather": "rain storm wind snow frost sun cloud flood forecast drought temperature thunder fog hail dry wet cold",
    "harvest": "wheat barley maize farm farmer crop field tonnes grain yield acres seed soil cattle dry flood mill",
    "shipping": "port ship cargo vessel harbour crew container tanker dock freight strike route sea storm tonnes canal",
    "sport": "match goal team coach league season player win defeat stadium final cup crew injury transfer record",
    "markets": "shares profit dividend bank bond investor quarter price stock interest yield record loss merger trade",
    "energy": "oil gas barrel pipeline power grid turbine wind refinery fuel price sun reactor plant coal tanker",
}
"""Words of each topic; a few belong to two, as they do in the news."""

PLAIN = [
    "said",
    "on",
    "monday",
    "officials",
    "expected",
    "new",
    "year",
    "report",
    "after",
    "week",
    "would",
    "also",
    "people",
    "first",
    "last",
    "group",
    "two",
    "according",
    "spokesman",
    "city",
    "plan",
    "local",
    "government",
    "today",
    "early",
    "late",
    "hope",
    "study",
    "public",
    "several",
    "another",
    "between",
    "under",
    "over",
    "about",
    "minister",
    "company",
    "council",
    "agency",
    "region",
    "month",
    "number",
    "high",
    "low",
    "part",
    "next",
    "until",
    "during",
    "against",
    "meeting",
    "talks",
    "visit",
    "train",
    "school",
    "bridge",
    "road",
    "museum",
    "film",
    "book",
    "mayor",
    "police",
    "court",
]
"""Words of any article."""

NO_TOPIC, ONE_TOPIC = 0.15, 0.6
"""Shares of articles without a topic, and with one; the others have two."""

TITLE_SHARE, BODY_SHARE = 0.5, 0.22
"""Share of words that are of a topic; the others are of any article."""


def articles() -> pyarrow.Table:
    """Return 1,500 rows of ``title``, ``body`` and ``topics``, whose names stand between semicolons."""
    random = np.random.default_rng(SEED)
    rows = [_article(random) for _ in range(ARTICLES)]
    return pyarrow.table({name: [row[name] for row in rows] for name in ("title", "body", "topics")})


def _article(random: np.random.Generator) -> dict[str, str]:
    chance = random.random()
    count = 0 if chance < NO_TOPIC else 1 if chance < NO_TOPIC + ONE_TOPIC else 2
    topics = sorted(random.choice(list(TOPICS), count, replace=False).tolist())
    title = _words(random, topics, int(random.integers(4, 9)), TITLE_SHARE)
    sentences = [_words(random, topics, int(random.integers(6, 16)), BODY_SHARE) for _ in range(random.integers(2, 7))]
    body = " ".join(f"{sentence.capitalize()}." for sentence in sentences)
    return {"title": title.capitalize(), "body": body, "topics": ";".join(topics)}


def _words(random: np.random.Generator, topics: Sequence[str], count: int, share: float) -> str:
    """Draw words, a share of them from the topics and the others from any article's."""
    own = [TOPICS[topic].split() for topic in topics]
    drawn = []
    for _ in range(count):
        if own and random.random() < share:
            words: Sequence[str] = own[int(random.integers(len(own)))]
        else:
            words = PLAIN
        drawn.append(words[int(random.integers(len(words)))])
    return " ".join(drawn)
