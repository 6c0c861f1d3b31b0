"""JSON Schemas of the documents that the distributions pass to each other; run as a program, it writes them to docs/.

They are made from the TypedDicts of :mod:`tagship_runtime.documents`: a definition per class, a description from each
docstring. Keys may be added to a document, so the schemas take unknown ones; ``strict`` gives schemas that do not.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from tagship_runtime import documents
from tagship_runtime.monitoring.drift import DRIFT_FORMAT

DOCS = Path(__file__).parents[2] / "docs"

PLAIN: Mapping[type, str] = {str: "string", float: "number", int: "integer", bool: "boolean", NoneType: "null"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One kind of file.

    Attributes:
        file: What it is called.
        kind: Its TypedDict.
        version_key: The key that holds its format version.
        version: The one that is written.
        unversioned: Whether earlier files without that key are read as well.
    """

    file: str
    kind: type
    version_key: str
    version: int
    unversioned: bool = False

    @property
    def schema_path(self) -> Path:
        """Where its schema is."""
        return DOCS / f"{self.file.removesuffix('.json')}.schema.json"


DOCUMENTS = (
    Document(file="run.json", kind=documents.RunDocument, version_key="tagship_run", version=documents.RUN_FORMAT),
    Document(
        file="curves.json",
        kind=documents.CurvesDocument,
        version_key="tagship_curves",
        version=documents.CURVES_FORMAT,
    ),
    Document(file="drift.json", kind=documents.DriftDocument, version_key="tagship_drift", version=DRIFT_FORMAT),
    Document(
        file="export.json",
        kind=documents.ExportDocument,
        version_key="tagship_export",
        version=documents.EXPORT_FORMAT,
        unversioned=True,
    ),
)


def schema(document: Document, *, strict: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file.

    Args:
        document: The kind.
        strict: Whether unknown keys, and files of before there were versions, are refused.
    """
    definitions: dict[str, Any] = {}
    root = _object(document.kind, definitions, strict)
    root["properties"][document.version_key] |= {"const": document.version}
    if document.unversioned and not strict:
        root["required"].remove(document.version_key)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"tagship {document.file}, format version {document.version}",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def written(document: Document) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema(document), indent=2, ensure_ascii=False) + "\n"


def _object(kind: type, definitions: dict[str, Any], strict: bool) -> dict[str, Any]:
    described = descriptions(kind)
    properties, required = {}, []
    for key, hint in get_type_hints(kind, include_extras=True).items():
        if get_origin(hint) is NotRequired:
            (hint,) = get_args(hint)
        else:
            required.append(key)
        properties[key] = _value(hint, definitions, strict)
        if key in described:
            properties[key] = {"description": described[key]} | properties[key]
    made: dict[str, Any] = {"description": summary(kind), "type": "object", "required": required}
    return made | {"properties": properties} | ({"additionalProperties": False} if strict else {})


def _value(hint: Any, definitions: dict[str, Any], strict: bool) -> dict[str, Any]:
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if is_typeddict(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # holds its place, should it contain itself
            definitions[hint.__name__] = _object(hint, definitions, strict)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    parts = get_args(hint)
    if get_origin(hint) is list:
        return {"type": "array", "items": _value(parts[0], definitions, strict)}
    if get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": _value(parts[1], definitions, strict)}
    if get_origin(hint) in (Union, UnionType):
        return {"anyOf": [_value(part, definitions, strict) for part in parts]}
    raise TypeError(f"no schema for {hint!r}; say here what it is in JSON")


def summary(kind: type) -> str:
    """Return the first paragraph of a class's docstring."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def descriptions(kind: type) -> dict[str, str]:
    """Return what docstrings say of each key: the class's own, else that of a class with a part of its keys."""
    keys = set(get_type_hints(kind))
    found: dict[str, str] = {}
    for part in (*(one for one in _kinds() if set(get_type_hints(one)) < keys), kind):
        found |= dict(_attributes(part))
    return {key: text for key, text in found.items() if key in keys}


def _kinds() -> Iterator[type]:
    yield from (one for one in vars(documents).values() if is_typeddict(one))


def _attributes(kind: type) -> Iterator[tuple[str, str]]:
    _, _, section = (inspect.getdoc(kind) or "").partition("\nAttributes:\n")
    for name, text in re.findall(r"^ {4}([\w.]+): (.*(?:\n {8}.*)*)", section, re.MULTILINE):
        yield name, " ".join(text.split())


if __name__ == "__main__":
    for one in DOCUMENTS:
        one.schema_path.write_text(written(one), encoding="utf-8")
        print(one.schema_path)
