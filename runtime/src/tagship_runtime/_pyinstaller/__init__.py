"""Hooks that tell PyInstaller of modules which are imported by name, so that bundles have them."""

from os.path import dirname


def get_hook_dirs() -> list[str]:
    """Return the folder of the hooks, which PyInstaller finds by the entry point ``pyinstaller40``."""
    return [dirname(__file__)]  # noqa: PTH120
