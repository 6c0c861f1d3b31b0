/** An engine in plain JavaScript for dense networks in .onnx files: no WebAssembly, so nothing to find or to download. */

import { onnxFormat } from "../../container/onnx.js";
import { EngineError } from "../../errors.js";
import type { Engine } from "../base.js";
import { readGraph, type Tensor } from "./graph.js";
import { OPERATIONS, unable } from "./operations.js";

/** The engine for .onnx artifacts whose operations it has, which are those of `tagship train` and a few more. */
export function plain(): Engine {
  const open: Engine["open"] = async (payload, { input, output }) => {
    const rest = input.shape.slice(1) as number[];
    const compute = compile(payload, input.name, output.name);
    return {
      name: "plain JavaScript",
      run: (features, rows) => compute({ dims: [rows, ...rest], data: features }).data,
    };
  };
  return { format: onnxFormat, open };
}

/** A function from a model's input to its output; what does not depend on the input is computed here. */
function compile(model: Uint8Array, input: string, output: string): (features: Tensor) => Tensor {
  const { nodes, stored } = readGraph(model);
  const lacking = new Set(nodes.map(({ operation }) => operation).filter((name) => !Object.hasOwn(OPERATIONS, name)));
  if (lacking.size > 0) unable([...lacking].join(", "));
  const places = new Map<string, number>([["", 0]]);
  const place = (name: string): number => {
    if (!places.has(name)) places.set(name, places.size);
    return places.get(name)!;
  };
  const values: Tensor[] = [];
  for (const [name, tensor] of stored) values[place(name)] = tensor;
  const steps: ((values: Tensor[]) => void)[] = [];
  for (const { operation, inputs, outputs, attributes } of nodes) {
    const run = OPERATIONS[operation]!;
    const [from, to] = [inputs.map(place), place(outputs[0]!)];
    const step = (values: Tensor[]): void => {
      values[to] = run(
        from.map((at) => values[at]!),
        attributes,
      );
    };
    if (from.every((at) => at === 0 || values[at])) step(values);
    else steps.push(step);
  }
  const [first, last] = [place(input), place(output)];
  return (features) => {
    const own = values.slice();
    own[first] = features;
    for (const step of steps) step(own);
    return own[last] ?? unknown(output);
  };
}

function unknown(name: string): never {
  throw new EngineError(`the model has no output '${name}'; export it again`);
}
