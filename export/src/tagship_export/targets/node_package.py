"""Node and the npm package, before anything is run by them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tagship_export.errors import ExportError, NodePackageError


def find_node() -> str:
    """Return where Node is.

    Raises:
        ExportError: It is not on this machine.
    """
    found = shutil.which("node")
    if found is None:
        raise ExportError("node is not on this machine, so --node cannot run anything; install Node 20 or newer")
    return found


def check_package(folder: Path) -> None:
    """Check that npm has installed ``tagship`` into a folder, which takes less time than anything that needs it.

    Raises:
        ExportError: Node is not there.
        NodePackageError: The package is not.
    """
    look = "require.resolve('tagship', {paths: [process.argv[1]]})"
    done = subprocess.run([find_node(), "-e", look, str(folder.resolve())], capture_output=True, check=False)
    if done.returncode:
        raise NodePackageError("tagship", str(folder))
