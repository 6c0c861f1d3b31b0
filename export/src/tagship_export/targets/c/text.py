"""Names, numbers and texts as C writes them."""

from __future__ import annotations

import re

import numpy as np

RESERVED = frozenset(
    {
        "alignas",
        "alignof",
        "and",
        "and_eq",
        "asm",
        "assert",
        "auto",
        "bitand",
        "bitor",
        "bool",
        "break",
        "case",
        "catch",
        "char",
        "char16_t",
        "char32_t",
        "char8_t",
        "class",
        "co_await",
        "co_return",
        "co_yield",
        "compl",
        "concept",
        "const",
        "const_cast",
        "consteval",
        "constexpr",
        "constinit",
        "continue",
        "decltype",
        "default",
        "delete",
        "do",
        "double",
        "dynamic_cast",
        "else",
        "enum",
        "errno",
        "explicit",
        "export",
        "extern",
        "false",
        "float",
        "for",
        "friend",
        "goto",
        "if",
        "inline",
        "int",
        "linux",
        "long",
        "mutable",
        "namespace",
        "new",
        "noexcept",
        "not",
        "not_eq",
        "nullptr",
        "operator",
        "or",
        "or_eq",
        "private",
        "protected",
        "public",
        "register",
        "reinterpret_cast",
        "requires",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "static_cast",
        "stderr",
        "stdin",
        "stdout",
        "struct",
        "switch",
        "template",
        "this",
        "thread_local",
        "throw",
        "true",
        "try",
        "typedef",
        "typeid",
        "typename",
        "typeof",
        "union",
        "unix",
        "unsigned",
        "using",
        "virtual",
        "void",
        "volatile",
        "wchar_t",
        "while",
        "xor",
        "xor_eq",
    }
)
"""Words of C and C++ in lower case, and what their headers and compilers define in lower case."""


def identifiers(names: tuple[str, ...]) -> tuple[str, ...]:
    """A name in lower case for each, all different, that C and C++ take as a member."""
    found: list[str] = []
    for name in names:
        word = re.sub(r"\W+", "_", name.lower(), flags=re.A).strip("_") or "unnamed"
        word = f"x{word}" if word[0].isdigit() else word
        word = f"{word}_" if word in RESERVED else word
        new, number = word, 1
        while new in found:
            number += 1
            new = f"{word}_{number}"
        found.append(new)
    return tuple(found)


def number(value: float) -> str:
    """The shortest literal that gives exactly this float32."""
    single = np.float32(value)
    if np.isnan(single):
        return "NAN"
    if np.isinf(single):
        return "INFINITY" if single > 0 else "-INFINITY"
    return f"{single!s}f"


def numbers(values: object) -> str:
    """A row of literals, for braces."""
    return ", ".join(map(number, np.asarray(values, np.float32).ravel().tolist()))


def string(value: str) -> str:
    """A string literal in ASCII, UTF-8 beyond it, that no trigraph changes."""
    return '"' + "".join(_character(byte) for byte in value.encode()) + '"'


def _character(byte: int) -> str:
    character = chr(byte)
    if character in '"\\?':
        return f"\\{character}"
    return character if 32 <= byte < 127 else f"\\{byte:03o}"  # octal ends after three digits, hexadecimal does not


def comment(value: str) -> str:
    """A text for a comment of one line: printable ASCII that neither ends it nor begins another."""
    text = value.encode("ascii", "backslashreplace").decode()
    text = "".join(character if character.isprintable() else " " for character in text)
    return text.replace("*/", "* /").replace("/*", "/ *")
