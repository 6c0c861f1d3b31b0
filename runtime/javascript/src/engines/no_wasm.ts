/** What most often keeps ONNX Runtime from starting in a browser; loaded where it happens. */

export const ADVICE =
  "ONNX Runtime does not find its WebAssembly; say where it is before load(...), with Vite: " +
  "import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'; ort.env.wasm.wasmPaths = { wasm }; " +
  "or use plain(), which needs none";
