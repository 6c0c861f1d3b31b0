/** What each format of a model file can do. */

import type { Contract } from "../contract/schema.js";

/** How one kind of file carries a contract; each engine names its own, so that a bundle holds no other. */
export interface Format {
  /** The file name's suffix. */
  readonly suffix: string;

  /** Texts of a tail that a model of somebody else does not contain. */
  readonly traces: readonly string[];

  /** Whether these bytes are of this kind, going by how they begin. */
  recognise(data: Uint8Array): boolean;

  /** Where the tail begins, and the contract's JSON in it; null where there is no readable tail. */
  findTail(data: Uint8Array): { readonly offset: number; readonly stored: Uint8Array } | null;

  /** Whether a model without a contract looks complete, as far as that can be told. */
  isWhole(data: Uint8Array): boolean;

  /** The tail for a contract and its JSON, to stand at this offset. */
  makeTail(offset: number, contract: Contract, stored: Uint8Array): Uint8Array;
}
