"""Options of an export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict

from tagship_export.data.golden_rows import GoldenMode
from tagship_export.errors import ExportError
from tagship_export.pipeline.plan import Planned, plan_recipes
from tagship_export.pipeline.selection import Prefer
from tagship_export.recipes import Budget, Recipe, budget_of
from tagship_export.targets import DEFAULT_FORMATS, DEFAULT_PREFIX
from tagship_export.targets.node_package import check_package
from tagship_runtime.thresholds import Thresholds

OnStep = Callable[[str], None]
"""Function that is told what happens next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """Choices about how artifacts are made, proved and recommended.

    Attributes:
        formats: Names of targets; see :data:`tagship_export.targets.registry.TARGETS`.
        recipes: Names of recipes, ``all``, or ``auto``: all are tried, and the recommended one is written.
        labels: Names of the scores, where the source does not know them.
        thresholds: Instead of the source's, or of 0.5.
        logits: Whether the model lacks the sigmoid at its end.
        independent: Whether its scores are independent probabilities, whatever the end of its graph looks like.
        size: Name of one of the sizes that a run trained; default: the one that it chose.
        max_bytes: Bytes that a file may have: of a run's sizes the one of least held-out log loss of which one fits.
        data: Rows to prove it on; see :func:`tagship_export.data.rows.read_rows`. Default: the run's own.
        max_flip_rate: Instead of each recipe's own bound.
        max_f1_drop: Likewise.
        max_label_flips: Likewise.
        max_share_change: Likewise.
        batch: A fixed batch size, for consumers that need one; None for a free one.
        golden: ``synthetic``, ``real`` or ``none``.
        prefix: Before every name of the C that a linker sees.
        proof: Whether C has to be compiled and run here; without, its contract has no parity.
        node: Folder into which npm has installed ``tagship``: artifacts that Node runs are proved there as well.
        prefer: ``size`` or ``latency``, for what is recommended.
        verbose: Whether converters may print.
        on_step: Told what happens next, for progress.

    Raises:
        ExportError: A name is not known, a number is out of its range, or Node or the package is not there.
    """

    formats: Sequence[str] = DEFAULT_FORMATS
    recipes: Sequence[str] = ("float32",)
    labels: Sequence[str] | None = None
    thresholds: Thresholds | None = None
    logits: bool = False
    independent: bool = False
    size: str | None = None
    max_bytes: int | None = None
    data: Any = None
    max_flip_rate: float | None = None
    max_f1_drop: float | None = None
    max_label_flips: float | None = None
    max_share_change: float | None = None
    batch: int | None = None
    golden: str = "synthetic"
    prefix: str = DEFAULT_PREFIX
    proof: bool = True
    node: Path | None = None
    prefer: str = "size"
    verbose: bool = False
    on_step: OnStep = field(default=lambda step: None)

    def __post_init__(self) -> None:
        _ = self.plan  # refuses names and budgets
        _choice(GoldenMode, "golden", self.golden)
        _choice(Prefer, "prefer", self.prefer)
        if self.max_bytes is not None and (self.max_bytes < 1 or self.size is not None):
            raise ExportError(
                f"the most bytes are {self.max_bytes}; give 1 or more, and no size, which is chosen by that bound"
            )
        if self.batch is not None and self.batch < 1:
            raise ExportError(f"the batch size is {self.batch}; give 1 or more, or leave it free")
        if self.node is not None:
            if not any(one.target.runs_in_node for one in self.plan):
                raise ExportError(
                    f"Node runs none of the formats {', '.join(self.formats)}; add onnx, or leave --node out"
                )
            check_package(self.node)

    @property
    def plan(self) -> list[Planned]:
        """Artifacts to make."""
        return [
            replace(
                one,
                target=one.target.configured(prefix=self.prefix, proof=self.proof),
                budget=self.budget(one.recipe),
            )
            for one in plan_recipes(self.recipes, self.formats)
        ]

    @property
    def golden_mode(self) -> GoldenMode:
        """Origin of golden rows."""
        return GoldenMode(self.golden)

    @property
    def preference(self) -> Prefer:
        """Figure that the recommended artifact has least of."""
        return Prefer(self.prefer)

    @property
    def only_recommended(self) -> bool:
        """True where artifacts that are not recommended are measured, and not written."""
        return list(self.recipes) == ["auto"]

    def budget(self, recipe: Recipe) -> Budget:
        """Return what a recipe is allowed."""
        return budget_of(recipe, self.max_flip_rate, self.max_f1_drop, self.max_label_flips, self.max_share_change)


def _choice(kind: type[StrEnum], name: str, given: str) -> None:
    """Refuse what is none of an enumeration's values."""
    values = [member.value for member in kind]
    if given not in values:
        raise ExportError(f"{name} is {given!r}; give one of {', '.join(values)}")


class ExportKeywords(TypedDict, total=False):
    """The attributes of :class:`ExportOptions` as keywords."""

    formats: Sequence[str]
    recipes: Sequence[str]
    labels: Sequence[str] | None
    thresholds: Thresholds | None
    logits: bool
    independent: bool
    size: str | None
    max_bytes: int | None
    data: Any
    max_flip_rate: float | None
    max_f1_drop: float | None
    max_label_flips: float | None
    max_share_change: float | None
    batch: int | None
    golden: str
    prefix: str
    proof: bool
    node: Path | None
    prefer: str
    verbose: bool
    on_step: OnStep
