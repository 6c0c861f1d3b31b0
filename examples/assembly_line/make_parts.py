"""A table of parts as a German Excel saves it, and the same table as a workbook; made up from a seed.

python examples/assembly_line/make_parts.py --out parts
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl

DENSITY = {"Stahl": 7.85, "Aluminium": 2.7, "Messing": 8.5, "Weißblech": 7.8, "POM": 1.41}
"""Materials, with grams per cubic centimetre."""

SUPPLIERS = ("Böhm & Söhne", "Kessler", "Ostwerk; Halle 2", "Tärnö AB")
LABELS = ("large", "round", "heavy")
NEW, NEW_SEED = 6, 43
"""Rows of the table without labels, and their seed, by which no decision on them is a close one."""

FIRST_DAY, DAYS = date(2023, 9, 4), 480
NEW_LIMIT = date(2024, 7, 1)
"""From this day on, parts count as heavy at 1,500 g; before, at 2,500 g."""

MISTAKES = 0.02
"""Share of labels that whoever looked at the part got wrong."""


class Part(NamedTuple):
    """A row: sizes in mm, weight in g or None where the scale was off, and the labels."""

    name: str
    length: float
    width: float
    height: float
    weight: float | None
    material: str
    supplier: str
    delivered: date
    large: bool
    round: bool
    heavy: bool


HEADER = ("", "part", "length mm", "width mm", "height mm", "weight g", "material", "supplier", "delivered", *LABELS)
"""The first column has no name: it is the index that programs write before a row."""


def make_parts(count: int, random: np.random.Generator) -> list[Part]:
    """Make up parts, in the order in which they were delivered."""
    days = np.sort(random.integers(0, DAYS, count)).tolist()
    names = random.permutation(90_000)[:count] + 10_000
    return [
        make_part(f"T-{name}", FIRST_DAY + timedelta(days=day), random) for name, day in zip(names, days, strict=True)
    ]


def make_part(name: str, delivered: date, random: np.random.Generator) -> Part:
    """Make up a part: a bar of some material, often with a round cross-section, hollow to some degree."""
    material, supplier = str(random.choice(list(DENSITY))), str(random.choice(SUPPLIERS))
    width, length = random.uniform(8, 120), random.uniform(20, 400)
    is_round = bool(random.random() < 0.45)
    height = width * random.normal(1, 0.004) if is_round else width * random.uniform(0.2, 1.6)
    area = width * height * (np.pi / 4 if is_round else 1)
    weight = area * length / 1000 * DENSITY[material] * random.uniform(0.1, 0.5)
    truth = (
        max(length, width, height) > 250 or width * height > 9000,
        is_round,
        weight > (1500 if delivered >= NEW_LIMIT else 2500),
    )
    large, round_, heavy = (bool(label) != (random.random() < MISTAKES) for label in truth)
    known = None if random.random() < 0.04 else round(weight, 1)
    length, width, height = (round(float(size), 2) for size in (length, width, height))
    return Part(name, length, width, height, known, material, supplier, delivered, large, round_, heavy)


def cells(number: int, part: Part) -> list[Any]:
    """Return a row as a workbook holds it; "-" is what people type where there is no weight."""
    return [number, *part[:4], "-" if part.weight is None else part.weight, *part[5:8], *map(yes_no, part[8:])]


def yes_no(on: bool) -> str:
    """Spell a label as the factory does."""
    return "ja" if on else "nein"


def spelled(cell: Any) -> str:
    """Spell a cell as a German Excel saves it as CSV: 1.234,5 and 31.12.2024."""
    match cell:
        case float():
            return f"{cell:,}".translate(str.maketrans(",.", ".,"))
        case date():
            return f"{cell:%d.%m.%Y}"
        case str() if ";" in cell:
            return f'"{cell}"'
    return str(cell)


def write_csv(rows: list[list[Any]], path: Path) -> None:
    """Write with semicolons, decimal commas and a byte order mark."""
    lines = (";".join(map(spelled, row)) for row in rows)
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8-sig", newline="")


def write_workbook(rows: list[list[Any]], path: Path) -> None:
    """Write numbers and dates as Excel has them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    book.save(path)


def main() -> None:
    """Write ``parts`` with labels, and ``new`` without, each as .csv and .xlsx."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="build/parts", type=Path, metavar="DIR", help="where the tables go")
    parser.add_argument("--rows", default=2400, type=int, metavar="N", help="of the table with labels")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    parts = make_parts(options.rows, np.random.default_rng(0))
    rows = [list(HEADER), *(cells(number, part) for number, part in enumerate(parts))]
    parts = make_parts(NEW, np.random.default_rng(NEW_SEED))
    new = [list(HEADER[1 : -len(LABELS)]), *(cells(0, part)[1 : -len(LABELS)] for part in parts)]
    for name, table in (("parts", rows), ("new", new)):
        write_csv(table, options.out / f"{name}.csv")
        write_workbook(table, options.out / f"{name}.xlsx")
    for line in (options.out / "parts.csv").read_text(encoding="utf-8-sig").splitlines()[:4]:
        print(line)


if __name__ == "__main__":
    main()
