"""The LiteRT recipes that change numbers and not the graph, through ai-edge-quantizer.

Only matrix products and convolutions are quantized: scaling, clipping and the sigmoid stay in float32, so
the range of a raw input costs no resolution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tagship_export.errors import ConversionError
from tagship_export.original.tracing import INPUT
from tagship_export.targets.litert.biases import hold_biases
from tagship_export.targets.litert.flatbuffer import name_ends, operations
from tagship_runtime.typing import Features

if TYPE_CHECKING:
    from tagship_export.targets.base import Source

WEIGHTED = ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D_TRANSPOSE")
PRODUCTS = (*WEIGHTED, "BATCH_MATMUL")
CALIBRATION_BATCH = 256


def float16(source: Source) -> bytes:
    """Store weights in half precision; the constants of scaling stay float32, since raw values may exceed 65,504."""
    manager = _manager(source)
    for operation in WEIGHTED:
        manager.add_weight_only_config(".*", operation, num_bits=16, algorithm_key=_float_casting())
    return _quantize(source, manager)


def dynamic_int8(source: Source) -> bytes:
    """Store int8 weights; activations are quantized on the fly, row by row."""
    manager = _manager(source)
    manager.add_dynamic_config(".*", "*", num_bits=8)
    return _quantize(source, manager)


def int8(source: Source) -> bytes:
    """Store int8 weights and activations."""
    return _static(source, activation_bits=8)


def int16x8(source: Source) -> bytes:
    """Store int8 weights and int16 activations."""
    return _static(source, activation_bits=16)


def _static(source: Source, activation_bits: int) -> bytes:
    manager = _manager(source)
    if "WHILE" in operations(source.float32):
        raise ConversionError("the model has a loop, whose activations cannot be calibrated; unroll it")
    for operation in PRODUCTS:
        manager.add_static_config(".*", operation, activation_num_bits=activation_bits, weight_num_bits=8)
    return _quantize(source, manager, activation_bits)


def _manager(source: Source) -> Any:
    from ai_edge_quantizer import recipe_manager

    if not operations(source.float32) & set(PRODUCTS):
        raise ConversionError("the model has no matrix product or convolution, so there is nothing to quantize")
    return recipe_manager.RecipeManager()


def _float_casting() -> Any:
    from ai_edge_quantizer.recipe_manager import AlgorithmName

    return AlgorithmName.FLOAT_CASTING


def _quantize(source: Source, manager: Any, activation_bits: int = 8) -> bytes:
    from ai_edge_quantizer import quantizer

    try:
        tool = quantizer.Quantizer(bytearray(source.float32), manager.get_quantization_recipe())
        ranges = _ranges(source, manager, activation_bits) if tool.need_calibration else None
        done = tool.quantize(ranges, enable_progress_bar=False, enable_progress_report=False)
    except (RuntimeError, ValueError) as error:
        raise ConversionError(f"ai-edge-quantizer refuses the model: {' '.join(str(error).split())[:300]}") from error
    return name_ends(bytes(done.quantized_model))


def _ranges(source: Source, manager: Any, activation_bits: int) -> dict[str, Any]:
    """Return the least and greatest value of every weight, and of every activation over all calibration rows.

    The quantizer's own way is a moving average over batches, so that its result depends on how the rows are
    cut and ordered. Its scales are such that a bias may be cut off: that is stored in steps of the product.
    """
    from ai_edge_quantizer import calibrator
    from ai_edge_quantizer.utils import qsv_utils

    rows = source.calibration
    if rows is None or not len(rows):
        raise ConversionError("this recipe needs calibration rows")
    tool = calibrator.Calibrator(bytearray(source.float32), num_threads=1, qsv_update_func=qsv_utils.min_max_update)
    tool.calibrate({"serving_default": _batches(rows, source.batch)}, manager)
    found: dict[str, Any] = tool.get_model_qsvs()
    return hold_biases(source.float32, found, activation_bits)


def _batches(rows: Features, batch: int | None) -> list[dict[str, Features]]:
    size = batch or CALIBRATION_BATCH
    last = len(rows) - size + 1 if batch else len(rows)
    return [{INPUT: rows[start : start + size]} for start in range(0, last, size)]
