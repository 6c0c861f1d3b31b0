"""Programs around a generated model, for its proof: they read rows, and write what the model makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tagship_export.targets.c.encode import cells_of, columns_of
from tagship_runtime.contract import Contract

LONGEST_TEXTS = 4096
"""Bytes for the texts of one row, on a device."""

LONGEST_TEXTS_HERE = 1 << 24
"""Bytes for the texts of one row, on this machine."""


def rows_as_bytes(contract: Contract, rows: Iterable[Any]) -> bytes:
    """Rows as they stand in golden rows, for the program to read."""
    columns = columns_of(contract)
    return b"".join(
        column.feature.write(cell)
        for row in rows
        for column, cell in zip(columns, cells_of(contract, row), strict=True)
    )


def reading_rows(contract: Contract, prefix: str, longest_texts: int = LONGEST_TEXTS) -> str:
    """C that reads one row from stdin: ``read_row``, 0 at the end."""
    return "\n".join(_reading_rows(contract, prefix, longest_texts))


def _reading_rows(contract: Contract, prefix: str, longest_texts: int) -> Iterator[str]:
    columns = columns_of(contract)
    statements = [line for column in columns for line in column.feature.read(column.member)]
    yield f"static {prefix}row row;"
    if any("read_text" in line for line in statements):
        yield f"""
static char texts[{longest_texts}];
static size_t texts_used;

static const char *read_text(void) {{
    unsigned char digits[4];
    size_t size;
    char *text = texts + texts_used;
    if (fread(digits, sizeof digits, 1, stdin) != 1) return NULL;
    size = digits[0] | (size_t)digits[1] << 8 | (size_t)digits[2] << 16;
    if (texts_used + size + 1 > sizeof texts || fread(text, 1, size, stdin) != size) return NULL;
    text[size] = 0;
    texts_used += size + 1;
    return text;
}}
"""
        statements.insert(0, "texts_used = 0;")
    yield "static int read_row(void) {"
    yield from (f"    {line}" for line in statements)
    yield "    return 1;\n}\n"


def host_program(contract: Contract, prefix: str, stem: str) -> str:
    """Return a program for this machine, the model included: ``inputs`` or ``selftest``.

    ``inputs`` encodes rows from stdin and writes float32 to stdout; ``selftest`` prints its result and the largest
    difference.
    """
    macro = prefix.upper()
    return f"""#include "{stem}.c"
#include <stdio.h>

{reading_rows(contract, prefix, LONGEST_TEXTS_HERE)}
static float inputs[{macro}INPUTS];

int main(int count, char **words) {{
    long number = 0;
    float largest = 0.0f;
    int wrong;
    if (count > 1 && strcmp(words[1], "inputs") == 0) {{
        for (; read_row(); ++number) {{
            if ((wrong = {prefix}encode(&row, inputs)) != 0) {{
                fprintf(stderr, "row %ld: %d\\n", number, wrong);
                return 3;
            }}
            fwrite(inputs, sizeof inputs, 1, stdout);
        }}
        return 0;
    }}
    wrong = {prefix}selftest(&largest);
    printf("%d %.9g\\n", wrong, (double)largest);
    return 0;
}}
"""


def library(calling: str) -> str:
    """Return C that scores many rows: ``run``, which gives the number of the row (from 1) at which it stopped.

    Args:
        calling: An expression of ``inputs`` and ``scores``, 0 where nothing was wrong.
    """
    return f"""
long run(const float *inputs, long rows, long width, float *scores, long labels);
long run(const float *inputs, long rows, long width, float *scores, long labels) {{
    long row;
    for (row = 0; row < rows; ++row, inputs += width, scores += labels) {{
        if ({calling}) return row + 1;
    }}
    return 0;
}}
"""
