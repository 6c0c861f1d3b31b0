"""Hook of PyInstaller: the engines, which are imported by name, and the metadata that tell their versions."""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError

from PyInstaller.utils.hooks import collect_submodules, copy_metadata

hiddenimports = collect_submodules("tagship_runtime.engines")
datas = copy_metadata("tagship-runtime")
for distribution in ("ai-edge-litert", "tflite-runtime"):
    with suppress(PackageNotFoundError):  # an engine that is not installed is not in the bundle
        datas += copy_metadata(distribution)
