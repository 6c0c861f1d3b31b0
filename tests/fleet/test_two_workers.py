"""Keras' own training on two workers, which docs/training.md says does not work with TensorFlow."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

PROGRAM = """
import keras, numpy, tensorflow

strategy = tensorflow.distribute.MultiWorkerMirroredStrategy()
assert strategy.num_replicas_in_sync == 2
with strategy.scope():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
rows = numpy.ones((100, 6), numpy.float32), numpy.ones((100, 3), numpy.float32)
model.fit(tensorflow.data.Dataset.from_tensor_slices(rows).batch(10), verbose=0)
"""

PATIENCE = 300


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for own in sockets:
            own.bind(("127.0.0.1", 0))
        return [own.getsockname()[1] for own in sockets]


@pytest.mark.xfail(strict=True, raises=subprocess.CalledProcessError, reason="Keras makes no tensor of a PerReplica")
def test_fit_on_two_workers(tmp_path: Path) -> None:
    """Fails as long as Keras cannot: once it can, the page is to be changed."""
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    running = []
    for number in range(2):
        place = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": number}}
        environment = os.environ | {"TF_CONFIG": json.dumps(place), "CUDA_VISIBLE_DEVICES": ""}
        with (tmp_path / f"{number}.txt").open("w") as stream:
            command = [sys.executable, "-c", PROGRAM]
            running.append(subprocess.Popen(command, env=environment, stdout=stream, stderr=stream))
    try:
        codes = [process.wait(PATIENCE) for process in running]
    finally:
        for process in running:
            process.kill()
    said = (tmp_path / "0.txt").read_text()
    if any(codes):
        assert "PerReplica" in said
        raise subprocess.CalledProcessError(codes[0], "fit", said)
