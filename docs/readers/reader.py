"""Use an artifact without tagship: read the contract, encode rows, run the engine, compare with the thresholds.

    python reader.py float32.tflite '[6, 23, 0, 4, 8, 8]'

needs NumPy and ai-edge-litert (.tflite) or onnxruntime (.onnx). Without a row it only replays the golden ones.
"""

import json
import sys
import zipfile

import numpy as np

BLANK = {"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"}


def open_tflite(path):
    """The contract, and a function from an array to the output's array."""
    from ai_edge_litert.interpreter import Interpreter

    with zipfile.ZipFile(path) as archive:
        contract = json.loads(archive.read("tagship.json"))
    interpreter = Interpreter(model_path=path)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()

    def run(batch):
        interpreter.resize_tensor_input(source["index"], batch.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(source["index"], batch)
        interpreter.invoke()
        return interpreter.get_tensor(target["index"])

    return contract, run


def open_onnx(path):
    """Likewise."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")  # products in float32
    session = onnxruntime.InferenceSession(path, options)
    contract = json.loads(session.get_modelmeta().custom_metadata_map["tagship"])
    return contract, lambda batch: session.run(None, {contract["input"]["name"]: batch})[0]


def encode(contract, row):
    """The model's input for one row: its values in feature order, None for a missing one."""
    if contract["features"] is None:
        return np.asarray(row, np.float32)  # an image, a signal: as it is
    if len(row) != len(contract["features"]):
        raise ValueError(f"{len(row)} values for {len(contract['features'])} features")
    numbers = []
    for feature, value in zip(contract["features"], row, strict=True):
        if feature["kind"] == "category":
            numbers += [float(spelled(value) == known) for known in feature["values"]]
            continue
        if feature["kind"] == "text":
            from words import counts_of  # words.py and characters.py, beside this file

            numbers += counts_of(feature, value)
            continue
        if feature["kind"] not in ("numeric", "offset"):
            raise ValueError(f"{feature['name']} is of kind {feature['kind']}, which this program does not know")
        missing = value is None or value != value or (isinstance(value, str) and value.strip() in BLANK)
        number = feature["fill"] if missing else float(value)
        if number is None:
            raise ValueError(f"{feature['name']} is missing, and has no fill")
        numbers.append(number - feature.get("offset", 0))
        if feature.get("indicator"):
            numbers.append(float(missing))
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
        encoded = np.array(numbers, np.float32)
    if not np.isfinite(encoded).all():
        raise ValueError(f"not finite in float32: {row}")
    return encoded


def spelled(value):
    """A category's word: whole numbers without a fraction, booleans in lower case, missing as empty."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def scores_of(contract, run, row):
    """The scores of one row, float32."""
    batch = np.stack([encode(contract, row)] * (contract["input"]["shape"][0] or 1))
    into, out = contract["input"], contract["output"]
    if np.issubdtype(np.dtype(into["dtype"]), np.integer):
        limits = np.iinfo(into["dtype"])
        integers = np.rint(batch / np.float64(into.get("scale", 1))) + into.get("zero_point", 0)
        batch = np.clip(integers, limits.min, limits.max)
    scores = run(batch.astype(into["dtype"]))[0]
    if np.issubdtype(np.dtype(out["dtype"]), np.integer):
        scores = (scores.astype(np.float64) - out.get("zero_point", 0)) * out["scale"]
    return scores.astype(np.float32)


def decide(contract, scores):
    """On where a score reaches its threshold, both as float32."""
    return np.asarray(scores, np.float32) >= np.array(contract["thresholds"], np.float32)


def repeated(row, shape):
    """A golden row as it stands, or computed from its seed where one stands for it; see docs/contract.md."""
    if not isinstance(row, dict):
        return row
    places = np.zeros((), np.uint64)
    for axis, size in enumerate(shape):
        block = 1 if 0 < axis == len(shape) - 1 else row["block"]
        places = places[..., None] * np.uint64(size) + np.arange(size, dtype=np.uint64) // np.uint64(block)
    bits = (places + np.uint64(row["seed"])) % np.uint64(2**32)
    for _ in range(3):
        bits = (bits * np.uint64(1664525) + np.uint64(1013904223)) % np.uint64(2**32)
        bits ^= bits >> np.uint64(16)
    return (row["low"] + row["step"] * (bits >> np.uint64(24)).astype(np.float64)).astype(np.float32).tolist()


def replay(contract, run):
    """How far the golden rows' scores are off here, and how many decisions differ though the score is not close."""
    golden = contract["golden"]
    rows = [repeated(row, contract["input"]["shape"][1:]) for row in golden["rows"]]
    want = np.array(golden["scores"], np.float32)
    got = np.stack([scores_of(contract, run, row) for row in rows])
    firm = np.abs(want - np.array(contract["thresholds"], np.float32)) > golden["tolerance"]
    flips = (decide(contract, got) != np.array(golden["decisions"], bool)) & firm
    return float(np.abs(got - want).max()), int(flips.sum())


def main(path, *rows):
    """Replay the golden rows, then answer for each row of JSON."""
    contract, run = (open_tflite if path.endswith(".tflite") else open_onnx)(path)
    if contract["tagship"] != 1:
        raise SystemExit(f"the contract's format is {contract['tagship']}, this program reads 1")
    if contract["golden"] is None:
        print("no golden rows to replay")
    else:
        difference, flips = replay(contract, run)
        print(f"{len(contract['golden']['rows'])} golden rows: largest difference {difference:.1e}, {flips} flips")
        if not difference <= contract["golden"]["tolerance"] or flips:  # NaN has to fail
            raise SystemExit("this machine does not compute what was exported")
    for row in map(json.loads, rows):
        scores = scores_of(contract, run, row)
        on = decide(contract, scores)
        print(json.dumps([name for name, yes in zip(contract["labels"], on, strict=True) if yes]), scores.tolist())


if __name__ == "__main__":
    main(*sys.argv[1:])
