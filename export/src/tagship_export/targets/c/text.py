"""Names, numbers and texts as C writes them."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np

LONGEST_LITERAL = 4095
"""Characters of a string literal that every C compiler takes (C99, 5.2.4.1)."""

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
        "i386",
        "if",
        "inline",
        "int",
        "linux",
        "long",
        "math_errhandling",
        "mips",
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
        "sparc",
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


def identifiers(names: tuple[str, ...], taken: Collection[str] = RESERVED) -> tuple[str, ...]:
    """A name in lower case for each, all different, that C and C++ take as a member and that is not taken."""
    found: list[str] = []
    for name in names:
        word = re.sub(r"\W+", "_", name.lower(), flags=re.A).strip("_") or "unnamed"
        word = f"x{word}" if word[0].isdigit() else word
        word = f"{word}_" if word in taken else word
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


def characters(literal: str) -> str:
    """A string literal's characters one by one, for the braces of an array that ends as texts in C do."""
    found = re.findall(r"\\[0-7]{3}|\\.|.", literal[1:-1])
    return ", ".join("'\\''" if one == "'" else f"'{one}'" for one in [*found, "\\0"])


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
