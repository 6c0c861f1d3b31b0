/** Rows as callers have them -> the float32 matrix that the model takes, by the contract's features. */

import { check, rowSize, type Contract } from "../contract/schema.js";
import type { Encoder } from "./base.js";
import { CORE } from "./core.js";
import { TableEncoder } from "./table.js";

let arrays: typeof import("./array.js");

/** Load what the encoder of a contract needs besides; `load` does it. */
export async function prepare(contract: Contract): Promise<void> {
  if (contract.features === null) arrays = await import("./array.js");
  for (const feature of contract.features ?? []) await feature.prepare?.();
  check(contract); // of which the width is known now
}

/** The encoder for a contract that is prepared. */
export function encoder({ features, input }: Contract): Encoder {
  if (features === null) return new arrays.ArrayEncoder(input.shape.slice(1) as number[], rowSize(input), CORE);
  return new TableEncoder(features, rowSize(input));
}
