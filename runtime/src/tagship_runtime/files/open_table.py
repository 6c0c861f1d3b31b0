"""Tables opened: paths, standard input, built-in data sets; and the kind of each."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from tagship_runtime.errors import DataError, MissingFileError
from tagship_runtime.features import cells, repeated_in
from tagship_runtime.files.file_contents import contents_other_than
from tagship_runtime.files.spelling.encodings import DEFAULT, GUESS, encoding_of, example_of

if TYPE_CHECKING:
    import pyarrow

STDIN = "-"
SAMPLE = "sample:"
SUFFIXES = (".csv", ".jsonl", ".parquet")
"""Kinds of tables that are written."""

READ = {
    ".csv": ".csv",
    ".tsv": ".csv",
    ".tab": ".csv",
    ".txt": ".csv",
    ".jsonl": ".jsonl",
    ".ndjson": ".jsonl",
    ".parquet": ".parquet",
    ".xlsx": ".xlsx",
    ".xlsm": ".xlsx",
    ".npz": ".npz",
}
"""Kinds of tables that are read, by the end of their names."""

TABLES = ".csv, .tsv, .txt, .jsonl (all also .gz), .parquet, .xlsx, .npz"
"""The same for people, without the endings that few know."""

_ONE_OF_THEM = " or ".join(TABLES.rsplit(", ", 1))


def suffix_of(path: str | Path) -> str | None:
    """Return the kind of table that a file name says: one of ``SUFFIXES``, or None."""
    kind = ".jsonl" if last_suffix(path) == ".ndjson" else last_suffix(path)
    return kind if kind in SUFFIXES else None


def last_suffix(path: str | Path) -> str:
    """Return the end of a name, in lower case and without ``.gz``."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    return suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])


def kind_of(source: str) -> str:
    """Return the kind of an existing table.

    Raises:
        MissingFileError: No such file.
        DataError: Its name says nothing that is known, or another kind than its first bytes.
    """
    path, kind = existing(source), READ.get(last_suffix(source))
    found = contents_other_than(path, kind)
    if found is not None:
        raise DataError(f"{source} is {found.said}; {found.advice}")
    if kind is None:
        raise DataError(f"{source}: do not know this kind of table; {_ONE_OF_THEM} is needed")
    return kind


@contextmanager
def open_text(source: str, encoding: str | None = None) -> Iterator[IO[str]]:
    """Open a table as text; bytes that are none become what :func:`is_text` denies, so that each row can be judged.

    Args:
        source: A file, or standard input, which is UTF-8 unless something else is given.
        encoding: Of its text; None to find it.
    """
    found = encoding
    try:
        if source == STDIN:
            found = sys.stdin.encoding
            yield sys.stdin
            return
        with open_bytes(existing(source)) as raw:
            found = encoding or encoding_of(raw.peek(LOOK))
            with io.TextIOWrapper(raw, encoding=found, errors="surrogateescape", newline="") as stream:
                yield stream
    except UnicodeError as error:  # a half of a letter in UTF-16
        raise DataError(f"{title(source)} {not_text('', found)}") from error
    except (csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{title(source)} cannot be read as a table: {one_line(error)}") from error


LOOK = 1 << 16
"""Bytes by which an encoding is found."""


def open_bytes(path: Path) -> io.BufferedReader:
    """Open a file's content, unpacked if it ends in .gz."""
    if path.suffix.lower() == ".gz":
        return cast(io.BufferedReader, gzip.open(path))
    return cast(io.BufferedReader, path.open("rb", LOOK))


def existing(source: str) -> Path:
    """Return the path of a file that is there."""
    path = Path(source)
    if path.is_dir():
        raise MissingFileError(f"{source} is a folder; a table is needed ({_ONE_OF_THEM})")
    if not path.exists():
        raise MissingFileError(f"{source} does not exist; a table is needed ({_ONE_OF_THEM})")
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


def not_text(text: str, encoding: str | None = None) -> str:
    """Say that a text is not in its encoding, and what would read it.

    Args:
        text: Of which some bytes are no letters.
        encoding: By which it was read; None for UTF-8.
    """
    name = "UTF-8" if encoding in (None, DEFAULT) else encoding
    example = example_of(text) if name == "UTF-8" else None
    hint = "" if example is None else f"; if {example!r} is right, give --encoding {GUESS}"
    return f"is not text in {name}{hint}; or save it as UTF-8" if hint else f"is not text in {name}; save it as UTF-8"


def check_names(source: str, names: Sequence[str]) -> None:
    """Refuse a table with two columns of one name, or with a name that is no text."""
    if not all(map(is_text, names)):
        raise DataError(f"{title(source)} {not_text(','.join(names))}")
    repeated = repeated_in(names)
    if names.count("") > 1:
        places = [str(place) for place, name in enumerate(names, 1) if not name]
        raise DataError(
            f"{title(source)} has a first row {cells.shown(list(filter(None, names))[:3])} without a name for columns "
            f"{', '.join(places[:5])}{' and more' if len(places) > 5 else ''}; the first row has to name the columns, "
            "so remove what stands above their names, or name or remove these columns"
        )
    if repeated is not None:
        raise DataError(f"{title(source)} has more than one column {repeated!r}; rename one")


def title(source: str) -> str:
    """Return the source's name for messages."""
    return "standard input" if source == STDIN else source


def one_line(error: BaseException) -> str:
    """Return another library's message on one line."""
    return " ".join(str(error).split())
