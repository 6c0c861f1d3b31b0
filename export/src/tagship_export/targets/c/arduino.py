"""An artifact in C as an Arduino library, with a sketch that tests and uses it."""

from __future__ import annotations

from tagship_export.targets.base import DeviceFiles
from tagship_export.targets.c.names import names_of
from tagship_export.targets.c.source import header
from tagship_runtime.container import unpack
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ArtifactCorruptError

VERSION = "1.0.0"
"""Of the library's layout; what the model is, its digest says."""


def arduino_library(data: bytes, stem: str) -> DeviceFiles:
    """Return a library as the Arduino library specification 1.5 has it; its names are those in the source.

    Raises:
        ArtifactError: The artifact is damaged.
    """
    contract = unpack(data).contract
    if contract is None:
        raise ArtifactCorruptError("the C has no contract; export it again")
    names = names_of(data)
    library = "".join(word.capitalize() for word in names.stem.split("_"))
    library = "TagshipModel" if library == "Model" else library
    files = {
        f"{library}/library.properties": _properties(library, names.stem, contract),
        f"{library}/src/{names.stem}.c": data.decode(),
        f"{library}/src/{names.stem}.h": header(contract, names.prefix, names.stem),
        f"{library}/examples/predict/predict.ino": _sketch(names.stem, names.prefix),
    }
    return DeviceFiles(title="Arduino library", entry=library, files=files)


def _properties(library: str, stem: str, contract: Contract) -> str:
    return (
        f"name={library}\nversion={VERSION}\nauthor=tagship export\nmaintainer=tagship export\n"
        f"sentence=A multilabel classifier with {len(contract.labels)} labels.\n"
        f"paragraph=SHA-256 {contract.digest}\ncategory=Data Processing\n"
        f"architectures=*\nincludes={stem}.h\n"
    )


def _sketch(stem: str, prefix: str) -> str:
    macro = prefix.upper()
    return f"""// Tests the model on this board, then predicts one row; fill in what your sensors read.
#include <{stem}.h>

void setup() {{
  Serial.begin(115200);
  float largest = 0.0f;
  int failed = {prefix}selftest(&largest);
  Serial.print(failed ? "self-test FAILED in row " : "self-test passed, row ");
  Serial.println(failed);
}}

void loop() {{
  {prefix}row row = {{}};
  float scores[{macro}LABELS];
  unsigned char decisions[{macro}LABELS];
  int wrong = {prefix}predict(&row, scores, decisions);
  if (wrong) {{
    Serial.print("no prediction, value ");
    Serial.println(wrong);
  }}
  for (int label = 0; !wrong && label < {macro}LABELS; ++label) {{
    if (decisions[label]) Serial.println({prefix}labels[label]);
  }}
  delay(1000);
}}
"""
