// Rounds of calls of two contestants in turn; seconds per call, a number for each round.

const CALLS = 400;

export async function measure(contestants, rounds) {
  const names = Object.keys(contestants);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const call = contestants[name];
      const start = performance.now();
      for (let number = 0; number < CALLS; number++) await call();
      const seconds = (performance.now() - start) / 1000 / CALLS;
      if (round > 0) samples[name].push([seconds]); // the first round warms up
    }
  }
  return samples;
}

/** ONNX Runtime by hand: the documented calls. */
export async function onnxByHand(ort, payload, { input, output }, row) {
  const session = await ort.InferenceSession.create(payload, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return async () => {
    const tensor = new ort.Tensor("float32", Float32Array.from(row), [1, row.length]);
    return (await session.run({ [input.name]: tensor }))[output.name].data;
  };
}

/** LiteRT.js by hand. */
export async function litertByHand(core, payload, { input, output }, row) {
  const model = await core.loadAndCompile(payload, { accelerator: "wasm" });
  return async () => {
    const tensor = new core.Tensor(Float32Array.from(row), [1, row.length]);
    const outputs = await model.run({ [input.name]: tensor });
    const data = await outputs[output.name].data();
    tensor.delete();
    outputs[output.name].delete();
    return data;
  };
}
