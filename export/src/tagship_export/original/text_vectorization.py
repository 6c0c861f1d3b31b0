"""Models that begin with Keras' ``TextVectorization``: its rules go into the contract, and the rest takes numbers.

The rules are those of the tokenizer ``keras-1`` (docs/contract.md). What is arithmetic stays in the graph: that of
``multi_hot`` begins by counts of at most 1, that of ``tf_idf`` by their weights, that of ``int`` by integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import OriginalError
from tagship_export.original.keras_predict import predict
from tagship_runtime.contract import Feature, KerasTextFeature
from tagship_runtime.typing import Scores

LAYER = "TextVectorization"

DEFAULT_NAME = "text"
"""Name of the column where neither the rows nor the model's input have one."""

BATCH = 1024


@dataclass(frozen=True, kw_only=True)
class TextInput:
    """Texts that a model takes.

    Attributes:
        feature: What the contract says of them; its name is that of the model's input.
        whole: The model as it was given, from texts to whatever it ends in.
        scalar: Whether it takes texts of shape (rows,), rather than (rows, 1).
        logits: Whether it lacks the sigmoid at its end.
    """

    feature: KerasTextFeature
    whole: Any
    scalar: bool
    logits: bool

    def named(self, name: str) -> tuple[Feature, ...]:
        """Return the features of a table whose column of texts is called so."""
        return (replace(self.feature, name=name),)

    def scores(self, texts: Sequence[str]) -> Scores:
        """Return what the given model computes for texts, float32 (rows, labels)."""
        import keras
        import tensorflow as tf

        rows = tf.constant([text.encode("utf-8", "surrogatepass") for text in texts])
        given = predict(self.whole, rows if self.scalar else rows[:, None], BATCH)
        while isinstance(given, dict | list | tuple):
            (given,) = given.values() if isinstance(given, dict) else given
        scores = np.asarray(given, np.float32)
        return np.asarray(keras.ops.sigmoid(scores), np.float32) if self.logits else scores


def take_texts_off(model: Any, *, logits: bool) -> tuple[Any, TextInput | None]:
    """Return the part of a model that takes numbers, and what it makes those of; the model itself where it takes none.

    Raises:
        OriginalError: It begins with a TextVectorization that no contract describes.
    """
    if not any(map(is_vectorization, _all_layers(model))):
        return model, None
    layer = _first_layer(model)
    feature = _described(layer, _name_of(model))
    rank = len(_input(model).shape)
    if layer.get_config()["split"] is None and rank == 1:
        raise _refused("split=None", "takes texts of shape (rows,) for one long list; give the model Input((1,))")
    import keras

    numbers = keras.Input((feature.width,), name=feature.name)
    rest = keras.Model(numbers, _behind(model, layer, _start(layer, feature, numbers)), name=model.name)
    return rest, TextInput(feature=feature, whole=model, scalar=rank == 1, logits=logits)


def is_vectorization(layer: Any) -> bool:
    """Tell whether a layer is Keras' own."""
    return type(layer).__name__ == LAYER


def idf_weights(layer: Any) -> NDArray[np.float32] | None:
    """Return the weights of a layer's words, those that stand for others first; None where it gives no TF-IDF."""
    if layer.get_config()["output_mode"] != "tf_idf":
        return None
    return np.asarray(layer._lookup_layer.idf_weights_const, np.float32)


def _all_layers(model: Any) -> Sequence[Any]:
    return list(getattr(model, "_flatten_layers", lambda **_: ())(include_self=False))


def _function(model: Any) -> Any:
    """Return a model as a graph of layers.

    Raises:
        OriginalError: It is code of its own.
    """
    import keras

    function = model._functional if isinstance(model, keras.Sequential) else model
    if not hasattr(function, "_run_through_graph"):
        raise _refused(
            "",
            f"is inside of the code of {type(model).__name__}; build the model of layers (Sequential or functional), "
            "this one first",
        )
    return function


def _input(model: Any) -> Any:
    """Return the symbolic input of texts.

    Raises:
        OriginalError: There are several inputs, or of another shape.
    """
    inputs = _function(model).inputs
    if len(inputs) != 1:
        raise OriginalError(f"the model has {len(inputs)} inputs; one is needed")
    if len(inputs[0].shape) > 2 or (len(inputs[0].shape) == 2 and inputs[0].shape[1] != 1):
        raise OriginalError(
            f"the model takes texts of shape {tuple(inputs[0].shape)}; one text a row is needed, as of Input((1,))"
        )
    return inputs[0]


def _name_of(model: Any) -> str:
    """Return the name that the model's input was given."""
    name = _function(model)._operations[0].name if hasattr(_function(model), "_operations") else ""
    return DEFAULT_NAME if not name or name.startswith(("input_layer", "keras_tensor")) else name


def _first_layer(model: Any) -> Any:
    """Return the TextVectorization that takes the model's input, alone, however deep it is.

    Raises:
        OriginalError: Another layer takes texts as well, or first.
    """
    texts = _input(model)
    users = {
        id(node.operation): node.operation
        for operation in _function(model).operations
        for node in operation._inbound_nodes
        if any(tensor is texts for tensor in node.input_tensors)
    }
    if len(users) != 1:
        names = ", ".join(operation.name for operation in users.values())
        raise _refused("", f"is not the only layer that takes the texts ({names}); one has to take them")
    (user,) = users.values()
    if is_vectorization(user):
        return user
    if hasattr(user, "layers"):
        return _first_layer(user)
    raise _refused("", f"comes after {type(user).__name__} {user.name!r}; it has to be the first layer")


def _behind(model: Any, layer: Any, output: Any) -> Any:
    """Return the model's output where its TextVectorization gives ``output``."""

    def replaced(operation: Any) -> Callable[..., Any]:
        if operation is layer:
            return lambda *_, **__: output
        if layer in _all_layers(operation):
            return lambda *_, **__: _behind(operation, layer, output)
        called: Callable[..., Any] = operation
        return called

    return _function(model)._run_through_graph(output, operation_fn=replaced)


def _start(layer: Any, feature: KerasTextFeature, numbers: Any) -> Any:
    """Return what the layer gives, from counts or numbers of words."""
    import keras

    config = layer.get_config()
    mode = config["output_mode"]
    if mode == "int":
        return keras.ops.cast(numbers, "int32")
    if mode == "multi_hot":
        numbers = keras.ops.minimum(numbers, 1.0)
    if (weights := idf_weights(layer)) is not None:
        scale = weights[: feature.width].tolist()
        numbers = keras.layers.Rescaling(scale=scale, name="inverse_document_frequency")(numbers)
    padded = (config["max_tokens"] or 0) - feature.width if config["pad_to_max_tokens"] else 0
    return keras.ops.pad(numbers, ((0, 0), (0, padded))) if padded else numbers


def _described(layer: Any, name: str) -> KerasTextFeature:
    """Return the layer's rules as a contract has them.

    Raises:
        OriginalError: One of them is none that a contract has.
    """
    config = layer.get_config()
    for option in ("standardize", "split"):
        if not isinstance(config[option], str | None):
            raise _refused(option, "is a function of your own: code, which no contract holds")
    mode, length = config["output_mode"], config["output_sequence_length"]
    if mode == "one_hot":
        raise _refused("output_mode='one_hot'", "gives as many rows as the text has words; use 'multi_hot'")
    if config.get("ragged"):
        raise _refused("ragged=True", "gives rows of different lengths; leave it out")
    if mode == "int" and length is None:
        raise _refused("output_sequence_length=None", "leaves the length to the longest text; give a number")
    if config.get("encoding", "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8"):
        raise _refused(f"encoding={config['encoding']!r}", "is none of a contract, which holds UTF-8")
    vocabulary, ngrams = _vocabulary(layer), _ngrams(config["ngrams"])
    try:
        return KerasTextFeature(
            name=name,
            vocabulary=vocabulary,
            ngrams=ngrams,
            standardize=config["standardize"],
            split=config["split"],
            sequence=length if mode == "int" else None,
        )
    except ValueError as error:
        raise _refused(_option_of(str(error)), f"is beyond what a contract holds: {error}") from error


OPTIONS: Mapping[str, str] = {
    "the vocabulary": "vocabulary (max_tokens)",
    "n-grams of": "ngrams",
    "sequence": "output_sequence_length",
}
"""Options by what an error about a feature says of it."""


def _option_of(said: str) -> str:
    return next((option for part, option in OPTIONS.items() if part in said), "ngrams")


def _vocabulary(layer: Any) -> tuple[str, ...]:
    """Return the words of the layer, without those that stand for others.

    They are those of its table: get_vocabulary() makes NumPy's texts of them, which lose null characters at their ends.

    Raises:
        OriginalError: There are none, or they are no texts.
    """
    table = layer._lookup_layer.lookup_table
    if not int(table.size()):
        raise _refused("vocabulary", "is not set; adapt() the layer, or give it a vocabulary")
    words, places = (part.numpy() for part in table.export())
    try:
        return tuple(words[place].decode() for place in np.argsort(places))
    except UnicodeDecodeError as error:
        raise _refused("vocabulary", "holds bytes that are no UTF-8") from error


def _ngrams(option: int | Sequence[int] | None) -> tuple[int, int]:
    """Return the least and the greatest size of n-grams.

    Raises:
        OriginalError: Sizes between are left out, or they stand in another order.
    """
    if option is None or isinstance(option, int):
        return 1, option or 1
    sizes = tuple(option)
    if not sizes or sizes != tuple(range(sizes[0], sizes[0] + len(sizes))):
        raise _refused(f"ngrams={sizes}", "is no run of sizes, such as (1, 2, 3), of which a contract has both ends")
    return sizes[0], sizes[-1]


def _refused(option: str, why: str) -> OriginalError:
    said = f"{LAYER}, whose {option} {why}" if option else f"{LAYER}, which {why}"
    return OriginalError(f"the model takes text by {said} (docs/own-model.md)")
