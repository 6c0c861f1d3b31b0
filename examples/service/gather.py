"""Many callers in one event loop: rows that arrive within some milliseconds are computed as one batch, on a thread.

    python gather.py float32.onnx

A single row takes microseconds, so most services can simply ``await asyncio.to_thread(model.predict_one, row)``; a
large model at many rows a second is computed several times as fast in batches.
"""

import asyncio
import sys
from typing import Any

import tagship_runtime


class Gatherer:
    """Answers rows one by one, and computes those that wait together."""

    def __init__(self, model: tagship_runtime.Predictor, *, most: int = 1000, wait: float = 0.002) -> None:
        self.model, self.most, self.wait = model, most, wait
        self.batches = 0
        self._waiting: asyncio.Queue[tuple[Any, asyncio.Future[Any]]] = asyncio.Queue(maxsize=10 * most)

    async def answer(self, row: Any) -> tagship_runtime.Answer:
        """Return one row's labels and scores."""
        future: asyncio.Future[tagship_runtime.Answer] = asyncio.get_running_loop().create_future()
        await self._waiting.put((row, future))
        return await future

    async def run(self) -> None:
        """Compute batches until the task is cancelled."""
        while True:
            asked = [await self._waiting.get()]
            await asyncio.sleep(self.wait)
            while not self._waiting.empty() and len(asked) < self.most:
                asked.append(self._waiting.get_nowait())
            await self._compute(asked)

    async def _compute(self, asked: list[tuple[Any, asyncio.Future[Any]]]) -> None:
        """Answer all; where the batch is refused, each row by itself, so that a bad one spoils no other."""
        self.batches += 1
        try:
            answers = await asyncio.to_thread(self.model.answers, [row for row, _ in asked])
        except tagship_runtime.InputError as error:
            if len(asked) > 1:
                for one in asked:
                    await self._compute([one])
                return
            answers = [error]
        for (_, future), answer in zip(asked, answers, strict=True):
            if future.done():  # its caller was cancelled
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


async def main(path: str) -> None:
    """Answer golden rows to as many callers at once."""
    model = tagship_runtime.load(path)
    gatherer = Gatherer(model)
    task = asyncio.create_task(gatherer.run())
    rows = model.contract.golden.rows if model.contract.golden else []
    answers = await asyncio.gather(*map(gatherer.answer, rows))
    task.cancel()
    for answer in answers[:3]:
        print(answer)
    print(f"{len(answers)} callers, {gatherer.batches} batches")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
