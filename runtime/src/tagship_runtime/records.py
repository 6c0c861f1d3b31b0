"""Frozen records: as frozen dataclasses, which cost a device most of a millisecond each, at every start, to define."""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Record:
    """Fields are a class's annotations and those it inherits, given by keyword; those with a value may be left out.

    Equal where type and fields are; hashable where the fields are; ``__post_init__`` may check them.
    """

    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._names = tuple(dict.fromkeys((*cls._names, *cls.__annotations__)))

    def __init__(self, **fields: Any) -> None:
        strange = [name for name in fields if name not in self._names]
        missing = [name for name in self._names if name not in fields and not hasattr(type(self), name)]
        if strange or missing:
            what = "it has no such field" if strange else "it needs them"
            raise TypeError(f"{type(self).__name__}: {', '.join(strange or missing)}: {what}")
        self.__dict__.update(fields)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the fields; nothing by default."""

    def replace(self, **fields: Any) -> Self:
        """A copy with some fields changed, checked as a new one."""
        return type(self)(**self.__dict__ | fields)

    __replace__ = replace  # copy.replace, from Python 3.13 on

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._names)

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._names, self._values(), strict=True))
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen; .replace({name}=...) makes another")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")
