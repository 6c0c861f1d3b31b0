"""The table of what became of mutants."""

from __future__ import annotations

from collections.abc import Sequence

from mutants.study import Study


def show(studies: Sequence[Study], least: float) -> tuple[str, bool]:
    """Return the table, and whether all is well.

    Args:
        studies: One of each module.
        least: Share of mutants that has to be killed, over all modules.
    """
    rows: list[tuple[str, ...]] = [("module", "mutants", "killed", "equivalent", "survivors")]
    rows += [_row(study.module, [study]) for study in studies]
    rows.append(_row("all", studies))
    width = max(len(row[0]) for row in rows)
    lines = [f"{name:<{width}}" + "".join(f"{figure:>12}" for figure in figures) for name, *figures in rows]
    for study in studies:
        for mutant in study.survivors:
            lines += ["", f"{study.path}:{mutant.line} {mutant.where}", f"  - {mutant.was}", f"  + {mutant.now}"]
    stale = [line for study in studies for line in study.stale]
    if stale:
        lines += ["", "equivalent.toml is out of date:", *stale]
    count = sum(study.count for study in studies)
    share = sum(len(study.killed) for study in studies) / count
    lines += ["", f"{share:.1%} killed, {least:.0%} needed"]
    return "\n".join(lines), share >= least and not stale


def _row(name: str, studies: Sequence[Study]) -> tuple[str, ...]:
    figures = (
        sum(study.count for study in studies),
        sum(len(study.killed) for study in studies),
        sum(len(study.equivalent) for study in studies),
        sum(len(study.survivors) for study in studies),
    )
    return name, *map(str, figures)
