"""Tables in and predictions out: CSV and JSON Lines by the standard library, Parquet by pyarrow, Excel by calamine.

:func:`read_batches` streams, for prediction; :func:`read_table` reads a whole table with pyarrow, for training
and verification; :func:`open_writer` streams out.
"""

from tagship_runtime.files.atomic_write import left_beside, left_inside, remove_temporary, replacing, replacing_folder
from tagship_runtime.files.batch_reader import STDIN, Batch, read_batches
from tagship_runtime.files.headers import check_header
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.files.table_file import TableFile
from tagship_runtime.files.table_reader import read_table
from tagship_runtime.files.table_writer import open_writer

__all__ = [
    "STDIN",
    "Batch",
    "Dialect",
    "TableFile",
    "arrow_file",
    "check_header",
    "import_pyarrow",
    "left_beside",
    "left_inside",
    "open_writer",
    "read_batches",
    "read_table",
    "remove_temporary",
    "replacing",
    "replacing_folder",
]
