"""The ONNX recipes, through onnxruntime.quantization; only matrix products and convolutions change."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ConversionError
from tagship_export.original.tracing import INPUT
from tagship_export.targets.onnx.graph import canonical
from tagship_runtime.typing import Features

if TYPE_CHECKING:
    from tagship_export.targets.base import Source

PRODUCTS = ("MatMul", "Gemm", "Conv", "ConvTranspose")
OPSET, IR_VERSION = 17, 8
CALIBRATION_BATCH = 256


def float16(source: Source) -> bytes:
    """Store weights in half precision, cast back to float32 where they are used.

    ONNX Runtime's own converter would also cast the input and the constants of scaling, and raw values may
    exceed what half precision holds (65,504).
    """
    import onnx

    proto = _read(source)
    casts = []
    for tensor in _weights(proto):
        values = onnx.numpy_helper.to_array(tensor)
        name, stored = tensor.name, f"{tensor.name}.float16"
        tensor.CopyFrom(onnx.numpy_helper.from_array(_halves(values), stored))
        casts.append(onnx.helper.make_node("Cast", [stored], [name], to=onnx.TensorProto.FLOAT))
    proto.graph.node.extend(casts)
    return canonical(proto, OPSET, IR_VERSION)


def _halves(values: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(over="ignore"):  # what overflows is infinite, and refused where payloads are checked
        return values.astype(np.float16)


def dynamic_int8(source: Source) -> bytes:
    """Store uint8 weights; the activations of a batch are quantized on the fly, by one scale for all of its rows."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    def quantize(proto: Any, path: str) -> None:
        quantize_dynamic(
            proto,
            path,
            # A convolution with integers is far slower than with floats; what embeddings look up is weights as well.
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )

    return _through_file(source, quantize, unsigned=True)


def int8(source: Source) -> bytes:
    """Store uint8 weights per channel and uint8 activations; what a matrix product gives is left in float32."""
    return _static(source, "QUInt8", {"OpTypesToExcludeOutputQuantization": ["MatMul", "Gemm"]}, unsigned=True)


def int16x8(source: Source) -> bytes:
    """Store int8 weights and int16 activations, in ONNX Runtime's own operators, which need no newer opset."""
    return _static(source, "QInt16", {"UseQDQContribOps": True, "ActivationSymmetric": True})


def _static(source: Source, activations: str, options: dict[str, Any], *, unsigned: bool = False) -> bytes:
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.calibrate import create_calibrator
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    rows = source.calibration
    if rows is None or not len(rows):
        raise ConversionError("this recipe needs calibration rows")

    def quantize(proto: Any, path: str) -> None:
        calibrator = create_calibrator(f"{path}.float32", list(PRODUCTS), augmented_model_path=f"{path}.augmented")
        calibrator.collect_data(_Rows(rows, source.batch))
        quantizer = QDQQuantizer(
            proto,
            per_channel=True,
            reduce_range=False,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType[activations],
            tensors_range=calibrator.compute_data(),
            nodes_to_quantize=[],
            nodes_to_exclude=[],
            op_types_to_quantize=list(PRODUCTS),
            extra_options=options | {"MatMulConstBOnly": True},
        )
        quantizer.quantize_model()
        quantizer.model.save_model_to_file(path)

    return _through_file(source, quantize, unsigned=unsigned)


class _Rows:
    """Calibration rows as ONNX Runtime asks for them."""

    def __init__(self, rows: Features, batch: int | None) -> None:
        size = batch or CALIBRATION_BATCH
        last = len(rows) - size + 1 if batch else len(rows)
        self._batches: Iterator[Features] = (rows[start : start + size] for start in range(0, last, size))

    def get_next(self) -> dict[str, Features] | None:
        """Return the next batch, None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def _through_file(source: Source, quantize: Callable[[Any, str], None], *, unsigned: bool) -> bytes:
    """Run a tool that writes a file; ``PATH.float32`` holds the model for those that also read one."""
    import onnx

    proto = _read(source)
    with tempfile.TemporaryDirectory(prefix="tagship-") as folder:
        path = str(Path(folder, "model.onnx"))
        Path(f"{path}.float32").write_bytes(proto.SerializeToString())
        try:
            quantize(onnx.shape_inference.infer_shapes(proto), path)
        except (RuntimeError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())[:300]
            raise ConversionError(f"ONNX Runtime's quantizer refuses the model: {reason}") from error
        made = onnx.load(path)
        if unsigned:
            _shift(made)
        return canonical(made, OPSET, IR_VERSION)


def _shift(proto: Any) -> None:
    """Store int8 as uint8, 128 more, and so what stands for 0.

    x86 processors without VNNI add two products of an int8 weight and a uint8 activation in 16 bits, where they do not
    always fit; of two uint8 they do it in 32. Shifted weights give the scores of the signed ones; the quantizer's own
    uint8 ones are up to 28% farther from the original's, as no step of theirs is on the largest number.
    """
    import onnx

    for tensor in proto.graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8:
            stored = onnx.numpy_helper.to_array(tensor)
            tensor.CopyFrom(onnx.numpy_helper.from_array(stored.view(np.uint8) ^ np.uint8(128), tensor.name))


def _read(source: Source) -> Any:
    import onnx

    proto = onnx.load_from_string(source.float32)
    for node in proto.graph.node:
        node.name = node.output[0]  # the quantizers tell nodes apart by name
    if not _weights(proto):
        raise ConversionError("the model has no matrix product or convolution, so there is nothing to quantize")
    return proto


def _weights(proto: Any) -> list[Any]:
    """Return the constants that products multiply by."""
    import onnx

    used = {name for node in proto.graph.node if node.op_type in PRODUCTS for name in node.input}
    return [
        tensor
        for tensor in proto.graph.initializer
        if tensor.name in used and tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) > 1
    ]
