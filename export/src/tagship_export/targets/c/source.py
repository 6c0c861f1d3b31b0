"""The text around a network: what a firmware includes and calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from tagship_export.errors import ConversionError
from tagship_export.targets.c.encode import Column, cells_of, columns_of
from tagship_export.targets.c.encode.numeric import FINITE
from tagship_export.targets.c.text import (
    LONGEST_LITERAL,
    RESERVED,
    characters,
    comment,
    identifiers,
    number,
    numbers,
    string,
)
from tagship_runtime.container import C_BEGINNING
from tagship_runtime.contract import Contract

PUBLIC = ("labels", "thresholds", "digest", "row", "encode", "scores", "decide", "predict", "selftest")
"""Names that a linker sees, without the prefix."""


def header(contract: Contract, prefix: str, stem: str) -> str:
    """The header, ``STEM.h``."""
    return "\n".join(_header(contract, prefix, stem))


def body(network: str, contract: Contract, prefix: str, stem: str) -> str:
    """All of ``STEM.c`` but the contract at its end.

    Raises:
        ConversionError: A feature cannot be encoded in C, or the prefix gives a name that is used inside.
    """
    text = "\n".join(_body(network, contract, prefix, stem))
    for name in PUBLIC:
        if re.search(rf"^static [^;{{(=\[]*\b{prefix}{name} ?[\[(=;]", text, re.M):
            raise ConversionError(
                f"prefix {prefix!r} gives {prefix + name!r}, a name that is used inside; take another --prefix"
            )
    return text


def _header(contract: Contract, prefix: str, stem: str) -> Iterator[str]:
    macro, guard = prefix.upper(), f"{prefix}{stem}_h".upper()
    yield f"/* {comment(', '.join(contract.labels))}: made by tagship export, not to be edited. */"
    yield f"#ifndef {guard}\n#define {guard}\n"
    yield "#include <stdint.h>\n"
    yield '#ifdef __cplusplus\nextern "C" {\n#endif\n'
    yield f"#define {macro}INPUTS {_inputs(contract)}"
    yield f"#define {macro}LABELS {len(contract.labels)}"
    yield f"#define {macro}GOLDEN_ROWS {_golden_rows(contract)}\n"
    yield "/* Labels, in the order of scores, thresholds and decisions. */"
    yield "enum {"
    for name, label in zip(identifiers(contract.labels, RESERVED | {"count"}), contract.labels, strict=True):
        yield f"    {macro}LABEL_{name.upper()}, /* {comment(label)} */"
    yield f"    {macro}LABEL_COUNT"
    yield "};\n"
    yield f"extern const char *const {prefix}labels[{macro}LABELS];"
    yield f"extern const float {prefix}thresholds[{macro}LABELS];"
    yield f"/* SHA-256 of the file and its contract, in hex. */\nextern const char {prefix}digest[65];\n"
    yield "/* One row, before it is encoded. */"
    yield "typedef struct {"
    for column in columns_of(contract):
        yield f"    {column.feature.declaration(column.member)}"
    yield f"}} {prefix}row;\n"
    yield "/* From a row to inputs. 0, or the number (from 1) of the value that is missing or not finite. */"
    yield f"int {prefix}encode(const {prefix}row *row, float *inputs);\n"
    yield "/* From inputs to scores in [0, 1]. 0, or the number (from 1) of the input that is not finite; -1 if what"
    yield "   came out is no score. Uses the stack alone; may be called from several threads. */"
    yield f"int {prefix}scores(const float *inputs, float *scores);\n"
    yield "/* 1 for each label whose score reaches its threshold, else 0. */"
    yield f"void {prefix}decide(const float *scores, unsigned char *decisions);\n"
    yield "/* All three; 0 if nothing was wrong, as above. */"
    yield f"int {prefix}predict(const {prefix}row *row, float *scores, unsigned char *decisions);\n"
    yield "/* Replay the golden rows. 0, or the number (from 1) of the row that comes out differently; the largest"
    yield "   difference to the scores of the export goes to *largest. */"
    yield f"int {prefix}selftest(float *largest);\n"
    yield "#ifdef __cplusplus\n}\n#endif\n"
    yield f"#endif /* {guard} */\n"


def _body(network: str, contract: Contract, prefix: str, stem: str) -> Iterator[str]:
    columns, macro = columns_of(contract), prefix.upper()
    yield f"{C_BEGINNING.decode()}, not to be edited: its digest covers every byte."
    yield "   No heap, no variable that outlives a call; needs expf and its like from the math library. */"
    yield f'#include "{stem}.h"\n'
    yield "#include <math.h>\n#include <string.h>"
    yield network
    labels = ", ".join(map(string, contract.labels))
    yield f"const char *const {prefix}labels[{macro}LABELS] = {{{labels}}};"
    yield f"const float {prefix}thresholds[{macro}LABELS] = {{{numbers(contract.thresholds)}}};\n"
    yield from dict.fromkeys(text for column in columns for text in (FINITE, *column.feature.support()))
    for column in columns:
        yield from column.feature.constants(column.member)
    yield f"\nint {prefix}encode(const {prefix}row *row, float *inputs) {{"
    for column in columns:
        yield from (f"    {line}" for line in column.statements())
    yield "    return 0;\n}\n"
    yield from _scores(prefix, macro)
    yield from _golden(contract, columns, prefix, macro)
    yield f"#define TAGSHIP_SEAL(digest) const char {prefix}digest[65] = digest;\n"


def _inputs(contract: Contract) -> int:
    return int(np.prod(contract.input.row_shape))


def _golden_rows(contract: Contract) -> int:
    return 0 if contract.golden is None else len(contract.golden.rows)


def _scores(prefix: str, macro: str) -> Iterator[str]:
    yield f"""int {prefix}scores(const float *inputs, float *scores) {{
    int i;
    for (i = 0; i < {macro}INPUTS; ++i) {{
        if (!is_finite(inputs[i])) return i + 1;
    }}
    network(inputs, scores);
    for (i = 0; i < {macro}LABELS; ++i) {{
        if (!(scores[i] >= 0.0f && scores[i] <= 1.0f)) return -1;
    }}
    return 0;
}}

void {prefix}decide(const float *scores, unsigned char *decisions) {{
    int i;
    for (i = 0; i < {macro}LABELS; ++i) decisions[i] = scores[i] >= {prefix}thresholds[i];
}}

int {prefix}predict(const {prefix}row *row, float *scores, unsigned char *decisions) {{
    float inputs[{macro}INPUTS];
    int wrong = {prefix}encode(row, inputs);
    if (!wrong) wrong = {prefix}scores(inputs, scores);
    if (!wrong) {prefix}decide(scores, decisions);
    return wrong;
}}
"""


def _long_literals(rows: Iterable[Iterable[str]]) -> dict[str, None]:
    """String literals of more characters than compilers have to take."""
    return {value: None for row in rows for value in row if value.startswith('"') and len(value) > LONGEST_LITERAL}


def _golden(contract: Contract, columns: tuple[Column, ...], prefix: str, macro: str) -> Iterator[str]:
    golden = contract.golden
    if golden is None or not golden.rows:
        yield f"/* There are no golden rows to replay. */\nint {prefix}selftest(float *largest) {{"
        yield "    *largest = 0.0f;\n    return 1;\n}\n"
        return
    rows = [
        [column.feature.initializer(cell) for column, cell in zip(columns, cells_of(contract, row), strict=True)]
        for row in golden.rows
    ]
    long = {value: f"golden_text_{number}" for number, value in enumerate(_long_literals(rows), start=1)}
    for value, name in long.items():
        yield f"static const char {name}[] = {{{characters(value)}}};"
    yield f"static const {prefix}row golden_rows[{macro}GOLDEN_ROWS] = {{"
    yield from (f"    {{{', '.join(long.get(value, value) for value in row)}}}," for row in rows)
    yield "};"
    yield f"static const float golden_scores[{macro}GOLDEN_ROWS][{macro}LABELS] = {{"
    for scores in golden.scores:
        yield f"    {{{numbers(scores)}}},"
    yield "};\n"
    tolerance = number(golden.tolerance)
    yield f"""int {prefix}selftest(float *largest) {{
    float inputs[{macro}INPUTS], scores[{macro}LABELS];
    int row, label;
    *largest = 0.0f;
    for (row = 0; row < {macro}GOLDEN_ROWS; ++row) {{
        if ({prefix}encode(&golden_rows[row], inputs) || {prefix}scores(inputs, scores)) return row + 1;
        for (label = 0; label < {macro}LABELS; ++label) {{
            const float want = golden_scores[row][label], threshold = {prefix}thresholds[label];
            const float difference = fabsf(scores[label] - want);
            if (difference > *largest) *largest = difference;
            if (difference > {tolerance}) return row + 1;
            if (fabsf(want - threshold) <= {tolerance}) continue;
            if ((want >= threshold) != (scores[label] >= threshold)) return row + 1;
        }}
    }}
    return 0;
}}
"""
