"""The scorer of Arrow batches gives what a predictor gives, whatever the batches, the process and the rows."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.arrow import Scorer, scorer
from tagship_runtime.errors import (
    ArtifactCorruptError,
    CheckFailedError,
    DataError,
    InputError,
    InputValueError,
    MissingColumnError,
    UsageError,
)
from tagship_runtime.scoring import SharedArtifact
from tagship_runtime.selftest import SelfTest, replay

PARCELS = Path(__file__).parents[1] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
LABELS = ("fragile", "heavy", "humid")
ROWS = 1000


def table(rows: int = ROWS) -> pyarrow.Table:
    random = np.random.default_rng(1)
    humidity: list[float | None] = random.uniform(0, 100, rows).tolist()
    humidity[::7] = [None] * len(humidity[::7])
    return pyarrow.table(
        {
            "id": np.arange(rows) + 10**12,
            "surface": random.choice(["steel", "glass", "ice"], rows).tolist(),
            "humidity": humidity,
            "weight": random.uniform(0, 20, rows),
        }
    )


def spoiled(*rows: int) -> pyarrow.Table:
    whole = table()
    weight = [None if row in rows else cell for row, cell in enumerate(whole["weight"].to_pylist())]
    return whole.set_column(3, "weight", pyarrow.array(weight, pyarrow.float64()))


def wanted(rows: pyarrow.Table) -> Any:
    return tagship_runtime.load(PARCELS).predict_proba(rows)


@pytest.mark.parametrize("size", [1, 64, 999, 1000, 5000])
def test_batches_of_any_size(size: int) -> None:
    rows = table()
    score = scorer(PARCELS, keep={"id": "int64"}, scores=True)
    batches = list(score(iter(rows.to_batches(max_chunksize=size))))
    assert [batch.num_rows for batch in batches] == [len(part) for part in rows.to_batches(max_chunksize=size)]
    assert all(batch.schema == score.schema for batch in batches)
    out, model = pyarrow.Table.from_batches(batches), tagship_runtime.load(PARCELS)
    assert out["id"].equals(rows["id"])
    scores = np.stack([out[f"score:{label}"].to_numpy() for label in LABELS], axis=1)
    np.testing.assert_allclose(scores, wanted(rows), rtol=0, atol=3e-7)  # 1.2e-7 measured, for batches of one row
    decisions = np.stack([out[label].to_numpy(zero_copy_only=False) for label in LABELS], axis=1)
    np.testing.assert_array_equal(decisions, scores >= model.thresholds)
    assert 0 < decisions.mean() < 1


def test_tables_and_single_batches_give_their_own_kind() -> None:
    rows, score = table(), Scorer(PARCELS, keep="id")
    out = score(rows)
    assert isinstance(out, pyarrow.Table)
    (batch,) = rows.to_batches()
    one = score(batch)
    assert isinstance(one, pyarrow.RecordBatch)
    assert pyarrow.Table.from_batches([one]).equals(out)
    assert score(rows.slice(0, 0)).schema == out.schema
    assert score(rows.slice(0, 0)).num_rows == 0
    assert list(score(iter([]))) == []


def test_labels_by_name() -> None:
    rows, model = table(50), tagship_runtime.load(PARCELS)
    names = [list(names) for names in model.predict_labels(rows)]
    score = scorer(PARCELS, labels_only=True)
    assert score(rows).to_pydict() == {"labels": names}
    columns = [rows[name].combine_chunks().to_pandas() for name in ("weight", "humidity", "surface")]
    assert score.tags(*columns).tolist() == names
    with pytest.raises(UsageError, match="2 columns were passed; 3 are needed: weight, humidity, surface"):
        score.tags(*columns[:2])


def test_bad_rows_are_named_by_what_is_kept() -> None:
    rows = spoiled(130, 700)
    score = scorer(PARCELS, keep=["id"])
    with pytest.raises(InputValueError) as raised:
        list(score(iter(rows.to_batches(max_chunksize=100))))
    assert raised.value.row == 130
    assert str(raised.value) == (
        "row 130, column 'weight': the value is missing (NaN), where id is 1000000000130; "
        "this feature has no fill value, so replace or drop missing values first"
    )


@pytest.mark.parametrize("size", [100, 1000])
def test_bad_rows_are_skipped_or_null(size: int) -> None:
    bad, rows = (0, 130, 131, 700, 999), spoiled(0, 130, 131, 700, 999)
    options: dict[str, Any] = {"keep": ["id"], "scores": True}
    good = [row for row in range(ROWS) if row not in bad]
    batches = rows.to_batches(max_chunksize=size)
    whole = scorer(PARCELS, **options)(rows.take(good))
    skipped = pyarrow.Table.from_batches(scorer(PARCELS, on_error="skip", **options)(iter(batches)))
    null = pyarrow.Table.from_batches(scorer(PARCELS, on_error="null", **options)(iter(batches)))
    assert skipped["id"].equals(whole["id"])
    assert null["id"].equals(rows["id"])
    for label in LABELS:
        assert skipped[label].equals(whole[label])
        assert [cell for row, cell in enumerate(null[label].to_pylist()) if row in bad] == [None] * len(bad)
        assert null[label].take(good).equals(whole[label])
        assert null[f"score:{label}"].null_count == len(bad)


def test_thresholds_of_the_caller() -> None:
    rows = table()
    all_on = scorer(PARCELS, thresholds={"heavy": 1e-30})(rows)
    assert all_on["heavy"].to_pylist() == [True] * ROWS
    assert all_on["humid"].equals(scorer(PARCELS)(rows)["humid"])


@pytest.mark.parametrize("keep", [{"id": "int32"}, pyarrow.schema([("id", pyarrow.string())])])
def test_kept_columns_get_the_type_that_was_given(keep: Any) -> None:
    rows = table(3).set_column(0, "id", pyarrow.array([1, 2, 3]))
    score = scorer(PARCELS, keep=keep)
    assert score(rows).schema == score.schema
    assert list(map(int, score(rows)["id"].to_pylist())) == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"on_error": "ignore"}, UsageError, "one of raise, skip, null"),
        ({"keep": {"id": "number"}}, UsageError, "keep gives 'id' the type 'number'"),
        ({"keep": 3}, UsageError, "keep is 3"),
        ({"keep": ["id", "part", "id"]}, UsageError, "keep names the column 'id' more than once"),
        ({"keep": pyarrow.schema([("id", "int64"), ("id", "int8")])}, UsageError, "'id' more than once"),
        ({"keep": ["heavy"]}, UsageError, "keep names 'heavy', and the predictions"),
        ({"sha256": "0" * 64}, ArtifactCorruptError, "has SHA-256"),
    ],
)
def test_options_that_mean_nothing(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        scorer(PARCELS, **options)


def test_rows_that_do_not_fit() -> None:
    with pytest.raises(MissingColumnError, match="'weight'"):
        scorer(PARCELS)(table().drop_columns("weight"))
    with pytest.raises(MissingColumnError, match="'part'"):
        scorer(PARCELS, keep="part")(table())
    with pytest.raises(DataError, match="column 'id' holds int64, which does not fit into int16"):
        scorer(PARCELS, keep={"id": "int16"})(table())
    with pytest.raises(UsageError, match=r"give types, such as keep=\{'id': 'int64'\}"):
        _ = scorer(PARCELS, keep="id").schema


@pytest.mark.parametrize("frame", [pandas.DataFrame({"weight": [1.0]}), {"weight": np.ones(1)}, [{"weight": 1.0}]])
def test_what_is_no_batch_of_arrow_is_told_how_to_be_one(frame: Any) -> None:
    with pytest.raises(
        UsageError, match=r"takes record batches and tables of pyarrow, not .* batch_format=\"pyarrow\""
    ):
        list(scorer(PARCELS)(frame))


def test_a_column_of_a_name_twice_is_refused() -> None:
    rows = table(3)
    twice = rows.append_column("weight", pyarrow.array([99.0] * 3))
    for given in (twice, twice.to_batches()[0]):
        with pytest.raises(InputError, match="more than one column 'weight'; rename one"):
            scorer(PARCELS)(given)
    with pytest.raises(InputError, match="more than one column 'weight'; rename one"):
        list(scorer(PARCELS)([rows.to_batches()[0], twice.to_batches()[0]]))


PROGRAM = """
import pickle, sys, pyarrow
score = pickle.load(sys.stdin.buffer)
rows = pyarrow.table({"weight": [10.0], "humidity": [50.0], "surface": ["glass"]})
try:
    print(score(rows).to_pylist())
except Exception as error:
    print(type(error).__name__, error)
"""


def elsewhere(score: Scorer) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM], input=pickle.dumps(score), capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_bytes_travel(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(PARCELS.read_bytes())
    score = scorer(path)
    path.unlink()
    row = {"weight": [10.0], "humidity": [50.0], "surface": ["glass"]}
    assert elsewhere(score) == str(scorer(PARCELS)(pyarrow.table(row)).to_pylist())


def test_a_path_is_pinned(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(PARCELS.read_bytes())
    score = scorer(path, by_path=True)
    assert len(pickle.dumps(score)) < 1000
    assert elsewhere(score).startswith("[{")
    damaged = bytearray(path.read_bytes())
    damaged[1000] ^= 1
    path.write_bytes(damaged)
    assert elsewhere(score).startswith(f"ArtifactCorruptError {path}: the file has SHA-256 ")
    path.unlink()
    assert elsewhere(score).startswith(f"MissingFileError {path} does not exist")
    with pytest.raises(UsageError, match="by_path was given with bytes"):
        scorer(PARCELS.read_bytes(), by_path=True)


def altered(**changes: Any) -> bytes:
    """An artifact, whole and with its digest, with another contract."""
    _, payload, contract = container.unpack(PARCELS.read_bytes())
    assert contract is not None
    return container.attach(payload, contract.replace(digest=None, **changes))


def test_a_machine_that_computes_otherwise_answers_nothing() -> None:
    golden = tagship_runtime.load(PARCELS).contract.golden
    assert golden is not None
    scores = tuple(tuple(1 - score for score in row) for row in golden.scores)
    other = altered(golden=dataclasses.replace(golden, scores=scores))
    score = scorer(other)
    with pytest.raises(CheckFailedError, match="computes something else than was exported, so it answers nothing"):
        score(table())
    assert scorer(other, prove=False)(table()).num_rows == ROWS


def test_nothing_to_prove_with_is_an_error_at_once() -> None:
    with pytest.raises(UsageError, match="no golden rows"):
        scorer(altered(golden=None))
    assert scorer(altered(golden=None), prove=False)(table()).num_rows == ROWS


def test_proved_once_in_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    replayed: list[int] = []

    def count(model: Any) -> SelfTest:
        replayed.append(1)
        return replay(model)

    monkeypatch.setattr("tagship_runtime.scoring.shared_artifact.replay", count)
    monkeypatch.setattr("tagship_runtime.scoring.shared_artifact._LOADED", {})
    score = scorer(PARCELS)
    for copy in (score, pickle.loads(pickle.dumps(score)), scorer(PARCELS.read_bytes())):  # noqa: S301
        copy(table(3))
        list(copy(batches()))
    assert len(replayed) == 1
    monkeypatch.setattr("os.getpid", lambda: -1)  # as after a fork
    score(table(3))
    assert len(replayed) == 2


def batches() -> Iterator[Any]:
    yield from table(10).to_batches(max_chunksize=3)


def test_equal_artifacts_are_equal() -> None:
    assert SharedArtifact.of(PARCELS) == SharedArtifact.of(PARCELS.read_bytes())
