"""Tables in and predictions out: CSV and JSON Lines with the standard library, Parquet with pyarrow.

:func:`read_batches` streams, for prediction; :func:`read_table` reads a whole table with pyarrow, for training
and verification; :func:`open_writer` streams out.
"""

from tagship_runtime.files.atomic_write import replacing, replacing_folder
from tagship_runtime.files.batch_reader import STDIN, Batch, read_batches
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.table_reader import read_table
from tagship_runtime.files.table_writer import open_writer

__all__ = [
    "STDIN",
    "Batch",
    "arrow_file",
    "import_pyarrow",
    "open_writer",
    "read_batches",
    "read_table",
    "replacing",
    "replacing_folder",
]
