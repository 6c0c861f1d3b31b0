/** LiteRT.js, in browsers. */

import { tfliteFormat } from "../container/tflite.js";
import { ContractError, EngineError, listed, messageOf } from "../errors.js";
import type { Engine, TensorData } from "./base.js";

interface LiteRtTensor {
  data(): Promise<ArrayLike<number>>;
  delete(): void;
}

interface LiteRtDetails {
  readonly name: string;
  readonly shape: ArrayLike<number>;
}

interface LiteRtModel {
  getInputDetails(): readonly LiteRtDetails[];
  getOutputDetails(): readonly LiteRtDetails[];
  run(inputs: Record<string, unknown>): Promise<Record<string, LiteRtTensor>>;
  delete(): void;
}

/** What is needed of @litertjs/core. */
export interface LiteRt {
  loadAndCompile(model: Uint8Array, options?: never): Promise<unknown>;
  readonly Tensor: new (data: never, shape: never) => { delete(): void };
  getGlobalLiteRtPromise?(): unknown;
}

/**
 * The engine for .tflite artifacts.
 *
 * @param core The module `@litertjs/core`, after `await core.loadLiteRt(...)`.
 * @param options For `loadAndCompile`; by default the processor computes.
 */
export function litert(core: LiteRt, options: object = { accelerator: "wasm" }): Engine {
  const open: Engine["open"] = async (payload, { input, output }) => {
    if (!core?.loadAndCompile) throw (await import("./advice.js")).notLiteRt(core);
    if (input.shape[0] === null) {
      throw new EngineError("LiteRT.js takes models of a fixed batch, this one's is free; export it with --batch 1");
    }
    if (core.getGlobalLiteRtPromise && !core.getGlobalLiteRtPromise()) {
      throw new EngineError(
        "LiteRT.js has not loaded its WebAssembly; before load(...): await core.loadLiteRt('/wasm/'), the address " +
          "of a copy of node_modules/@litertjs/core/wasm",
      );
    }
    let model: LiteRtModel;
    try {
      model = (await core.loadAndCompile(payload, options as never)) as LiteRtModel;
    } catch (error) {
      throw new EngineError(`LiteRT.js refuses the model (${messageOf(error)})`, { cause: error });
    }
    check(input.name, input.shape, model.getInputDetails());
    check(output.name, output.shape, model.getOutputDetails());
    return {
      name: "LiteRT.js",
      async run(features: TensorData) {
        const tensor = new core.Tensor(features as never, input.shape as never);
        const outputs = await model.run({ [input.name]: tensor });
        const data = await outputs[output.name]!.data();
        tensor.delete(); // the memory is WebAssembly's, which no garbage collector frees
        for (const each of Object.values(outputs)) each.delete();
        return data;
      },
      close: () => model.delete(),
    };
  };
  return { format: tfliteFormat, open };
}

function check(name: string, shape: readonly (number | null)[], tensors: readonly LiteRtDetails[]): void {
  const found = tensors.find((tensor) => tensor.name === name);
  const isSo = found && listed(Array.from(found.shape));
  if (isSo === listed(shape)) return;
  throw new ContractError(
    `the contract promises '${name}' of shape ${listed(shape)}, the model has ${isSo ?? "none"}; export it again`,
  );
}
