"""Tables in and predictions out: CSV and JSON Lines with the standard library, Parquet with pyarrow.

:func:`read_batches` streams, for prediction; :func:`read_table` reads a whole table with pyarrow, for training
and verification; :func:`open_writer` streams out.
"""

from tagship_runtime.files.batches import STDIN, Batch, read_batches
from tagship_runtime.files.needed import import_pyarrow
from tagship_runtime.files.replacing import replacing
from tagship_runtime.files.whole import read_table
from tagship_runtime.files.writers import open_writer

__all__ = ["STDIN", "Batch", "import_pyarrow", "open_writer", "read_batches", "read_table", "replacing"]
