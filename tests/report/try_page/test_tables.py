"""Tables as people have them: the page reads what ``tagship predict`` reads, or refuses, and never anything else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from chromium import launched, needs_chromium
from tagship_report.try_page.render import write_try_page
from tagship_runtime import Contract, container

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "shared" / "tables.json").read_text(encoding="ascii"))
"""Features, and tables with the matrix that they give, or words of the refusal; ``page`` where it alone refuses."""

WIDTH = 7
SCALE = 1000
"""Scores are the sigmoid of the matrix over this."""

cases = pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"].encode("unicode_escape").decode())


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose scores tell the whole matrix."""
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("Gemm", ["features", "w"], ["logits"]), helper.make_node("Sigmoid", ["logits"], ["scores"])],
        "matrix",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", WIDTH])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", WIDTH])],
        [numpy_helper.from_array(np.eye(WIDTH, dtype=np.float32) / SCALE, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    document = {
        "tagship": 1,
        "labels": [f"label {at}" for at in range(WIDTH)],
        "thresholds": [0.5] * WIDTH,
        "features": CASES["features"],
        "input": {"name": "features", "dtype": "float32", "shape": [None, WIDTH]},
        "output": {"name": "scores", "dtype": "float32", "shape": [None, WIDTH]},
        **{"recipe": "float32", "source": {}, "parity": None, "quality": None, "golden": None},
    }
    path = tmp_path_factory.mktemp("tables") / "matrix.onnx"
    path.write_bytes(container.attach(model.SerializeToString(), Contract.from_json(json.dumps(document))))
    return path


KEEP_SAVED = """
URL.createObjectURL = (blob) => ((window.saved = blob), "#");
HTMLAnchorElement.prototype.click = () => {};
"""
"""What is saved stays in the page: Chromium lets one page download ten files, then asks whether it may go on."""


@pytest.fixture(scope="module")
def page(artifact: Path) -> Iterator[Page]:
    with launched() as browser:
        opened = browser.new_page()
        opened.goto(write_try_page(artifact, artifact.with_name("try.html")).as_uri())
        opened.locator("main").wait_for()
        opened.evaluate(KEEP_SAVED)
        yield opened


def check_scores(lines: list[dict[str, Any]], encoded: list[list[float]]) -> None:
    found = np.array([[float(line[f"score:label {at}"]) for at in range(WIDTH)] for line in lines])
    want = 1 / (1 + np.exp(-np.array(encoded, np.float64) / SCALE))
    np.testing.assert_allclose(found.reshape(want.shape), want, rtol=0, atol=2e-7)  # 8e-4 in the matrix; measured: 6e-8


@cases
def test_predict(case: dict[str, Any], artifact: Path, tmp_path: Path, tagship: Callable[..., Any]) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(case["text"].encode())
    done = tagship("predict", artifact, table, "--scores", "--format", "jsonl")
    if "refused" in case:
        assert done.code == 2, done.out
        assert all(word in done.err for word in case["refused"]), done.err
    else:
        assert done.code == 0, done.err
        check_scores([json.loads(line) for line in done.out.splitlines()], case["encoded"])


@needs_chromium
@cases
def test_page(case: dict[str, Any], page: Page, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(case["text"].encode())
    page.locator("#progress").evaluate("line => ((line.textContent = ''), (window.saved = null))")
    page.locator("input[type=file]").set_input_files([])
    page.locator("input[type=file]").set_input_files(table)
    page.locator("#progress", has_text=".").wait_for()  # a sentence, no count of rows
    said, save = page.locator("#progress").inner_text(), page.locator("#save")
    if save.is_hidden():
        assert "encoded" not in case or "page" in case, said
        assert all(word in said for word in case.get("refused", [])), said
        return
    save.click()
    text = page.evaluate("window.saved.text()").removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    errors = [line["error"] for line in lines if line["error"]]
    if "refused" in case or "page" in case:
        assert errors
        assert all(word in errors[0] for word in case.get("refused", []))
    else:
        assert errors == []
        check_scores(lines, case["encoded"])
