"""Every error that tagship raises on purpose, as one tree.

Each says what arrived, what is needed and what to do. Each also inherits the builtin exception that a
caller who knows nothing of tagship would catch, and survives pickling, so it can cross from a worker.
"""

from __future__ import annotations

from collections.abc import Sequence

Shape = tuple[int | None, ...]


class TagshipError(Exception):
    """Base of all of them; the command line prints it in one line and exits with 2."""


class CheckFailedError(TagshipError):
    """Something was checked and did not hold; the command line exits with 1."""


class MissingFileError(TagshipError, FileNotFoundError):
    """There is no such file, or it is not a file."""

    def __str__(self) -> str:
        return str(self.args[0])


class OutputError(TagshipError, OSError):
    """A result could not be written."""

    def __str__(self) -> str:
        return str(self.args[0])


class UsageError(TagshipError, ValueError):
    """The options or arguments do not fit together."""


class DataError(TagshipError, ValueError):
    """A table could not be read, or does not hold what it has to."""


class ArtifactError(TagshipError, ValueError):
    """A file cannot be used as an artifact.

    Attributes:
        file: Its name, where it has one.
    """

    file: str | None = None

    def explain(self) -> str:
        """Return what is wrong, without the file's name."""
        return str(self.args[0])

    def __str__(self) -> str:
        return self.explain() if self.file is None else f"{self.file}: {self.explain()}"


class NotAnArtifactError(ArtifactError):
    """The bytes are neither a LiteRT (TFLite) nor an ONNX model."""


class ArtifactCorruptError(ArtifactError):
    """The bytes differ from those that were exported."""


class SignatureError(ArtifactError):
    """A file that the owner of the trusted key did not sign."""


class NoContractError(ArtifactError):
    """A model file without a tagship contract."""


class ContractError(ArtifactError):
    """A contract that contradicts itself, its model, or the format."""


class ContractVersionError(ContractError):
    """A contract of a format that this version does not read."""

    def __init__(self, got: object, newest: int) -> None:
        super().__init__(got, newest)
        self.got, self.newest = got, newest

    def explain(self) -> str:
        """See :class:`ArtifactError`."""
        return (
            f"the contract has format version {self.got!r}, this tagship-runtime reads up to {self.newest}; "
            "update it: pip install --upgrade tagship-runtime"
        )


class PackageMissingError(TagshipError, ImportError):
    """A package that this needs is not installed.

    Attributes:
        package: Its name.
        extra: Of the distribution, which brings it; empty where it is one itself.
        reason: Why nothing else does, if there is something else.
        distribution: One of tagship's.
    """

    def __init__(self, package: str, extra: str, reason: str = "", distribution: str = "tagship-runtime") -> None:
        super().__init__(package, extra, reason, distribution)
        self.package, self.extra, self.reason, self.distribution = package, extra, reason, distribution

    def __str__(self) -> str:
        why = f", and {self.reason}" if self.reason else ""
        wanted = f"'{self.distribution}[{self.extra}]'" if self.extra else self.distribution
        return f"{self.package} is not installed{why}; run: pip install {wanted}"


class WorkerKilledError(TagshipError, RuntimeError):
    """Processes died over one table.

    Attributes:
        source: The table.
        cause: How the last one ended.
    """

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(source, cause)
        self.source, self.cause = source, cause

    def __str__(self) -> str:
        return (
            f"two workers died over {self.source}, the last one {self.cause}; what is finished stays, and the same "
            "command goes on from there: give fewer --workers, or divide the table"
        )


class EngineError(TagshipError, RuntimeError):
    """The engine refused a model or failed while running it."""


class NotAScoreError(EngineError):
    """An output of the model is no probability.

    Attributes:
        engine: What computed it.
        row: For which row, counted from 0 within the call.
        got: What came out.
    """

    def __init__(self, engine: str, row: int, got: float) -> None:
        super().__init__(engine, row, got)
        self.engine, self.row, self.got = engine, row, got

    def __str__(self) -> str:
        weights = ", or a weight of the model is no number" if self.got != self.got else ""
        return (
            f"{self.engine} gives {self.got:g} for row {self.row}; scores lie between 0 and 1: the row's numbers are "
            f"too large for the model, or the model does not end in a sigmoid{weights}"
        )


class LabelError(TagshipError, ValueError):
    """Label names or thresholds that do not fit the model."""


class InputError(TagshipError, ValueError):
    """Rows that the model cannot take."""


class InputShapeError(InputError):
    """Rows of a wrong shape.

    Attributes:
        got: The shape that arrived.
        want: The shape that is needed; None where any length will do.
    """

    def __init__(self, got: Shape, want: Shape) -> None:
        super().__init__(got, want)
        self.got, self.want = got, want

    def __str__(self) -> str:
        want = ", ".join("rows" if size is None else str(size) for size in self.want)
        hint = "; for one row pass [row], or x[None] of an array" if self.got == self.want[1:] else ""
        return f"input has shape {self.got}, the model takes ({want}){hint}"


class InputValueError(InputError):
    """One cell that is not a usable number.

    Attributes:
        row: Which row, counted from 0.
        column: Name of the feature, or its index where features have no names.
        got: What stands there.
        need: What is needed instead.
    """

    def __init__(self, row: int, column: str | int, got: str, need: str) -> None:
        super().__init__(row, column, got, need)
        self.row, self.column, self.got, self.need = row, column, got, need

    def moved(self, rows: int) -> InputValueError:
        """Return the same error, for a batch that starts at row ``rows``."""
        return InputValueError(self.row + rows, self.column, self.got, self.need)

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column!r}: {self.got}; {self.need}"


class MissingColumnError(InputError, KeyError):
    """Columns that the model needs and the table lacks."""

    def __init__(self, missing: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(missing, found)
        self.missing, self.found = missing, found

    def __str__(self) -> str:
        return (
            f"missing {_names('column', self.missing)}; the table has {_names('column', self.found)}; "
            f"columns are matched by name, in any order{self._cause()}"
        )

    def _cause(self) -> str:
        """Name a column that differs by blanks or case alone, or a line that seems to stand above the header."""
        found = {folded(name): name for name in self.found}
        for name in self.missing:
            if (near := found.get(folded(name))) is not None:
                seen = ", in other characters of Unicode that look alike" if _look_alike(near, name) else ""
                return f"; {near!r} was called {name!r} in training{seen}, so rename it"
        if len(self.found) == 1 < len(self.missing):
            return f"; if the line {self.found[0]!r} stands above the names of the columns, remove it"
        return ""


def folded(text: object) -> str:
    """Return a text without what people hardly see: blanks at its ends, case, and how Unicode composes letters."""
    import unicodedata  # which nothing needs unless something is wrong

    return unicodedata.normalize("NFC", str(text)).strip().casefold()


def _look_alike(one: str, other: str) -> bool:
    return one.strip() != other.strip() and one.strip().casefold() != other.strip().casefold()


class RoundingWarning(UserWarning):
    """Integers above 2**24 that float32, the type of a model's input, cannot hold: the nearest ones are scored."""


def _names(noun: str, names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(repr(name) for name in names[:most])
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{noun}{'' if len(names) == 1 else 's'} {shown or '(none)'}{more}"
