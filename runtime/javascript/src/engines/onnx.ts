/** ONNX Runtime: onnxruntime-web in browsers, onnxruntime-node in Node. */

import { onnxFormat } from "../container/onnx.js";
import type { TensorSpec } from "../contract/schema.js";
import { listed } from "../errors.js";
import type { Engine, TensorData } from "./base.js";

interface Metadata {
  readonly name: string;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

interface OrtSession {
  readonly inputMetadata?: readonly Metadata[];
  readonly outputMetadata?: readonly Metadata[];
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: unknown }>>;
  release?(): Promise<void>;
}

/** What is needed of onnxruntime-web or onnxruntime-node. */
export interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OrtSession> };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => unknown;
  readonly env?: { readonly versions?: { readonly common?: string } };
}

// One thread, as small models are slower on several. The session's entries keep the scores of int8 models the same on
// every processor; a runtime that does not know one ignores it.
const DEFAULTS = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { qdq_matmulnbits_accuracy_level: "1", x64quantprecision: "1" } },
};

/**
 * The engine for .onnx artifacts.
 *
 * @param ort The module: `import * as ort from "onnxruntime-web/wasm"`, or from `"onnxruntime-node"`.
 * @param options For `InferenceSession.create`.
 */
export function onnx(ort: Ort | { readonly default: Ort }, options: object = {}): Engine {
  const open: Engine["open"] = async (payload, { input, output }) => {
    const given = ort as Partial<Ort & { readonly default: Ort }> | undefined; // or anything, from JavaScript
    const runtime = given?.InferenceSession ? (given as Ort) : given?.default;
    if (!runtime?.InferenceSession) throw (await import("./advice.js")).notOnnxRuntime(ort);
    let session: OrtSession;
    try {
      session = await runtime.InferenceSession.create(payload, { ...DEFAULTS, ...options });
    } catch (error) {
      throw (await import("./advice.js")).noSession(error);
    }
    await check(input, session.inputMetadata);
    await check(output, session.outputMetadata);
    const { Tensor } = runtime;
    const rest = input.shape.slice(1) as number[];
    return {
      name: ["ONNX Runtime", runtime.env?.versions?.common].filter(Boolean).join(" "),
      async run(features: TensorData, rows: number) {
        const tensor = new Tensor(input.dtype as never, features as never, [rows, ...rest]);
        return (await session.run({ [input.name]: tensor }))[output.name]!.data as ArrayLike<number>;
      },
      close: () => session.release?.(),
    };
  };
  return { format: onnxFormat, open };
}

/** The contract's word against the model's. */
async function check({ name, dtype, shape }: TensorSpec, tensors: readonly Metadata[] | undefined): Promise<void> {
  if (tensors === undefined) return;
  const found = tensors.find((tensor) => tensor.name === name);
  const free = (size: number | string | null): number | null => (typeof size === "number" ? size : null);
  const isSo = found && `${found.type} ${listed(found.shape?.map(free) ?? [])}`;
  const said = `${dtype} ${listed(shape)}`;
  if (said === isSo) return;
  throw (await import("./advice.js")).otherTensor(name, said, isSo);
}
