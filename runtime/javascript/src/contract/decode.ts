/** Parsed JSON -> a contract. */

import { ContractError, ContractVersionError, listed, quoted } from "../errors.js";
import { readFeature } from "../features/kinds.js";
import { float32, integer, listOf, mapping, number, optional, take, takeAll, text, type Json, type JsonObject } from "./json_values.js";
import { FORMAT_VERSION, check, type Contract, type Golden, type TensorSpec } from "./schema.js";

/** Characters of the largest contract. */
const CONTRACT_SIZE = 2 ** 23;

/** Read a contract; keys that this version does not know are ignored, what contradicts itself is a ContractError. */
export function readContract(stored: string): Contract {
  let parsed: Json;
  try {
    parsed = parse(stored);
  } catch (error) {
    throw new ContractError(`the contract is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Object.hasOwn(Object(parsed) as object, "tagship")) {
    throw new ContractError("the contract has no key 'tagship'");
  }
  const document = parsed as JsonObject;
  const version = document["tagship"];
  if (!Number.isInteger(version) || (version as number) < 1 || (version as number) > FORMAT_VERSION) {
    throw new ContractVersionError(
      `the contract has format version ${quoted(version)}, up to ${FORMAT_VERSION} is read; npm install tagship@latest`,
    );
  }
  const contract: Contract = takeAll({ digest: null, ...document }, KEYS);
  check(contract);
  return contract;
}

/** Parse JSON; an object with a key twice, of which one would be lost, and half of a surrogate pair are refused. */
function parse(stored: string): Json {
  if (stored.length > CONTRACT_SIZE) throw new Error(`it has ${stored.length} characters`);
  let keys = -1; // the reviver is called for the whole as well
  const parsed: Json = JSON.parse(stored, function (this: unknown, key, value) {
    if (!Array.isArray(this)) keys += 1;
    if (/[\ud800-\udfff]/u.test(key + value)) throw new Error("half of a surrogate pair");
    return value;
  });
  const written = stored.replace(/"(\\.|[^"\\])*"/g, "").split(":").length - 1;
  if (written !== keys) throw new Error("an object has a key twice");
  return parsed;
}

function tensor(value: Json): TensorSpec {
  const document = mapping(value);
  const shape = take(document, "shape", listOf(optional(integer)));
  if (shape.length < 2 || shape.slice(1).some((size) => size === null || size < 1)) {
    throw new TypeError(`shape ${listed(shape)} is not a batch of something`);
  }
  return {
    ...takeAll(document, { name: text, dtype: text }),
    shape,
    scale: "scale" in document ? positive(document["scale"]) : null,
    zeroPoint: "zero_point" in document ? integer32(document["zero_point"]) : null,
  };
}

function positive(value: Json): number {
  const real = float32(value);
  if (Math.fround(real) > 0) return real;
  throw new TypeError(`the scale ${real} is not above 0`);
}

function integer32(value: Json): number {
  const whole = integer(value);
  if (Math.abs(whole) <= 2 ** 31) return whole;
  throw new TypeError("a zero point has more than 32 bits");
}

function golden(value: Json): Golden {
  return takeAll(mapping(value), {
    rows: listOf((row) => row),
    scores: listOf(listOf(number)),
    decisions: listOf(listOf(Boolean)),
    tolerance: number,
  });
}

/** How each key of the contract is read. */
const KEYS = {
  labels: listOf(text),
  thresholds: listOf(number),
  features: optional(listOf(readFeature)),
  input: tensor,
  output: tensor,
  recipe: text,
  source: mapping,
  parity: optional(mapping),
  quality: optional(mapping),
  golden: optional(golden),
  digest: optional(text),
};
