"""What the runtime adds to an environment that has NumPy and LiteRT already: its wheel, unpacked and compiled."""

from __future__ import annotations

import json
import subprocess
import sys
from compileall import compile_dir
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from comparison import parser

LIMIT_MB = 0.3
ROOT = Path(__file__).parents[1]


def size(path: Path) -> float:
    """MB of all files in a folder."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6


def installed(name: str) -> float:
    """MB of a distribution's files in this environment."""
    files = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def measure() -> dict[str, float]:
    """MB by name."""
    with TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
        subprocess.run([*pip, "--no-compile", "--target", folder, str(ROOT / "runtime")], check=True)
        bare = size(Path(folder))
        compile_dir(folder, quiet=2)
        return {
            "numpy": installed("numpy"),
            "ai-edge-litert": installed("ai-edge-litert"),
            "tagship-runtime, as pip installs it": size(Path(folder)),
            "tagship-runtime, without bytecode": bare,
        }


def main() -> None:
    """Run it."""
    options = parser(__doc__).parse_args()
    sizes = measure()
    if options.json:
        print(json.dumps(sizes, indent=2))
        return
    print("\ninstalled size")
    for name, megabytes in sizes.items():
        print(f"  {name:<36}{megabytes:>8.2f} MB")
    added = sizes["tagship-runtime, as pip installs it"]
    print(f"  (at most {LIMIT_MB} MB more than the engine{'' if added <= LIMIT_MB else ': NOT HELD'})")


if __name__ == "__main__":
    main()
