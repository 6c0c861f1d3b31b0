"""The end of a model: scores of its labels have to be independent probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_export.errors import OriginalError
from tagship_export.original.float32_copy import as_float32
from tagship_export.original.tracing import OUTPUT, row_shape, trace
from tagship_runtime.typing import Scores

PASSING = frozenset(
    {
        *("Identity", "AddV2", "Add", "AddN", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Mean", "Sum", "Cast"),
        *("Pack", "ConcatV2", "Reshape", "Squeeze", "ExpandDims", "StridedSlice", "Transpose"),
    }
)
"""Operations that an average of several members is made of."""

PRODUCTS = frozenset({"MatMul", "BatchMatMulV2", "Einsum", "Conv1D", "Conv2D", "Conv3D", "BiasAdd"})
SOFTMAX = frozenset({"Softmax", "LogSoftmax"})
CONSTANT = frozenset({"Const", "ReadVariableOp", "Placeholder", "VarHandleOp", "Shape"})

PROBE_ROWS, PROBE_SCALES = 64, (1.0, 30.0, 1000.0)
"""Rows of chance that show what scores do, for each scale of their numbers."""

EQUAL = 1e-3
"""Difference of two sums of scores that half precision explains."""


def with_sigmoid(model: Any, *, logits: bool, independent: bool = False) -> Any:
    """Return the model, with the sigmoid that it lacks if ``logits`` says so, in float32 and with one output.

    The end of the graph says what to be wary of, and what the scores do on rows of chance decides: a softmax inside of
    an attention, a mixture or a pair leaves scores independent, and a clipped line is a sigmoid of its own.

    Args:
        model: Keras.
        logits: Whether it lacks the sigmoid at its end.
        independent: Whether the caller insists that its scores are independent probabilities.

    Raises:
        OriginalError: Its scores share one sum, it lacks a sigmoid, has one already, or does not give (rows, labels).
    """
    model = _with_one_output(as_float32(model))
    outputs = _traced(model).structured_outputs[OUTPUT]
    if outputs.shape.rank != 2:
        raise OriginalError(shape_fault(outputs.shape))
    ends = _ends(outputs.op)
    if independent:
        return _add_sigmoid(model) if logits else model
    scores = _probe(model) if ends & (SOFTMAX | PRODUCTS) or logits else None
    if ends & SOFTMAX and _share_one_sum(scores, ends):
        raise OriginalError(
            "the model ends in a softmax, whose scores share one sum: it picks one of its classes; a multilabel "
            "model needs a sigmoid for each label (--independent if its scores are independent all the same)"
        )
    if not logits:
        if ends & PRODUCTS and not _are_scores(scores):
            raise OriginalError("the model ends without a sigmoid, so it gives no scores; add it with --logits")
        return model
    if "Sigmoid" in ends or _are_scores(scores):
        raise OriginalError(
            "the model ends in a sigmoid already; leave out --logits"
            if "Sigmoid" in ends
            else "the model gives numbers from 0 to 1 already, which a sigmoid would squash; leave out --logits"
        )
    return _add_sigmoid(model)


def _traced(model: Any) -> Any:
    try:
        return trace(model)
    except OriginalError:
        raise
    except Exception as error:  # whatever a layer raises
        reason = " ".join(str(error).split())[:300]
        raise OriginalError(f"the model cannot be computed on a batch of rows: {reason}") from error


def shape_fault(shape: Any) -> str:
    """Say how a model whose scores are no table of rows and labels becomes one whose scores are."""
    found = tuple(shape) if shape.rank is not None else shape
    said = f"the model gives scores of shape {found}; (rows, labels) is needed: "
    if shape.rank == 1:
        return f"{said}end it in keras.layers.Reshape((1,)), for one label"
    if shape.rank is None:
        return f"{said}give its last layer a fixed shape"
    count = int(np.prod(found[1:])) if None not in found[1:] else "as many"
    return (
        f"{said}for one decision on each row, pool what comes before the last layer (GlobalAveragePooling1D or 2D, or "
        f"return_sequences=False); for a label at each place, end it in keras.layers.Flatten(), with {count} labels"
    )


def _with_one_output(model: Any) -> Any:
    """Return a model that gives one tensor, where it gives a dict or list of one.

    Raises:
        OriginalError: There are several.
    """
    outputs = _traced(model).structured_outputs[OUTPUT]
    if not isinstance(outputs, dict | list | tuple):
        return model
    if len(outputs) != 1:
        raise OriginalError(f"the model has {len(outputs)} outputs; one is needed")
    import keras

    if getattr(model, "inputs", None):
        return keras.Model(model.inputs, model.outputs[0], name=model.name)
    inputs = keras.Input(row_shape(model))
    given = model(inputs)
    return keras.Model(inputs, next(iter(given.values())) if isinstance(given, dict) else given[0], name=model.name)


def _probe(model: Any) -> Scores | None:
    """Return what the model gives for rows of chance, of several scales; None where it takes none of them."""
    random = np.random.default_rng(0)
    found = []
    for scale in PROBE_SCALES:
        rows = (random.standard_normal((PROBE_ROWS, *row_shape(model))) * scale).astype(np.float32)
        for tried in (rows, np.abs(rows) % 2):  # an embedding takes small whole numbers alone
            try:
                found.append(np.asarray(model(tried, training=False), np.float32))
                break
            except Exception:  # noqa: S112 - whatever a layer raises; the next rows may do
                continue
    return np.concatenate(found) if found else None


def _share_one_sum(scores: Scores | None, ends: set[str]) -> bool:
    """Tell whether a row's scores add up to the same in every row, or to at most 1 where nothing else makes them."""
    if scores is None:
        return True
    sums = scores.sum(axis=1)
    if np.ptp(sums) < EQUAL:
        return True
    return scores.shape[1] > 1 and ends <= SOFTMAX and bool((sums < 1 + EQUAL).all())


def _are_scores(scores: Scores | None) -> bool:
    """Tell whether all numbers lie between 0 and 1, and are not all the same."""
    return scores is not None and bool(((scores >= 0) & (scores <= 1)).all()) and float(np.ptp(scores)) > EQUAL


def _ends(operation: Any) -> set[str]:
    """Return types of the operations that the output is put together from."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [operation]
    while waiting:
        operation = waiting.pop()
        if operation.name in seen or operation.type in CONSTANT:
            continue
        seen.add(operation.name)
        if operation.type in PASSING:
            waiting += [tensor.op for tensor in operation.inputs]
        else:
            found.add(operation.type)
    return found


def _add_sigmoid(model: Any) -> Any:
    import keras

    sigmoid = keras.layers.Activation("sigmoid", name="tagship_sigmoid")
    if getattr(model, "inputs", None):
        return keras.Model(model.inputs, sigmoid(model.outputs[0]), name=model.name)
    return keras.Sequential([keras.Input(row_shape(model)), model, sigmoid], name=f"{model.name}_scores")
