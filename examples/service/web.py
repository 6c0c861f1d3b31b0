"""A web service of one artifact: rows in, labels and scores by name out, all as JSON.

    MODEL=float32.onnx uvicorn web:app

FastAPI runs functions that are not ``async`` on threads, which may share the model.
"""

import os
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException

import tagship_runtime

MOST_ROWS = 10_000

model = tagship_runtime.load(os.environ["MODEL"], sha256=os.environ.get("MODEL_SHA256"))
proof = model.selftest()
if not proof.passed:
    raise SystemExit(f"{os.environ['MODEL']}: {proof.finding}")

app = FastAPI()


@app.get("/model")
def describe() -> dict[str, Any]:
    """Return what the model answers, and how this machine repeated its golden rows."""
    return {"labels": model.labels, "thresholds": model.thresholds_by_name, "selftest": proof.to_dict()}


@app.post("/predict")
def predict(rows: Annotated[list[dict[str, Any]], Body(max_length=MOST_ROWS)]) -> list[dict[str, Any]]:
    """Return labels and scores of each row; null and names that are left out are missing values."""
    try:
        return [dict(answer) for answer in model.answers(rows)]
    except tagship_runtime.InputError as error:
        raise HTTPException(422, str(error)) from error
