/** What most often keeps an engine from starting, and what to do; loaded where it happens. */

import { ContractError, EngineError, UsageError, messageOf, quoted } from "../errors.js";

const NO_WASM =
  "ONNX Runtime does not find its WebAssembly; say where it is before load(...), with Vite: " +
  "import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'; ort.env.wasm.wasmPaths = { wasm }; " +
  "or use plain(), which needs none";

/** The error for a session of ONNX Runtime that does not open. */
export function noSession(error: unknown): EngineError {
  const message = messageOf(error);
  const advice = message.includes("no available backend") ? NO_WASM : "ONNX Runtime refuses the model";
  return new EngineError(`${advice} (${message})`, { cause: error });
}

/** The error for what was passed instead of an engine's module. */
export function notOnnxRuntime(given: unknown): UsageError {
  return new UsageError(
    `onnx(ort) was given ${quoted(given)}, which has no InferenceSession; pass the module: import * as ort from ` +
      "'onnxruntime-web/wasm', or 'onnxruntime-node' in Node",
  );
}

/** The error for what was passed instead of the module of LiteRT.js. */
export function notLiteRt(given: unknown): UsageError {
  return new UsageError(
    `litert(core) was given ${quoted(given)}, which has no loadAndCompile; pass the module: import * as core from ` +
      "'@litertjs/core'",
  );
}

/** The error for a model whose tensor is not as the contract has it. */
export function otherTensor(name: string, said: string, isSo = "none"): ContractError {
  return new ContractError(`the contract promises '${name}' as ${said}, the model has ${isSo}; export it again`);
}
