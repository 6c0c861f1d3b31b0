"""Choices of a training run, and the two presets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tagship_runtime.contract import TextFeature
from tagship_runtime.documents import ConfigurationDocument
from tagship_runtime.typing import Features, Scores
from tagship_training.errors import ConfigError
from tagship_training.thresholds.objectives import Objective, check_confidence

PREFERENCES = ("balance", "quality", "size")

MOST_WORDS = TextFeature.most_words
"""Most words of a run that is counted in texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Choices of how a model is trained; None leaves one to :mod:`tagship_training.network.architecture`.

    Attributes:
        preset: ``default`` or ``article``.
        hidden: Units of each hidden layer of a member.
        members: Networks that are averaged in the graph, each trained without a fold of its own.
        dropout: Share of hidden units dropped while training, in [0, 1).
        epochs: Passes over the training rows.
        batch_size: Rows per step.
        learning_rate: Of the optimizer, at its peak.
        class_weights: ``none``, or ``balanced``: a positive counts as many negatives as there are for it, up
            to 10; scores are no probabilities then.
        prefer: The size of the ladder that ships: ``balance`` for the smallest that is as good as the best student
            within noise, ``quality`` for the best of all, ``size`` for the smallest that beats logistic regression.
        max_parameters: The most that the model may have; the best size within it ships.
        max_bytes: The most that its float32 LiteRT file may have, without the contract; likewise.
        objective: The goal that thresholds are tuned for.
        confidence: Chance that new rows reach a precision or recall; None aims at it on held-out rows.
        calibrate: Whether scores are corrected inside the graph to match observed frequencies.
        stratify: Whether test rows are chosen so that each label keeps its share.
        positive: Values of label columns that meant on, for whoever compares other tables with the run; none for the
            usual pairs, such as yes and no.
        seed: Of splits, initial weights, shuffling and dropout.
    """

    preset: str = "default"
    hidden: tuple[int, ...] | None = None
    members: int | None = None
    dropout: float | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    class_weights: str = "none"
    prefer: str = "balance"
    max_parameters: int | None = None
    max_bytes: int | None = None
    objective: Objective = field(default_factory=Objective)
    confidence: float | None = None
    calibrate: bool = False
    stratify: bool = True
    positive: tuple[str, ...] = ()
    seed: int = 42

    def __post_init__(self) -> None:
        checks = {
            "preset": self.preset in ("default", "article") or "one of default, article",
            "hidden": self.hidden is None or all(u >= 1 for u in self.hidden) or "units of at least 1 each",
            "members": self.members is None or 1 <= self.members <= 20 or "from 1 to 20",
            "dropout": self.dropout is None or 0 <= self.dropout < 1 or "a share of at least 0 and below 1",
            "epochs": self.epochs is None or self.epochs >= 1 or "at least 1",
            "batch_size": self.batch_size is None or self.batch_size >= 1 or "at least 1",
            "learning_rate": self.learning_rate is None or 0 < self.learning_rate < 10 or "a number from 0 to 10",
            "class_weights": self.class_weights in ("none", "balanced") or "none or balanced",
            "prefer": self.prefer in PREFERENCES or f"one of {', '.join(PREFERENCES)}",
            "max_parameters": self.max_parameters is None or self.max_parameters >= 1 or "at least 1",
            "max_bytes": self.max_bytes is None or self.max_bytes >= 1 or "at least 1",
            "seed": 0 <= self.seed < 2**32 or "a number from 0 to 4294967295",
        }
        for name, need in checks.items():
            if need is not True:
                raise ConfigError(f"{name} is {getattr(self, name)}; {need} is needed")
        check_confidence(self.objective, self.confidence)
        if self.one_network is not None and (self.prefer != "balance" or self.max_bytes is not None):
            raise ConfigError(
                f"with {self.one_network} one network is trained, and no ladder of sizes of which prefer and max_bytes "
                "choose; leave one of them out"
            )

    @property
    def one_network(self) -> str | None:
        """The choice that describes one network, which is trained instead of a ladder of sizes; None without one."""
        if self.preset == "article":
            return "the preset article"
        if self.class_weights != "none":  # its scores are no probabilities, as those of forests are
            return "class_weights"
        names = ("hidden", "members", "dropout", "epochs", "batch_size", "learning_rate")
        return next((name for name in names if getattr(self, name) is not None), None)

    def to_dict(self) -> ConfigurationDocument:
        """Return the choices as ``run.json`` has them."""
        return {
            "preset": self.preset,
            "hidden": None if self.hidden is None else list(self.hidden),
            "members": self.members,
            "dropout": self.dropout,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "class_weights": self.class_weights,
            "prefer": self.prefer,
            "max_parameters": self.max_parameters,
            "max_bytes": self.max_bytes,
            "objective": str(self.objective),
            "confidence": self.confidence,
            "calibrate": self.calibrate,
            "stratify": self.stratify,
            "positive": list(self.positive),
            "seed": self.seed,
        }


PRESETS: Mapping[str, Config] = {
    "default": Config(),
    "article": Config(preset="article", stratify=False),
}
"""``article`` is the reference classifier exactly; ``default`` is for tables as they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Kinds of columns that the user names, whatever the columns look like.

    Attributes:
        categorical: Columns to take as words.
        numeric: Columns to take as numbers.
        text: Columns to take as texts, whose words are counted.
        find_text: Whether other columns may be taken as texts by what they look like.
        first: What stands first in dates such as 03/04/2024, ``day`` or ``month``; None where their column has to tell.
        missing: Words that stand for a missing number, date or duration, besides those that always do.
        ngrams: Most words of a run of words that is counted in texts; None for single words, and for pairs where a word
            is one character, as in Chinese.
    """

    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    find_text: bool = True
    first: str | None = None
    missing: tuple[str, ...] = ()
    ngrams: int | None = None

    def __post_init__(self) -> None:
        if self.ngrams is not None and not 1 <= self.ngrams <= MOST_WORDS:
            raise ConfigError(f"ngrams is {self.ngrams}; from 1 to {MOST_WORDS} words are needed")

    @property
    def named(self) -> tuple[str, ...]:
        """All columns whose kind the user names."""
        return (*self.categorical, *self.numeric, *self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Steps of a run besides training, and what is known of its table.

    Attributes:
        kinds: Kinds of columns that the user names.
        baselines: True for simpler models that are trained on the same rows, False for none; None for those that a
            ladder of sizes trains anyway.
        learning_curve: Whether the model is trained on a quarter and a half of the rows as well.
        drop_empty_labels: Whether labels that are never on in the training rows are left out; they are an error else.
        optimum: The best possible scores for encoded rows, where they are known.
        notes: Sentences on how the table was read, which the user has seen; the run keeps them.
        label_words: Values of each label's column as the table has them, for whoever compares other tables with the
            run, which keeps them; none where they are not known.
    """

    kinds: Kinds = field(default_factory=Kinds)
    baselines: bool | None = None
    learning_curve: bool = False
    drop_empty_labels: bool = False
    optimum: Callable[[Features], Scores] | None = None
    notes: tuple[str, ...] = ()
    label_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
