"""Excel workbooks, through calamine: one sheet, whose first row with a cell is the header."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from tagship_runtime.errors import DataError, PackageMissingError
from tagship_runtime.features import cells
from tagship_runtime.files.open_table import check_names, existing, one_line
from tagship_runtime.files.readers.batch import Batch, Reading

if TYPE_CHECKING:
    from tagship_runtime.files.readers.excel_errors import Unread


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a sheet. The workbook is unpacked into memory as a whole; Excel has 1,048,576 rows at most."""
    from tagship_runtime.files.readers.excel_errors import find_unread  # readers of text need no XML

    sheet = _open(source, reading)
    unread = find_unread(existing(source), sheet.name)
    rows = _rows(sheet, unread)
    names = [_name(cell) for cell in next(rows, ())]
    _check_formulas(source, sheet, names, unread, reading)
    if not names:
        raise DataError(
            f"{source}, sheet {sheet.name!r} is empty; a header row and rows of values are needed, and --sheet names "
            "another sheet"
        )
    _tell_merged(source, sheet, reading)
    used = _used(names, _rows(sheet, unread))
    names = [names[place] for place in used]
    check_names(source, names)
    numerals = reading.numerals(source)
    first = 0
    while chunk := list(islice(rows, reading.rows)):
        columns = {name: [_cell(row[place]) for row in chunk] for name, place in zip(names, used, strict=True)}
        if numerals.number_words:
            for name in columns.keys() & {*(reading.numbers or ()), *reading.durations}:
                columns[name] = _without(columns[name], numerals.number_words)
        _check_durations(source, columns, reading, first)
        yield reading.batch(columns, numerals, first, len(chunk))
        first += len(chunk)
    if first == 0:  # so that a wrong header is noticed
        yield Batch(first=0, size=0, columns={name: [] for name in names})


def look(source: str, reading: Reading) -> list[str]:
    """Return the names of a sheet's columns.

    Raises:
        DataError: It has none.
    """
    batch: Batch = next(read(source, reading))
    return list(batch.columns)


def _open(source: str, reading: Reading) -> Any:
    path = existing(source)
    try:
        import python_calamine
    except ImportError as error:
        raise PackageMissingError("python-calamine", "excel") from error
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        return workbook.get_sheet_by_name(_chosen(source, workbook, reading))
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(f"{source} cannot be read as an Excel workbook: {one_line(error)}") from error


def _chosen(source: str, workbook: Any, reading: Reading) -> str:
    """Return the name of the sheet that is wanted, or of the first one that Excel shows.

    Raises:
        DataError: There is none.
    """
    there = [sheet for sheet in workbook.sheets_metadata if sheet.typ == type(sheet.typ).WorkSheet]
    sheets, wanted = [sheet.name for sheet in there], reading.dialect.sheet
    if wanted is not None and wanted not in sheets and wanted in workbook.sheet_names:
        raise DataError(f"{source}: {wanted!r} is no sheet of cells, but a chart or a macro; {_others(sheets)}")
    if not sheets or (wanted is not None and wanted not in sheets):
        raise DataError(f"{source} has no sheet {wanted or 'of cells'!r}; {_others(sheets)}")
    if wanted is not None:
        return str(wanted)
    shown = [sheet.name for sheet in there if sheet.visible == type(sheet.visible).Visible]
    first = str((shown or sheets)[0])
    if len(sheets) > 1 and reading.note is not None:
        hidden = f", {len(sheets) - len(shown)} of which {'is' if len(sheets) - len(shown) == 1 else 'are'} hidden"
        said = hidden if shown and len(shown) < len(sheets) else ""
        reading.note(f"{source}: sheet {first!r}, the first of {len(sheets)}{said}; --sheet names another")
    return first


def _others(sheets: Sequence[str]) -> str:
    return f"it has {', '.join(map(repr, sheets)) or 'none'}"


def _rows(sheet: Any, unread: Unread) -> Iterator[Sequence[Any]]:
    """Yield rows with a cell that is not empty, with errors as Excel spells them."""
    rows = _with_errors(sheet, unread) if unread.errors else sheet.iter_rows()
    return (row for row in rows if any(cell != "" for cell in row))


def _with_errors(sheet: Any, unread: Unread) -> Iterator[Sequence[Any]]:
    """Yield rows from the sheet's first one on, each from the first column with a cell on."""
    left = (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows()):
        for column, text in unread.errors.get(number, {}).items():
            row[column - left] = text
        yield row


def _check_formulas(source: str, sheet: Any, names: Sequence[str], unread: Unread, reading: Reading) -> None:
    """Refuse formulas without a value, unless they stand in columns that nobody asks for.

    Raises:
        DataError: There is one.
    """
    left = (sheet.start or (0, 0))[1]
    named = dict(enumerate(names, left))
    for column, addresses in sorted(unread.formulas.items()):
        name = named.get(column)
        if name and reading.columns is not None and name not in reading.columns:
            continue
        there = "" if len(addresses) == 1 else f" ({len(addresses):,} such cells in its column)"
        raise DataError(
            f"{source}, sheet {sheet.name!r}: the formula in cell {addresses[0]} has no value in the file{there}, as "
            "nothing has computed it; open the workbook in Excel or LibreOffice and save it, which stores values"
        )


def _tell_merged(source: str, sheet: Any, reading: Reading) -> None:
    """Note cells below the header that are merged, of which only the first has a value in the file."""
    header = (sheet.start or (0, 0))[0]
    merged = sorted(cells for cells in getattr(sheet, "merged_cell_ranges", None) or () if cells[1][0] > header)
    if merged and reading.note is not None:
        first, last = ("".join((_letters(column), str(row + 1))) for row, column in merged[0])
        more = f", as {len(merged) - 1:,} more ranges are" if len(merged) > 1 else ""
        reading.note(
            f"{source}, sheet {sheet.name!r}: cells {first}:{last} are merged{more}, and all but the first are read as "
            "blank; unmerge them and fill in what they show"
        )


def _letters(column: int) -> str:
    """Return a column's name in Excel, by its number from 0 on."""
    rest, letter = divmod(column, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + letter)


def _check_durations(source: str, columns: Mapping[str, Sequence[Any]], reading: Reading, first: int) -> None:
    """Refuse plain numbers among durations: Excel has these as days, and everybody else as seconds.

    Args:
        source: The workbook.
        columns: Cells of some rows by name.
        reading: Which knows the columns of durations.
        first: Number of the first of these rows.

    Raises:
        DataError: There is one.
    """
    for name in reading.durations:
        for row, cell in enumerate(columns.get(name, ()), first):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                raise DataError(
                    f"{source}, row {row}, column {name!r}: {cell} is a plain number, which may mean seconds, or days, "
                    "as Excel has durations; divide seconds by 86400 and format all as [h]:mm:ss, or write texts such "
                    "as 0:08:25, or save the table as CSV, where numbers are seconds"
                )


def _used(names: Sequence[str], rows: Iterator[Sequence[Any]]) -> list[int]:
    """Return the places of columns that have a name or a cell; a sheet may be wider than its table."""
    unnamed = {place for place, name in enumerate(names) if not name}
    for row in rows if unnamed else ():  # the first row is the header itself, which is empty there
        unnamed = {place for place in unnamed if row[place] == ""}
        if not unnamed:
            break
    return [place for place in range(len(names)) if place not in unnamed]


def _name(cell: Any) -> str:
    return str(_cell(cell) or "") if isinstance(cell, date | time | timedelta) else cells.word(cell)


def _cell(cell: Any) -> Any:
    """Return a cell as CSV would spell it where that is a text; dates and durations are, and missing ones are None."""
    match cell:
        case "":
            return None
        case datetime():  # a workbook has fractions of a day, which give a second but for some microseconds
            whole = cell + timedelta(microseconds=500)
            whole = whole.replace(microsecond=whole.microsecond // 1000 * 1000)
            return whole.date().isoformat() if whole.time() == time() else whole.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return _duration(round(cell / timedelta(milliseconds=1)))
        case float() if cell.is_integer() and abs(cell) <= cells.WHOLE:  # Excel has no other numbers
            return int(cell)
    return cell


def _without(column: Sequence[Any], words: Collection[str]) -> list[Any]:
    """Return cells without the numbers that stand for a missing one, such as -999 where the caller says so."""
    return [None if not isinstance(cell, str) and cells.word(cell) in words else cell for cell in column]


def _duration(milliseconds: int) -> str:
    """Return a duration as people and Excel spell it."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    sign, fraction = "-" if milliseconds < 0 else "", f".{rest:03d}" if rest else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
