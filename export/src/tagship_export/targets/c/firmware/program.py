"""The main files: one that only predicts, for its size, and one that measures itself and scores rows."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from tagship_export.targets.c.harness import reading_rows
from tagship_runtime.contract import Contract

NOTHING = "int main(void) {\n    return 0;\n}\n"
"""Memory of a firmware without a model."""

TIMES = 20
STACK_PAINTED = 6144
"""Bytes below the stack that are painted before the calls; none of them may be left over."""


def only_predicting(prefix: str, stem: str, *, selftest: bool = False) -> str:
    """A program that calls the model for one row, and does nothing besides."""
    macro = prefix.upper()
    replay = f"\n    result += {prefix}selftest(&scores[0]);" if selftest else ""
    return f"""#include "{stem}.h"
volatile {prefix}row given;
volatile unsigned char on;
int main(void) {{
    {prefix}row row = given;
    float scores[{macro}LABELS];
    unsigned char decisions[{macro}LABELS];
    int result = {prefix}predict(&row, scores, decisions);
    on = decisions[0];{replay}
    return result;
}}
"""


def measuring(contract: Contract, prefix: str, stem: str) -> str:
    """A program that prints ``selftest``, ``stack`` and ``ticks``, and scores ``rows.bin`` into ``scores.bin``."""
    template = Template(files(__package__).joinpath("measuring.c").read_text(encoding="utf-8"))
    return template.substitute(
        read_row=reading_rows(contract, prefix),
        prefix=prefix,
        macro=prefix.upper(),
        stem=stem,
        painted_bytes=STACK_PAINTED,
        painted_words=STACK_PAINTED // 4 - 32,
        times=TIMES,
    )
