/**
 * Thresholded multilabel predictions from one file, in browsers, workers and Node.
 *
 * ```js
 * import * as ort from "onnxruntime-web/wasm";
 * import { load, onnx } from "tagship";
 *
 * const model = await load("float32.onnx", onnx(ort));
 * await model.predict({ hours: 18000, maker: "Borg" }); // ["bearing", "seal"]
 * ```
 */

export type { Format } from "./container/base.js";
export { unpack, type Artifact } from "./container/index.js";
export { onnxFormat } from "./container/onnx.js";
export { tfliteFormat } from "./container/tflite.js";
export { readContract } from "./contract/decode.js";
export type { Contract, Golden, TensorSpec } from "./contract/schema.js";
export type { Engine, Session, TensorData } from "./engines/base.js";
export { litert } from "./engines/litert.js";
export { onnx } from "./engines/onnx.js";
export { plain } from "./engines/plain/index.js";
export * from "./errors.js";
export type { Cell, Encoder, Feature, Row } from "./features/base.js";
export { encoder, prepare } from "./features/encoder.js";
export { load, type LoadOptions, type Source } from "./loading.js";
export type { Predictor } from "./predictor.js";
export type { SelfTest } from "./selftest.js";
export { decide, resolveThresholds, type Thresholds } from "./thresholds.js";
