"""Few columns and labels are told one by one, many in one sentence for all of a kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas
import pytest

from tagship_runtime.files.dataset import Dataset
from tagship_training import Config, Kinds, Options, TrainingError, train
from tagship_training.data.notices import on_columns_left_out, on_labels_alike, on_rare_labels, on_unknown_words
from tagship_training.data.prepare import prepare
from tagship_training.data.splits import check_positives

QUICK = Config(hidden=(4,), epochs=1, members=2)


@pytest.mark.parametrize(("count", "lines"), [(0, 0), (3, 3), (4, 1), (555, 1)])
def test_one_line_for_many_of_a_kind(count: int, lines: int) -> None:
    names = [f"n{number}" for number in range(count)]
    told = on_columns_left_out(dict.fromkeys(names, "every value is 0"))
    rare = on_rare_labels({name: number for number, name in enumerate(reversed(names))}, rows=333, least=10)
    unknown = on_unknown_words({name: number for number, name in enumerate(names)}, "are odd", rows=50, purpose="test")
    assert len(told) == len(rare) == len(unknown) == lines
    if count > 3:
        assert told[0] == f"{count} columns are left out: every value is 0: 'n0', 'n1', 'n2' and {count - 3} more"
        assert f"'n{count - 1}' (0), 'n{count - 2}' (1)" in rare[0]  # the rarest
        assert f"'n{count - 1}' ({count - 1})" in unknown[0]  # the most frequent
        assert f"in {count} columns test rows (of 50) are odd: " in unknown[0]


def test_texts_without_a_known_word_are_told_as_such() -> None:
    targets = np.tile(np.array([[0], [1], [1], [0]], np.uint8), (20, 1))

    def rows(body: Sequence[str | None], kind: Sequence[str]) -> Dataset:
        table = {"body": np.array(body, object), "kind": np.array(kind, object)}
        return Dataset(table=table, targets=targets, labels=("oil",))

    learned = rows(["oil gold up", "gold oil down", "oil down gold", "up gold oil"] * 20, ["a", "b"] * 40)
    judged = rows(["oil up here"] * 76 + ["", "", None, "zinc"], ["a", "c"] * 40)
    told = prepare(learned, judged, None, QUICK, Options(kinds=Kinds(text=("body",), categorical=("kind",)))).notices
    assert "column 'body': 4 of 80 test rows have no word that the model knows, or are empty" in told
    assert "column 'kind': 40 of 80 test rows hold a word that the model does not know" in told


def test_each_reason_has_its_line() -> None:
    reasons = dict.fromkeys("abcde", "every value is 0") | {"f": "every value is missing"}
    assert len(on_columns_left_out(reasons)) == 2


def frame(empty: int) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    random = np.random.default_rng(0)
    features = pandas.DataFrame(random.normal(size=(80, 2)), columns=["x", "y"])
    labels = pandas.DataFrame({"on": (features["x"] > 0).astype(int)})
    return features, labels.assign(**{f"empty {number}": 0 for number in range(empty)})


def test_all_labels_that_are_never_on_are_named_at_once() -> None:
    with pytest.raises(TrainingError, match=r"5 labels are never on, 'empty 0'.*'empty 4'; .*--drop-empty-labels"):
        train(*frame(5), config=QUICK)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["all"], "label 'all' is always on; leave its column out (--drop), or give more rows"),
        (
            ["none"],
            "label 'none' is never on; leave its column out (--drop), or give more rows, or "
            "--drop-empty-labels for those that are never on",
        ),
        (
            ["none", "all", "some", "all too"],
            "label 'none' is never on; 2 labels are always on, 'all', 'all too'; leave their columns out (--drop), or "
            "give more rows, or --drop-empty-labels for those that are never on",
        ),
    ],
)
def test_all_labels_that_are_the_same_everywhere_are_named_at_once(labels: list[str], said: str) -> None:
    columns = {"all": np.ones(20), "all too": np.ones(20), "none": np.zeros(20), "some": np.arange(20) % 2}
    targets = np.stack([columns[name] for name in labels], axis=1).astype(np.uint8)
    with pytest.raises(TrainingError) as raised:
        check_positives(targets, labels)
    assert str(raised.value) == f"nothing can be learned of labels that are the same in all 20 training rows: {said}"


def test_labels_that_are_never_on_may_be_dropped() -> None:
    features, labels = frame(5)
    options = Options(drop_empty_labels=True)
    run = train(features, labels, test=(features, labels.assign(**{"empty 1": 1})), config=QUICK, options=options)
    assert run.labels == ("on",)
    assert run.rows["test"].known_targets.shape == (80, 1)
    said = "5 labels are never on in the 80 training rows and left out: 'empty 0', 'empty 1', 'empty 2' and 2 more"
    assert said in run.notices
    with pytest.raises(TrainingError, match="none of the 2 labels is ever on"):
        train(features, frame(2)[1].drop(columns="on"), config=QUICK, options=options)


def test_labels_that_differ_by_case_are_told() -> None:
    (told,) = on_labels_alike(["big", "hot", "Big", "round"])
    assert told.startswith("labels 'big' and 'Big' differ by blanks or case alone, and are two labels")
    assert len(on_labels_alike(["a", "A ", " a"])) == 2
    assert on_labels_alike(["big", "bigger"]) == []
