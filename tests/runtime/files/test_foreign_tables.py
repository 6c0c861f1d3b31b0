"""CSV files that other programs save: read where nothing is in doubt, and otherwise the error says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_runtime.errors import DataError
from tagship_runtime.files.table_reader import read_table

Command = Callable[..., Any]
TABLE = "größe,farbe\n1.5,grün\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TABLE.encode("latin-1"), "is not text in UTF-8"),
        (TABLE.replace("größe", "size").encode("latin-1"), "UTF-8"),
        (b"size,colour\n" + b"1.5,green\n" * 5000 + "2,grün\n".encode("latin-1"), "UTF-8"),
        (TABLE.encode("latin-1"), "if 'größe' is right, give --encoding cp1252"),
        (TABLE.encode("utf-16")[:-1], "is not text in utf-16"),
        (b"a;b,c;d\n1;2,3;4\n", "commas make 2 columns, semicolons make 3 columns; say which with --separator"),
    ],
)
def test_refused(content: bytes, said: str, tagship: Command, artifact: Path, tmp_path: Path) -> None:
    path = tmp_path / "foreign.csv"
    path.write_bytes(content)
    done = tagship("predict", artifact, path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    with pytest.raises(DataError) as whole:
        read_table(str(path))
    assert said in str(whole.value)
    if "size" not in content[:10].decode("latin-1"):  # otherwise the header is told to lack columns first
        assert said in done.err


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    path.write_bytes(TABLE.encode("utf-8-sig"))
    assert read_table(str(path)).column_names == ["größe", "farbe"]
