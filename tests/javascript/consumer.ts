// What an application writes, for the compiler alone.
import * as core from "@litertjs/core";
import * as native from "onnxruntime-node";
import * as ort from "onnxruntime-web/wasm";
import { InputValueError, load, litert, onnx, plain, type Engine, type Predictor } from "tagship";

const engines: Engine[] = [onnx(ort), onnx(native), onnx(ort, { executionProviders: ["wasm"] }), litert(core), plain()];

export async function use(file: File): Promise<string[]> {
  const model: Predictor = await load("float32.onnx", engines[0]!, { sha256: "ab", thresholds: { bearing: 0.4 } });
  await load(file, plain());
  await load(await fetch("float32.onnx"), onnx(ort));
  const scores: Float32Array = await model.scores([1, "F", null, true]);
  const top: [string, number][] = await model.topK({ hours: 18000, maker: "Borg" }, 3);
  const names: string[][] = await model.predictBatch([{ hours: 1 }, { hours: null }]);
  const strict = model.withThresholds(0.9).withThresholds([0.1, 0.2]);
  try {
    await strict.predict([[1, 2], new Float32Array(2)]);
  } catch (error) {
    if (error instanceof InputValueError) return [error.column, String(error.row)];
  }
  // @ts-expect-error a row is no number
  await model.predict(7);
  await model.predict({ day: new Date() });
  // @ts-expect-error a cell is no map
  await model.predict({ hours: new Map() });
  // @ts-expect-error thresholds are numbers
  model.withThresholds({ bearing: "0.5" });
  // @ts-expect-error labels cannot be replaced
  model.labels = [];
  // @ts-expect-error an engine is needed
  await load("float32.onnx");
  return [String(scores.length), top[0]![0], ...names.flat(), ...(await model.selftest()).engine];
}
