"""Sketch, Zephyr and ESP-IDF examples compile against stand-ins for their systems, without a warning."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tagship_export import export
from tagship_export.pipeline.device_files import device_files

EXAMPLES = Path(__file__).parents[4] / "examples"

ARDUINO = """
struct Printer {
  void begin(long) {}
  template <typename T> void print(T) {}
  template <typename T> void println(T) {}
};
static Printer Serial;
static void delay(int) {}
#include "predict.ino"
int main() { setup(); loop(); }
"""

STAND_INS = {
    "zephyr/kernel.h": "static inline void k_msleep(int ms) { (void)ms; }\n",
    "zephyr/sys/printk.h": "#include <stdio.h>\n#define printk printf\n",
    "esp_log.h": "#include <stdio.h>\n"
    + "".join(f'#define ESP_LOG{kind}(tag, ...) (printf("%s ", tag), printf(__VA_ARGS__))\n' for kind in "EIW"),
    "freertos/FreeRTOS.h": "#define pdMS_TO_TICKS(ms) (ms)\n",
    "freertos/task.h": "static inline void vTaskDelay(int ticks) { (void)ticks; }\n",
}


@pytest.fixture(scope="module")
def made(article_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    artifacts = export(article_run, folder, formats=["c"])
    (note,) = device_files(artifacts, ["arduino", "micro"])
    assert note == f"Arduino library: {folder / 'arduino' / 'TagshipModel'}"
    for name, text in STAND_INS.items():
        file = folder / "stand-ins" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_the_sketch_runs(made: Path) -> None:
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    library = made / "arduino" / "TagshipModel"
    assert sorted(path.name for path in library.rglob("*") if path.is_file()) == [
        "library.properties", "model.c", "model.h", "predict.ino",
    ]  # fmt: skip
    for name in ("model.c", "model.h"):
        assert (library / "src" / name).read_bytes() == (made / name).read_bytes()
    (made / "main.cpp").write_text(ARDUINO)
    folders = [f"-I{library / 'src'}", f"-I{library / 'examples' / 'predict'}"]
    command = ["g++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", *folders]
    subprocess.run([*command, made / "main.cpp", library / "src" / "model.c", "-o", made / "sketch"], check=True)
    subprocess.run([made / "sketch"], check=True)


@pytest.mark.parametrize("main", ["zephyr/src/main.c", "esp-idf/main/main.c"])
def test_examples_compile(main: str, made: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    command = [
        "gcc",
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-pedantic",
        f"-I{made}",
        f"-I{made / 'stand-ins'}",
    ]
    subprocess.run([*command, "-c", EXAMPLES / main, "-o", made / "main.o"], check=True)
