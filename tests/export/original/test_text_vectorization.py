"""Models that begin with Keras' TextVectorization: what it makes of texts is what the contract says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import tagship_runtime
from export.original.test_output_layer import keras_layers
from repo.hard_cases import TEXTS
from tagship_export import export, export_all, verify
from tagship_export.errors import OriginalError
from tagship_export.original.open_original import open_original
from tagship_runtime.contract import KerasTextFeature

HARD = [text for group in TEXTS.values() for text in group if text.encode("utf-8", "replace").decode() == text]
ARTICLES = [
    f"{subject} {verb} {thing}, said the {who}."
    for subject in ("Oil", "GOLD", "The team", "Caf\u00e9 owners")
    for verb in ("fell", "rose", "don't know", "won")
    for thing in ("2.5%", "the cup", "a well-known price")
    for who in ("coach", "broker")
]
STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
SIZES = ((1, 1), (1, 2), (2, 3))
MODES: dict[str, dict[str, Any]] = {
    "multi_hot": {},
    "count": {},
    "tf_idf": {},
    "int": {"output_sequence_length": 7},
    "padded": {"output_mode": "count", "max_tokens": 900, "pad_to_max_tokens": True},
    "padded tf_idf": {"output_mode": "tf_idf", "max_tokens": 900, "pad_to_max_tokens": True},
}


def vectorization(adapted_to: Sequence[str] = ARTICLES, **options: Any) -> Any:
    _, layers = keras_layers()
    layer = layers.TextVectorization(**{"max_tokens": 500, "output_mode": "count", **options})
    if "vocabulary" in options:
        return layer
    layer.adapt(np.array(adapted_to, object))
    return layer


SPACES = [chr(code) for code in (*range(33), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x3000, 0xFEFF)]
HALVES = ("\ud800", "oil\udfff oil", "a\udc00\ud800b \ufffd")
"""Texts with halves of surrogate pairs, whose bytes TensorFlow takes one by one for characters."""
KNOWN = ("Oil", "oil", "the", "TEAM", "don't", "\u00c9", "\u0130", "\u1e9e")


def strange_texts(count: int) -> list[str]:
    """Texts of any code points, of what separates words somewhere, and of words that are known."""
    chance = np.random.default_rng(0)
    parts = [*KNOWN, *map(chr, range(33, 127)), *SPACES, " ", " "]
    texts = []
    for _ in range(count):
        anything = [chr(code) for code in chance.integers(0x110000, size=6) if not 0xD800 <= code < 0xE000]
        choices = [*anything, *parts]
        texts.append("".join(choices[place] for place in chance.integers(len(choices), size=chance.integers(24))))
    return texts


def described(layer: Any) -> KerasTextFeature:
    """What a contract says of a layer."""
    original = open_original(model_of(layer))
    assert original.texts is not None
    return original.texts.feature


def given(layer: Any, texts: list[str]) -> Any:
    import tensorflow as tf

    return np.asarray(layer(tf.constant([text.encode("utf-8", "surrogatepass") for text in texts])[:, None]))


def encoded(feature: KerasTextFeature, texts: list[str]) -> Any:
    matrix = np.zeros((len(texts), feature.width), np.float32)
    feature.encode(np.array(texts, object), matrix)
    return matrix


@pytest.mark.parametrize("split", ["whitespace", "character"])
@pytest.mark.parametrize("standardize", STANDARDIZE)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("length", [None, 5])
def test_words_are_those_of_tensorflow(
    split: str, standardize: str | None, sizes: tuple[int, int], length: int | None
) -> None:
    mode = {"output_mode": "int", "output_sequence_length": length} if length else {"output_mode": "count"}
    ngrams = tuple(range(sizes[0], sizes[1] + 1))
    some = [*ARTICLES, *HARD, *strange_texts(200), "\ufffd" * 4, "a\ufffd"]
    layer = vectorization(some, split=split, standardize=standardize, ngrams=ngrams, max_tokens=None, **mode)
    feature = described(layer)
    assert (feature.split, feature.standardize, feature.sequence) == (split, standardize, length)
    texts = [*HARD, *ARTICLES, *strange_texts(500), *HALVES]
    want, got = given(layer, texts), encoded(feature, texts)
    for text, wanted, found in zip(texts, want, got, strict=True):
        assert found.tolist() == wanted.tolist(), ascii(text)
    assert want.any()


@pytest.mark.parametrize("standardize", STANDARDIZE)
@pytest.mark.parametrize("mode", ["count", "int"])
def test_a_text_that_is_not_split_is_one_word(standardize: str | None, mode: str) -> None:
    more = {"output_sequence_length": 2} if mode == "int" else {}
    layer = vectorization([*ARTICLES, *HARD], split=None, standardize=standardize, output_mode=mode, **more)
    feature = described(layer)
    texts = [*HARD, *ARTICLES, "!", "", " "]
    assert encoded(feature, texts).tolist() == given(layer, texts).tolist()


def model_of(layer: Any, shape: tuple[int, ...] = (1,)) -> Any:
    keras, layers = keras_layers()
    keras.utils.set_random_seed(1)
    texts = keras.Input(shape, dtype="string", name="article")
    words = layer(texts)
    if layer.get_config()["output_mode"] == "int":
        words = layers.GlobalAveragePooling1D()(layers.Embedding(layer.vocabulary_size(), 4)(words))
    hidden = layers.Dense(8, "relu", name="hidden")(words)
    return keras.Model(texts, layers.Dense(2, "sigmoid", name="scores", kernel_initializer="random_normal")(hidden))


def rows() -> pa.Table:
    """Articles twice over, each with a label that its words tell."""
    texts = ARTICLES * 2
    return pa.table(
        {
            "article": texts,
            "label:oil": ["oil" in text.lower() for text in texts],
            "label:sport": ["cup" in text for text in texts],
        }
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_a_model_is_exported_verified_and_predicts_from_raw_texts(mode: str, kind: str, tmp_path: Path) -> None:
    layer = vectorization(**{"output_mode": mode, **MODES[mode]})
    model = model_of(layer)
    source: Any = model
    if mode != "padded tf_idf":  # of which Keras cannot load what it saves
        source = tmp_path / "model.keras"
        model.save(source)
    (artifact,) = export(source, tmp_path / "out", labels=["oil", "sport"], data=rows(), formats=[kind])
    assert artifact.verification.passed, artifact.verification.faults
    assert artifact.verification.parity.max_difference < 1e-5
    assert verify(source, str(artifact.path), rows()).passed
    loaded = tagship_runtime.load(str(artifact.path))
    texts = [*HARD, *ARTICLES, *strange_texts(50)]
    import tensorflow as tf

    want = model.predict(tf.constant([text.encode() for text in texts])[:, None], verbose=0)
    got = loaded.predict_proba([{"article": text} for text in texts])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-5, equal_nan=False)
    np.testing.assert_array_equal(loaded.predict_proba([{"article": None}]), loaded.predict_proba([{"article": ""}]))
    assert loaded.selftest().passed
    assert loaded.explain({"article": "Oil fell, said the coach"})["oil"]


@pytest.mark.parametrize("build", ["sequential", "nested", "scalar", "without an input", "half precision", "logits"])
def test_every_way_to_begin_with_the_layer(build: str, tmp_path: Path) -> None:
    keras, layers = keras_layers()
    import tensorflow as tf

    layer = vectorization(output_mode="tf_idf")
    texts = keras.Input((1,), dtype="string")
    dense = [layers.Dense(4, "relu"), layers.Dense(2, None if build == "logits" else "sigmoid")]
    match build:
        case "scalar":
            model = model_of(layer, ())
        case "nested":
            inner = keras.Sequential([keras.Input((1,), dtype="string"), layer, layers.Dense(4, "relu")])
            model = keras.Model(texts, layers.Dense(2, "sigmoid")(inner(texts)))
        case "without an input":
            model = keras.Sequential([layer, *dense])
            model.predict(tf.constant(["oil"])[:, None], verbose=0)
        case "half precision":
            half = [layers.Dense(4, "relu", dtype="mixed_bfloat16"), layers.Dense(2, "sigmoid", dtype="mixed_bfloat16")]
            model = keras.Sequential([texts, layer, *half])
        case _:
            model = keras.Sequential([texts, layer, *dense])
    data = rows().rename_columns(["said", "label:oil", "label:sport"])
    options: dict[str, Any] = {"labels": ["oil", "sport"], "logits": build == "logits"}
    (artifact,) = export(model, tmp_path / "out", data=data, formats=["tflite"], **options)
    assert artifact.verification.passed, artifact.verification.faults
    assert artifact.verification.parity.max_difference < 1e-5
    loaded = tagship_runtime.load(str(artifact.path))
    assert loaded.contract.features is not None
    assert [feature.name for feature in loaded.contract.features] == [
        "article" if build == "scalar" and "article" in data.column_names else "said"
    ]
    assert verify(model, str(artifact.path), data, logits=build == "logits").passed


def test_rows_of_arrays(tmp_path: Path) -> None:
    model, table = model_of(vectorization()), rows()
    truth = np.stack([table["label:oil"].to_numpy(False), table["label:sport"].to_numpy(False)], axis=1)
    texts = np.array(table["article"].to_pylist())
    for name, given_texts in (("flat", texts), ("column", texts[:, None]), ("objects", texts.astype(object))):
        (one,) = export(model, tmp_path / name, labels=["oil", "sport"], data=(given_texts, truth), formats=["onnx"])
        assert one.verification.passed
        assert one.verification.parity.rows == len(texts) - len(texts) // 2
    np.savez(tmp_path / "rows.npz", x=texts, y=truth.astype(np.uint8))
    (one,) = export(model, tmp_path / "npz", labels=["oil", "sport"], data=str(tmp_path / "rows.npz"), formats=["onnx"])
    assert one.verification.passed


def test_texts_that_look_like_numbers_stay_texts(tmp_path: Path) -> None:
    """A column of a CSV whose cells all look like numbers is spelled as it is: 007 is no 7."""
    _, layers = keras_layers()
    layer = layers.TextVectorization(output_mode="count", vocabulary=["007", "7", "1e3"])
    (tmp_path / "rows.csv").write_text("code,label:a,label:b\n" + "007,1,0\n7,0,1\n1e3,1,1\n" * 4)
    (one,) = export(model_of(layer), tmp_path / "out", labels=["a", "b"], data=str(tmp_path / "rows.csv"))[:1]
    assert one.verification.passed
    loaded = tagship_runtime.load(str(one.path))
    assert loaded.encode([{"code": "007 7"}]).tolist() == [[0, 1, 1, 0]]


def test_a_contract_that_says_other_rules_is_no_match(tmp_path: Path) -> None:
    model = model_of(vectorization(standardize="lower"))
    words = model.layers[1].get_vocabulary()
    other = model_of(vectorization(standardize=None, vocabulary=words, max_tokens=None))
    other.set_weights(model.get_weights())
    (one,) = export(other, tmp_path / "out", labels=["oil", "sport"], data=rows(), formats=["onnx"])
    verdict = verify(model, str(one.path), rows())
    assert not verdict.passed
    assert "it describes other features than the original: 'article'" in " ".join(verdict.faults)


@pytest.mark.parametrize("recipes", [["auto"], ["float32", "int8_io"]], ids=lambda names: names[0])
@pytest.mark.parametrize("mode", ["count", "int"])
def test_words_are_not_rounded_on_one_scale(mode: str, recipes: list[str], tmp_path: Path) -> None:
    """Of a short text's counts little would be left, and other words would be meant by their numbers."""
    model = model_of(vectorization(**{"output_mode": mode, **MODES[mode]}))
    done = export_all(
        model, tmp_path / "out", labels=["oil", "sport"], data=rows(), formats=["tflite"], recipes=recipes
    )
    refused = {refusal.name: refusal.reason for refusal in done.refusals}
    assert "of all words would be rounded to eight bits on one scale" in refused["int8_io.tflite"]
    assert not (tmp_path / "out" / "int8_io.tflite").exists()
    assert done.passed == (recipes == ["auto"])


def shout(text: Any) -> Any:
    return text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"standardize": shout}, "whose standardize is a function of your own"),
        ({"split": shout}, "whose split is a function of your own"),
        ({"output_mode": "int"}, "whose output_sequence_length=None leaves the length"),
        ({"output_mode": "int", "output_sequence_length": 65537}, "whose output_sequence_length is beyond"),
        ({"ngrams": (1, 3)}, r"whose ngrams=\(1, 3\) is no run of sizes"),
        ({"ngrams": (2, 1)}, r"whose ngrams=\(2, 1\) is no run of sizes"),
        ({"ngrams": 17}, "whose ngrams is beyond what a contract holds: .* 1 to 17 words"),
        ({"vocabulary": None, "max_tokens": 9, "pad_to_max_tokens": True}, "whose vocabulary is not set"),
        ({"encoding": "latin-1"}, "whose encoding='latin-1' is none of a contract"),
        ({"vocabulary": [str(word) for word in range(65537)]}, r"whose vocabulary \(max_tokens\) is beyond"),
        ({"vocabulary": ["x" * 600_000, "y" * 600_000]}, r"whose vocabulary \(max_tokens\) is beyond"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_contract_describes_is_refused_by_its_option(options: dict[str, Any], said: str) -> None:
    keras, layers = keras_layers()
    words = layers.TextVectorization(**{"output_mode": "count", "vocabulary": ["oil", "gold"]} | options)
    inputs = keras.Input((1,), dtype="string")
    given_words = words(inputs)
    if options.get("output_mode") == "int":
        given_words = layers.GlobalAveragePooling1D()(layers.Embedding(4, 2)(given_words))
    with pytest.raises(OriginalError, match=rf"the model takes text by TextVectorization, {said}") as caught:
        open_original(keras.Model(inputs, layers.Dense(2, "sigmoid")(given_words)))
    assert "\n" not in str(caught.value)
    assert str(caught.value).count("the model takes text by") == 1


def two_at_once(keras: Any, layers: Any) -> Any:
    texts = keras.Input((1,), dtype="string")
    parts = [layers.TextVectorization(output_mode="count", vocabulary=["a", word])(texts) for word in "bc"]
    return keras.Model(texts, layers.Dense(1, "sigmoid")(layers.Concatenate()(parts)))


def several_texts(keras: Any, layers: Any) -> Any:
    texts = [keras.Input((1,), dtype="string") for _ in range(2)]
    layer = layers.TextVectorization(output_mode="count", vocabulary=["a", "b"])
    return keras.Model(texts, layers.Dense(1, "sigmoid")(layers.Concatenate()([layer(text) for text in texts])))


def one_long_list(keras: Any, layers: Any) -> Any:
    texts = keras.Input((), dtype="string")
    layer = layers.TextVectorization(output_mode="count", vocabulary=["a", "b"], split=None)
    return keras.Model(texts, layers.Dense(1, "sigmoid")(layer(texts)))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (two_at_once, "is not the only layer that takes the texts"),
        (several_texts, "the model has 2 inputs; one is needed"),
        (one_long_list, r"whose split=None takes texts of shape \(rows,\)"),
    ],
)
def test_models_that_take_texts_otherwise(build: Callable[[Any, Any], Any], said: str) -> None:
    with pytest.raises(OriginalError, match=said):
        open_original(build(*keras_layers()))


def test_a_table_of_several_columns(tmp_path: Path) -> None:
    model, table = model_of(vectorization()), rows()
    more = table.append_column("section", pa.array(["a"] * len(table)))
    (one,) = export(model, tmp_path / "out", labels=["oil", "sport"], data=more, formats=["onnx"])
    assert one.verification.passed  # the model's input is called article
    with pytest.raises(OriginalError, match=r"the columns \['body', 'section'\] .* the model takes one text"):
        export(
            model,
            tmp_path / "none",
            labels=["oil", "sport"],
            data=more.rename_columns(["body", "label:oil", "label:sport", "section"]),
        )
