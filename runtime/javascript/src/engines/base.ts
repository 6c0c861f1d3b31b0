/** What computes the scores. */

import type { Format } from "../container/base.js";
import type { Contract } from "../contract/schema.js";

/** Numbers as a model's tensors hold them. */
export type TensorData = Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

/** A model that an engine has opened. */
export interface Session {
  /** For people, with the version where it is known. */
  readonly name: string;

  /**
   * Run the model.
   *
   * @param features One row behind the other, in the type of the model's input.
   * @param rows How many; always the model's batch where that is fixed.
   * @returns The output's numbers in the model's own type, one row behind the other.
   */
  run(features: TensorData, rows: number): ArrayLike<number> | Promise<ArrayLike<number>>;

  /** Free what the engine holds. */
  close?(): unknown;
}

/** What runs one kind of model file. */
export interface Engine {
  /** How that kind of file carries a contract. */
  readonly format: Format;

  /** Open a model's bytes; the contract says what its tensors are. Refusals are EngineErrors. */
  open(payload: Uint8Array, contract: Contract): Promise<Session>;
}
