"""Contents of files that are no table of the kind that their names say, told by their first bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HEAD = 1 << 12
"""Bytes that are looked at first."""

ZIP, OLE, PARQUET, GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"\x1f\x8b"
STARTS = {".xlsx": ZIP[:2], ".parquet": PARQUET}
"""First bytes of kinds of tables; those of text have none of their own."""

SAVE = "open it in Excel or LibreOffice and save it as .xlsx or .csv"


@dataclass(frozen=True, slots=True)
class Contents:
    """Kind of a file, and what to do with it.

    Attributes:
        said: Words for it.
        advice: What makes it a table that is read.
    """

    said: str
    advice: str


WORKBOOK = Contents("an Excel workbook", "rename it to end in .xlsx")
ENCRYPTED = Contents("a workbook with a password", "save it without one")
OLD = Contents("a workbook of Excel before 2007, .xls", SAVE)
BINARY = Contents("a binary Excel workbook, .xlsb", SAVE)
OPEN = Contents("an OpenDocument file, as LibreOffice saves it", SAVE)
PAGE = Contents("a web page or XML, which some programs call .xls", SAVE)
TEXT = Contents("text", "rename it to end in .csv")
EMPTY = Contents("empty", "a header row and rows of values are needed")

BY_START = {
    PARQUET: Contents("a Parquet file", "rename it to end in .parquet"),
    GZIP: Contents("compressed by gzip", "rename it to end in .gz behind its kind, such as .csv.gz"),
    b"%PDF": Contents("a PDF", "save the table that it shows as .xlsx or .csv"),
}

PAGES = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<?xml")


def contents_other_than(path: Path, kind: str | None) -> Contents | None:
    """Return what a file is, where that is known and no table of a kind.

    Args:
        path: Of a file that is there.
        kind: What its name says, such as ``.csv``; None where that is nothing that is known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:  # whoever reads it says what is wrong
        return None
    start = STARTS.get(kind or "")
    if start is not None and head.startswith(start):
        return _in_zip(path, None) if kind == ".xlsx" else None
    return None if kind == ".npz" else _of_bytes(path, head, kind)


def _of_bytes(path: Path, head: bytes, kind: str | None) -> Contents | None:
    """Return what a file is by its first bytes; None for text under a name of text, and for what is not known."""
    if not head:
        return EMPTY if kind in STARTS else None
    if head.startswith(ZIP):
        return _in_zip(path, WORKBOOK)
    if head.startswith(OLE):
        return ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in path.read_bytes() else OLD
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES):
        return PAGE
    if head.startswith(GZIP) and path.suffix.lower() == ".gz":
        return None
    for start, found in BY_START.items():
        if head.startswith(start):
            return found
    return TEXT if kind in STARTS and b"\0" not in head else None


def _in_zip(path: Path, workbook: Contents | None) -> Contents | None:
    """Return what a zip archive is: what is given for a workbook, and None for one that is broken or anything else."""
    import zipfile  # which readers of text need not wait for

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return None
    if "xl/workbook.bin" in names:
        return BINARY
    if "xl/workbook.xml" in names:
        return workbook
    return OPEN if "content.xml" in names else None
