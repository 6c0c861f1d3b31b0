// node predict.mjs float32.onnx '[6, 23, 0, 4, 8, 8]'
// needs one of: npm install onnxruntime-node (native), npm install onnxruntime-web (WebAssembly, as in browsers)
import { readFileSync } from "node:fs";
import { encode, labelsOn, readArtifact, replay } from "./contract.mjs";

const [path, ...rows] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(path));
const { contract } = await readArtifact(bytes); // before the engine sees a byte
const engine = await import(process.env.ENGINE ?? "onnxruntime-node");
const { InferenceSession, Tensor } = engine.default ?? engine;

const session = await InferenceSession.create(bytes);
const { input, output } = contract;

async function run(numbers) {
  const batch = input.shape[0] ?? 1; // a fixed batch is filled with copies
  const data = new Float32Array(batch * numbers.length);
  for (let row = 0; row < batch; row++) data.set(numbers, row * numbers.length);
  const tensor = new Tensor("float32", data, [batch, ...input.shape.slice(1)]);
  const { [output.name]: scores } = await session.run({ [input.name]: tensor });
  return scores.data.slice(0, contract.labels.length);
}

const largest = await replay(contract, run);
console.log(`${contract.golden.rows.length} golden rows: largest difference ${largest.toExponential(1)}`);
for (const row of rows) {
  const scores = await run(encode(contract, JSON.parse(row)));
  console.log(JSON.stringify(labelsOn(contract, scores)), Array.from(scores));
}
