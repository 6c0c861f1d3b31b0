/**
 * Where the contract sits inside a file; no engine involved.
 *
 * An artifact is the model's own bytes (the payload) followed by a tail that holds the contract. A reader finds the
 * contract in the tail, checks the digest over payload and contract, then rebuilds the tail from the contract and
 * compares it: every byte of the file is covered by one of the two checks.
 */

import { readContract } from "../contract/decode.js";
import type { Contract } from "../contract/schema.js";
import { sha256 } from "../digests.js";
import { ArtifactCorruptError, NoContractError, NotAnArtifactError, quoted } from "../errors.js";
import type { Format } from "./base.js";
import { bytesOf, latin } from "./bytes.js";

/** A file taken apart, every byte of it checked. */
export interface Artifact {
  readonly payload: Uint8Array;
  readonly contract: Contract;
}

const CHANGED = "the file is not as it was exported (damaged, cut short, or re-saved by another tool); export it again";

/** Take an artifact apart and check every byte of it. */
export async function unpack(data: Uint8Array, format: Format): Promise<Artifact> {
  if (!format.recognise(data)) throw notOf(format, data);
  const found = format.findTail(data);
  if (found === null) {
    if (hasTraces(data, format) || !format.isWhole(data)) throw new ArtifactCorruptError(CHANGED);
    throw new NoContractError(
      "the model has no tagship contract (or is cut short); 'tagship export' or 'tagship attach' gives it one",
    );
  }
  const { offset, stored } = found;
  const payload = data.subarray(0, offset);
  const opening = latin(stored.subarray(0, 77));
  if (!/^\{"digest":"[^]{64}",$/.test(opening)) {
    throw new ArtifactCorruptError(CHANGED);
  }
  const digest = await sha256(payload, bytesOf("{"), stored.subarray(77));
  if (digest !== opening.slice(11, 75)) throw new ArtifactCorruptError(CHANGED);
  const contract = readContract(new TextDecoder().decode(stored));
  const tail = data.subarray(offset);
  const rebuilt = format.makeTail(offset, contract, stored);
  if (tail.length !== rebuilt.length || !tail.every((byte, at) => byte === rebuilt[at])) {
    throw new ArtifactCorruptError(CHANGED);
  }
  return { payload, contract };
}

function notOf({ suffix }: Format, data: Uint8Array): NotAnArtifactError {
  const start = latin(data.subarray(0, 8));
  const page = /^\s*</.test(start) ? " (a page: the server has no such file?)" : "";
  const what = data.length ? `${data.length} bytes that start with ${quoted(start)}${page}` : "an empty file";
  return new NotAnArtifactError(`${what}; a .${suffix} model is needed by this engine`);
}

/** Whether there is, or was, a contract: damage to one place leaves the others. */
function hasTraces(data: Uint8Array, { traces }: Format): boolean {
  const text = latin(data);
  return [...traces, '{"digest":"', '"tagship":'].some((trace) => text.includes(trace));
}
