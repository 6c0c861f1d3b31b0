"""Hook of PyInstaller for programs that call the command line: the commands, which are imported by name."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = collect_submodules("tagship_runtime.cli")
