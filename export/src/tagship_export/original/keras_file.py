"""Loading of a .keras or .h5 file without running code from it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tagship_export.errors import OriginalError

ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
CARRIERS = frozenset({"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""Keras' own classes that run what the file brings along."""

KERAS_2 = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod"})
"""Layers by which Keras 2 kept plain calls of TensorFlow."""

GIT_LFS = b"version https://git-lfs"


def load_keras(path: Path) -> Any:
    """Load a model whose parts are all Keras' own or registered in this process.

    Raises:
        OriginalError: It is no such file, is damaged, or holds something else.
    """
    strangers = sorted(set(_strangers(_config(path))))
    if calls := sorted(KERAS_2 & set(strangers)):
        raise OriginalError(
            f"{path} was saved by Keras 2, and calls TensorFlow by itself ({', '.join(calls)}); "
            "Keras 3 cannot load it: build the model with Keras 3, load_weights from the file, and save it as .keras"
        )
    if set(strangers) & CARRIERS:
        found = ", ".join(name for name in strangers if name in CARRIERS)
        raise OriginalError(
            f"{path} contains {found}, which would run code from the file; replace it with a layer of Keras "
            "or with keras.ops, and save the model again"
        )
    if strangers:
        raise OriginalError(
            f"{path} contains {', '.join(strangers)}, which is not part of Keras; in Python, import what registers it "
            "(keras.saving.register_keras_serializable), then call tagship_export.export"
        )
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    try:
        # keras.config.enable_unsafe_deserialization(), called anywhere, beats safe_mode=True; the scope beats both.
        with SafeModeScope(True):
            return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise
        reason = " ".join(str(error).split())
        raise OriginalError(f"{path} cannot be loaded as a Keras model: {reason[:300]}") from error


def _config(path: Path) -> Any:
    """Return the model's architecture, as parsed JSON."""
    with path.open("rb") as stream:
        start = stream.read(len(GIT_LFS))
    if start == GIT_LFS:
        raise OriginalError(f"{path} is a pointer of Git LFS, not the model itself; run: git lfs pull")
    try:
        if start.startswith(ZIP):
            with zipfile.ZipFile(path) as archive:
                return json.loads(archive.read("config.json"))
        if start.startswith(HDF5):
            import h5py

            with h5py.File(path, "r") as file:
                return json.loads(file.attrs["model_config"])
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise OriginalError(
            f"{path} cannot be loaded as a Keras model: it is damaged, or holds weights only ({error}); "
            "save the whole model with model.save('model.keras')"
        ) from error
    raise OriginalError(
        f"{path} cannot be loaded as a Keras model: it starts with {start[:8]!r}; a .keras or .h5 file is needed"
    )


def _strangers(part: Any) -> Iterator[str]:
    """Yield names of classes and functions that are neither Keras' own nor registered, and of all CARRIERS."""
    if isinstance(part, list):
        for item in part:
            yield from _strangers(item)
    elif isinstance(part, dict):
        name = part.get("class_name")
        if isinstance(name, str) and "config" in part:
            if name == "function":
                name = str(part["config"])
            if name in CARRIERS or not _known(name, part.get("module"), part.get("registered_name")):
                yield name
        for key, item in part.items():
            if key != "compile_config":  # losses and metrics are not loaded
                yield from _strangers(item)


def _known(name: str, module: str | None, registered: str | None) -> bool:
    import keras

    if name.startswith("__"):  # how Keras spells tuples, tensors and types
        return True
    if any(keras.saving.get_registered_object(key) is not None for key in (registered, name) if key):
        return True
    if module is None:  # as in old .h5 files
        homes = (keras.layers, keras.models, keras.initializers, keras.regularizers, keras.constraints, keras)
        return name == "Functional" or any(hasattr(home, name) for home in homes)
    return module.split(".")[0] == "keras" or (module == "builtins" and hasattr(keras.activations, name))
