"""The journal of a folder of answers: by what they were made, and which are finished."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tagship_runtime.errors import OutputError, UsageError
from tagship_runtime.files import remove_temporary, replacing
from tagship_runtime.files.sidecar import sha256_of_file
from tagship_runtime.folders.parts import Part

NAME = "_tagship.jsonl"
"""Readers of folders of tables leave out names that begin so."""

PART = {"part", "source", "bytes", "figures"}
"""Keys of a line on a part."""


class Journal:
    """A file of JSON lines in the folder; the first says by what answers are made, each other that one is finished.

    A line is written after its answer has its name. Where the process ends between the two, the answer is made again,
    and is the same.
    """

    def __init__(self, folder: Path, made_by: Mapping[str, Any], finished: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder, self._made_by, self._finished = folder, made_by, dict(finished)

    @classmethod
    @contextmanager
    def opened(cls, folder: str | os.PathLike[str], made_by: Mapping[str, Any]) -> Iterator[Self]:
        """Open the journal of a folder, which is made if it is not there, for this process alone.

        Args:
            folder: Of answers.
            made_by: Digest of the artifact and options, as JSON has them.

        Raises:
            UsageError: The folder holds answers that were made otherwise, or another process is writing to it.
            OutputError: The folder cannot be written.
        """
        path = Path(folder) / NAME
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path.parent):
                yield cls(Path(folder), made_by, _read(path, made_by))
        except (FileExistsError, NotADirectoryError) as error:
            raise OutputError(f"--out is {folder}, which is a file; a folder is needed for several tables") from error

    def unfinished(self, parts: Iterable[Part], note: Callable[[str], None] | None = None) -> list[Part]:
        """Return parts without an answer, or whose answer or table has changed since, and rewrite the journal.

        Answers are read as a whole and compared with their digest. What a process that was killed left is removed.

        Args:
            parts: All of them.
            note: Told of answers that are no longer what was written.
        """
        done = {part.name: self._finished[part.name] for part in parts if self._is_finished(part, note)}
        self._finished = done
        lines = [{"made_by": self._made_by}, *({"part": name, **entry} for name, entry in done.items())]
        with replacing(self.folder / NAME) as temporary:
            temporary.write_text("".join(_line(line) for line in lines), encoding="utf-8")
        left = [part for part in parts if part.name not in done]
        for part in left:
            remove_temporary(self.folder / part.name)
        return left

    def finish(self, part: Part, fingerprint: Mapping[str, int], figures: Mapping[str, Any]) -> None:
        """Note that a part is finished, and remove what a worker that was killed over it left.

        Args:
            part: Whose answer has its name.
            fingerprint: Of its table, from before it was read.
            figures: What is told of it at the end.
        """
        remove_temporary(self.folder / part.name)
        answer = self.folder / part.name
        entry = {
            "source": fingerprint,
            "bytes": answer.stat().st_size,
            "sha256": sha256_of_file(answer),
            "figures": figures,
        }
        self._finished[part.name] = entry
        with (self.folder / NAME).open("a", encoding="utf-8") as stream:
            stream.write(_line({"part": part.name, **entry}))

    @property
    def figures(self) -> list[Mapping[str, Any]]:
        """Notes on each finished part, in the order of their names."""
        return [self._finished[name]["figures"] for name in sorted(self._finished)]

    def _is_finished(self, part: Part, note: Callable[[str], None] | None) -> bool:
        entry, answer = self._finished.get(part.name), self.folder / part.name
        if entry is None or entry["source"] != part.fingerprint() or not answer.is_file():
            return False
        # Journals of version 0.1 have no digests.
        same = answer.stat().st_size == entry["bytes"] and entry.get("sha256") in (None, sha256_of_file(answer))
        if not same and note is not None:
            note(f"{answer} is not what was written there; {part.source} is answered again")
        return same


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document) + "\n"  # in ASCII: names of files may be no text


def _read(path: Path, made_by: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what is finished, by name; a line that is damaged, or a last one that is cut short, is none."""
    if not path.exists():
        return {}
    found = [_document(line) for line in path.read_bytes().splitlines()]
    documents = [document for document in found if isinstance(document, dict)]
    if not documents:
        return {}
    before = documents[0].get("made_by") or {}
    other = sorted(key for key in before.keys() | made_by.keys() if before.get(key) != made_by.get(key))
    if other:
        raise UsageError(
            f"{path.parent} holds answers that were made with another {' and '.join(other)}; give another --out, or "
            "empty it"
        )
    return {entry.pop("part"): entry for entry in documents[1:] if entry.keys() >= PART}


def _document(line: bytes) -> object:
    """Return what a line holds; None where it is damaged."""
    try:
        return json.loads(line)
    except ValueError:
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder, where the system can; it forgets this when the process ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UsageError(f"another process is writing to {folder}; wait for it, or give another --out") from error
    finally:
        os.close(opened)
