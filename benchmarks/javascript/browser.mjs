import { litertByHand, measure, onnxByHand } from "./measure.mjs";
import { litert, load, onnx, onnxFormat, plain, tfliteFormat, unpack } from "./tagship/index.js";

const bytesOf = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());

export async function measureAll(rounds, withLitert) {
  const ort = await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs");
  ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
  ort.env.wasm.numThreads = 1;
  const bytes = await bytesOf("/model.onnx");
  const { payload, contract } = await unpack(bytes, onnxFormat);
  const row = contract.golden.rows[0];
  const byHand = await onnxByHand(ort, payload, contract, row);
  const [web, own] = [await load(bytes, onnx(ort)), await load(bytes, plain())];
  const found = {
    "onnxruntime-web": await measure({ "session.run": byHand, "model.predict": () => web.predict(row) }, rounds),
    "plain()": await measure({ "session.run of onnxruntime-web": byHand, "model.predict": () => own.predict(row) }, rounds),
  };
  if (!withLitert) return found;
  const core = await import("/node_modules/@litertjs/core/dist/index.js");
  await core.loadLiteRt("/node_modules/@litertjs/core/wasm/");
  const file = await bytesOf("/model.tflite");
  const lite = await unpack(file, tfliteFormat);
  const model = await load(file, litert(core));
  const run = await litertByHand(core, lite.payload, lite.contract, row);
  found["LiteRT.js"] = await measure({ "model.run": run, "model.predict": () => model.predict(row) }, rounds);
  return found;
}
