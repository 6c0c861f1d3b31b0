"""Sources of tables: paths, standard input, built-in data sets; and the kind of each."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from tagship_runtime.errors import DataError, MissingFileError

if TYPE_CHECKING:
    import pyarrow

STDIN = "-"
SAMPLE = "sample:"
SUFFIXES = (".csv", ".jsonl", ".parquet")
_KINDS = ".csv, .csv.gz, .jsonl or .parquet"


def suffix_of(path: str | Path) -> str | None:
    """Return the kind of table that a file name says: one of ``SUFFIXES``, or None."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])
    kind = ".jsonl" if kind == ".ndjson" else kind
    return kind if kind in SUFFIXES else None


def kind_of(source: str) -> str:
    """Return the kind of an existing table.

    Raises:
        MissingFileError: No such file.
        DataError: Its name says nothing that is known.
    """
    existing(source)
    kind = suffix_of(source)
    if kind is None:
        raise DataError(f"{source}: do not know this kind of table; {_KINDS} is needed")
    return kind


@contextmanager
def open_text(source: str) -> Iterator[IO[str]]:
    """Open a table as text; bytes that are none become what :func:`is_text` denies, so that each row can be judged."""
    try:
        if source == STDIN:
            yield sys.stdin
            return
        path = existing(source)
        with (
            open_bytes(path) as raw,
            io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as stream,
        ):
            yield stream
    except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{title(source)} cannot be read as a table: {one_line(error)}") from error


def open_bytes(path: Path) -> BinaryIO:
    """Open a file's content, unpacked if it ends in .gz."""
    return cast(BinaryIO, gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def existing(source: str) -> Path:
    """Return the path of a file that is there."""
    path = Path(source)
    if path.is_dir():
        raise MissingFileError(f"{source} is a folder; a table is needed ({_KINDS})")
    if not path.exists():
        raise MissingFileError(f"{source} does not exist; a table is needed ({_KINDS})")
    return path


def read_sample(source: str) -> pyarrow.Table:
    """Return a built-in data set, from the package that brings it."""
    samples = {entry.name: entry for entry in entry_points(group="tagship.samples")}
    name = source.removeprefix(SAMPLE)
    if name not in samples:
        known = ", ".join(f"{SAMPLE}{known}" for known in samples)
        hint = f"there are {known}" if known else "they come with tagship-training: pip install tagship-training"
        raise DataError(f"no built-in data set is called {source!r}; {hint}")
    return samples[name].load()()


def is_text(text: str) -> bool:
    """Tell whether it can be written: bytes that were no UTF-8, and halves of surrogate pairs, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


NOT_TEXT = "is not text in UTF-8; save it as UTF-8"


def check_names(source: str, names: Sequence[str]) -> None:
    """Refuse a table with two columns of one name, or with a name that is no text."""
    if not all(map(is_text, names)):
        raise DataError(f"{title(source)} {NOT_TEXT}")
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(f"{title(source)} has more than one column {repeated[0]!r}; rename one")


def check_header(source: str, names: Sequence[str]) -> None:
    """Refuse a header as :func:`check_names` does, and one that is separated by something else than commas."""
    separator = next((mark for mark in ";\t|" if len(names) == 1 and mark in names[0]), None)
    if separator is not None:
        raise DataError(
            f"{title(source)} is separated by {separator!r}, going by its header; commas are needed, and points in "
            f"numbers: save it so, or with pandas: read_csv(FILE, sep={separator!r}, decimal=...).to_csv(...)"
        )
    check_names(source, names)


def title(source: str) -> str:
    """Return the source's name for messages."""
    return "standard input" if source == STDIN else source


def one_line(error: BaseException) -> str:
    """Return another library's message on one line."""
    return " ".join(str(error).split())
