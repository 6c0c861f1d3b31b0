/** Parsed JSON -> a contract. */

import { ContractError, ContractVersionError, listed, quoted } from "../errors.js";
import { readFeature } from "../features/kinds.js";
import { integer, listOf, mapping, number, optional, take, takeAll, text, type Json, type JsonObject } from "./json_values.js";
import { FORMAT_VERSION, check, type Contract, type Golden, type TensorSpec } from "./schema.js";

/** Read a contract; keys that this version does not know are ignored, what contradicts itself is a ContractError. */
export function readContract(stored: string): Contract {
  let parsed: Json;
  try {
    parsed = JSON.parse(stored);
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

function tensor(value: Json): TensorSpec {
  const document = mapping(value);
  const shape = take(document, "shape", listOf(optional(integer)));
  if (shape.length < 2 || shape.slice(1).some((size) => size === null || size < 1)) {
    throw new TypeError(`shape ${listed(shape)} is not a batch of something`);
  }
  return {
    ...takeAll(document, { name: text, dtype: text }),
    shape,
    scale: "scale" in document ? number(document["scale"]) : null,
    zeroPoint: "zero_point" in document ? integer(document["zero_point"]) : null,
  };
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
