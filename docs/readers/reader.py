"""Use an artifact without tagship: read the contract, encode rows, run the engine, compare with the thresholds.

    python reader.py float32.tflite '[6, 23, 0, 4, 8, 8]'

needs NumPy and ai-edge-litert (.tflite) or onnxruntime (.onnx). Without a row it only replays the golden ones.
"""

import json
import re
import sys
import zipfile
from datetime import date, time

import numpy as np

BLANK = {"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"}
FILE_BLANK = {"n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"}  # of dates and durations as well
DATE = re.compile(
    r"(?:([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})"
    r"|([0-9]{1,2})([-/])([0-9]{1,2})\9([0-9]{4}))"
    r"(?:(?:[Tt]|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?: ?([AaPp])[Mm])?"
    r" ?(?:(?:[Zz]|UTC)|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?"
)
CLOCK = re.compile(
    r"(?P<sign>[+-])?(?:(?P<days>[0-9]+) days?,? *)?"
    r"(?:\+?(?P<hours>[0-9]+):(?P<minutes>[0-5][0-9])(?::(?P<whole>[0-5][0-9])(?:[.,](?P<fraction>[0-9]+))?)?)?"
)
ISO = re.compile(
    r"(?P<sign>[+-])?P(?=.)(?:(?P<weeks>[0-9]+)W)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<whole>[0-9]+)(?:[.,](?P<fraction>[0-9]+))?S)?)?"
)


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
    options.add_session_config_entry("session.x64quantprecision", "1")  # none cut off at 16 bits
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
        if feature["kind"] not in ("numeric", "offset", "date", "duration"):
            raise ValueError(f"{feature['name']} is of kind {feature['kind']}, which this program does not know")
        blank = BLANK | set(feature.get("missing", ())) | (FILE_BLANK if feature["kind"] in TIMES else set())
        missing = value is None or value != value or (isinstance(value, str) and value.strip() in blank)
        if missing and feature["fill"] is None:
            raise ValueError(f"{feature['name']} is missing, and has no fill")
        if isinstance(value, str) and "_" in value:  # Python would read 1_000
            raise ValueError(f"{feature['name']} is {value!r}, which is no number")
        if feature["kind"] == "date":
            numbers += days(feature, value, missing)
            continue
        number = feature["fill"] if missing else TIMES.get(feature["kind"], float)(value)
        if feature["kind"] == "offset" and abs(number) >= 2**53:
            raise ValueError(f"{feature['name']} is {value}, where float64 does not tell integers apart")
        numbers.append(number - feature.get("offset", 0))
        if feature.get("indicator"):
            numbers.append(float(missing))
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
        encoded = np.array(numbers, np.float32)
    if not np.isfinite(encoded).all():
        raise ValueError(f"not finite in float32: {row}")
    return encoded


def days(feature, value, missing):
    """Days since the reference date, whether the date is missing, and a column for each value of its parts."""
    moment = milliseconds(feature["fill"] if missing else value, None if missing else feature.get("first"))
    columns = [(moment - milliseconds(feature["since"])) / 86_400_000] + [float(missing)] * bool(
        feature.get("indicator")
    )
    day = date.fromordinal(moment // 86_400_000 + date(1970, 1, 1).toordinal())
    for part in feature.get("parts", ()):
        place, size = {"month": (day.month - 1, 12), "weekday": (day.weekday(), 7)}[part]
        columns += [float(not missing and at == place) for at in range(size)]
    return columns


def milliseconds(value, first=None):
    """Milliseconds since 1970: in UTC where there is a zone, and as it stands where there is none."""
    found = DATE.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"{value} is no date")
    y, _, m, d, dot_day, dot_month, dot_year, one, _, other, year, hour, *clock = found.groups()
    if one and first is None:
        raise ValueError(f"{value} may begin with its day or its month")
    if one:
        m, d = (one, other) if first == "month" else (other, one)
    day = date(int(y or dot_year or year), int(m or dot_month), int(d or dot_day))
    minute, second, fraction, half, sign, zone_hours, zone_minutes = clock
    if half and not 1 <= int(hour) <= 12:
        raise ValueError(f"{value} is no time of day")
    hour = int(hour or 0) % 12 + 12 * (half in "Pp") if half else int(hour or 0)
    time(hour, int(minute or 0), int(second or 0))  # raises where there is no such time
    time(int(zone_hours or 0), int(zone_minutes or 0))
    shift = (int(zone_hours or 0) * 60 + int(zone_minutes or 0)) * (-1 if sign == "-" else 1)
    minutes = ((day.toordinal() - date(1970, 1, 1).toordinal()) * 24 + hour) * 60 + int(minute or 0) - shift
    return (minutes * 60 + int(second or 0)) * 1000 + int(f"{fraction or ''}000"[:3])


def seconds(value):
    """Seconds of a duration such as 1:30:00 or PT90M, or of a number."""
    text = value.strip() if isinstance(value, str) else ""
    found = CLOCK.fullmatch(text) if ":" in text or "day" in text else ISO.fullmatch(text)
    if found is None:
        return float(value)
    parts = found.groupdict("0")
    days, clock = int(parts["days"]), int(parts["hours"]) * 3600 + int(parts["minutes"]) * 60 + int(parts["whole"])
    days = days * 86400 + int(parts.get("weeks", 0)) * 7 * 86400
    sign = -1 if parts["sign"] == "-" else 1
    if "weeks" not in parts and found["days"] and sign < 0:  # the days alone are negative, as Python has it
        days, sign = -days, 1
    whole, nanos = divmod(sign * ((days + clock) * 10**9 + int(f"{found['fraction'] or '':0<9}"[:9])), 10**9)
    return whole + nanos / 10**9


TIMES = {"date": milliseconds, "duration": seconds}


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
