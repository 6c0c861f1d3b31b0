"""Cells of a sheet that calamine gives as empty ones: errors, and formulas of which the file stores no value.

They are looked for in the sheet's XML, which is unpacked a part at a time.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tagship_runtime.errors import DataError

PART = 1 << 20
"""Bytes of XML that are looked at together, and what is left of the row before."""

MARKS = (b'="e"', b"='e'", b"<f", b":f")
"""One of them is in every part with an error or a formula; most sheets have none."""

CELL = re.compile(
    rb"<(?P<ns>(?:\w+:)?)c(?P<attributes>\s[^>]*)?>\s*"
    rb"(?P<formula><(?P=ns)f(?:\s[^>]*)?(?:/>|>[^<]*</(?P=ns)f\s*>)\s*)?"
    rb"(?:<(?P=ns)v(?:\s[^>]*)?(?:/>|>(?P<value>[^<]*)<))?"
)
"""A cell up to its value, with its formula."""

ATTRIBUTE = re.compile(r"""\s(\w+)\s*=\s*["']([^"']*)["']""")

PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
"""Address of a cell, such as C11."""


@dataclass(slots=True)
class Unread:
    """Cells that calamine gives as empty ones.

    Attributes:
        errors: Texts such as ``#DIV/0!``, by row and column, both counted from 0.
        formulas: Addresses such as ``C11`` of formulas without a value, by column, in the sheet's order.
    """

    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: dict[int, list[str]] = field(default_factory=dict)


def find_unread(path: Path, sheet: str) -> Unread:
    """Return the errors and the formulas without a value of a workbook's sheet.

    Raises:
        DataError: The sheet is not where the workbook says, or does not say which cell has an error.
    """
    found = Unread()
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_part_of(archive, sheet)) as stream:
            rest = b""
            while data := stream.read(PART):
                whole, rest = _up_to_row(rest + data)
                _look(whole, found)
            _look(rest, found)
    except (KeyError, StopIteration, ElementTree.ParseError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: the parts of sheet {sheet!r} are not named as in a workbook; open it in Excel or LibreOffice and "
            "save it again"
        ) from error
    except ValueError as error:
        raise DataError(
            f"{path}, sheet {sheet!r}: {error} stands in a cell without an address; open the workbook in Excel or "
            "LibreOffice and save it again"
        ) from error
    return found


def _up_to_row(data: bytes) -> tuple[bytes, bytes]:
    """Divide XML behind the last row that is there whole."""
    end = data.rfind(b"row>") + 4
    return (data[:end], data[end:]) if end > 3 else (b"", data)


def _look(data: bytes, found: Unread) -> None:
    """Remember what is in some rows.

    Raises:
        ValueError: A cell has no address.
    """
    if not any(mark in data for mark in MARKS):
        return
    for cell in CELL.finditer(data):
        value, unvalued = cell["value"], cell["formula"] and not cell["value"]
        if not unvalued and (value is None or not value.startswith(b"#")):
            continue
        attributes = dict(ATTRIBUTE.findall((cell["attributes"] or b"").decode()))
        kind, address = attributes.get("t"), attributes.get("r", "")
        if kind == "e" and value:
            row, column = _place(address, text := value.decode().strip())
            found.errors.setdefault(row, {})[column] = text
        elif unvalued and kind != "str":  # a formula may give the empty text
            found.formulas.setdefault(_place(address, "a formula without a value")[1], []).append(address)


def _place(address: str, what: str) -> tuple[int, int]:
    match = PLACE.fullmatch(address)
    if match is None:
        raise ValueError(what)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of a sheet's part, by way of the workbook's.

    Raises:
        KeyError: It is not there.
    """
    workbook = next(target for kind, _, target in _relations(archive, "") if kind.endswith("/officeDocument"))
    targets = {key: target for _, key, target in _relations(archive, workbook)}
    for element in _elements(archive, workbook):
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            key = next(value for name, value in element.attrib.items() if _local(name) == "id" and name != "id")
            return _stored(archive, targets[key])
    raise KeyError(sheet)


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield kind, key and part of each that a part refers to; the package refers to the workbook."""
    folder, name = posixpath.split(part)
    for element in _elements(archive, posixpath.join(folder, "_rels", f"{name}.rels")):
        target = element.get("Target", "")
        yield element.get("Type", ""), element.get("Id", ""), posixpath.normpath(posixpath.join("/", folder, target))


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[ElementTree.Element]:
    with archive.open(_stored(archive, part)) as stream:
        yield from ElementTree.parse(stream).iter()  # noqa: S314 - expat bounds what entities grow to


def _stored(archive: zipfile.ZipFile, part: str) -> str:
    """Return a part's name as it is stored; names are compared in any case."""
    wanted = part.lstrip("/").lower()
    for name in archive.namelist():
        if name.replace("\\", "/").lstrip("/").lower() == wanted:
            return name
    raise KeyError(part)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
