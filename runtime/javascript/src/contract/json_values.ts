/**
 * Parsed JSON -> typed values.
 *
 * A converter takes what `JSON.parse` gave and returns the typed value, or throws with what was wrong; `take` adds
 * which key it was.
 */

import { ContractError, quoted } from "../errors.js";

export type Json = unknown;
export type JsonObject = Record<string, Json>;

/** The value of a key; a ContractError where there is none, or one of another kind. */
export function take<T>(document: JsonObject, key: string, convert: (value: Json) => T): T {
  if (!Object.hasOwn(document, key)) throw new ContractError(`the contract has no key ${quoted(key)}`);
  try {
    return convert(document[key]);
  } catch (error) {
    if (error instanceof ContractError || !(error instanceof TypeError)) throw error;
    throw new ContractError(`the contract's ${quoted(key)}: ${error.message}`, { cause: error });
  }
}

/** The values of several keys, by a converter each. */
export function takeAll<T extends Record<string, (value: Json) => unknown>>(
  document: JsonObject,
  converters: T,
): { readonly [key in keyof T]: ReturnType<T[key]> } {
  const values = Object.entries(converters).map(([key, convert]) => [key, take(document, key, convert)]);
  return Object.fromEntries(values);
}

/** A string. */
export function text(value: Json): string {
  if (typeof value !== "string") throw new TypeError(`${quoted(value)} is not a text`);
  return value;
}

/** A finite number. */
export function number(value: Json): number {
  if (typeof value !== "number") throw new TypeError(`${quoted(value)} is not a number`);
  if (!Number.isFinite(value)) throw new TypeError(`${value} is not finite`);
  return value;
}

/** A number that float32 holds, though it may round it. */
export function float32(value: Json): number {
  if (Number.isFinite(Math.fround(number(value)))) return value as number;
  throw new TypeError(`${quoted(value)} is infinite in float32`);
}

/** A whole number. */
export function integer(value: Json): number {
  if (!Number.isInteger(value)) throw new TypeError(`${quoted(value)} is not an integer`);
  return value as number;
}

/** An object, whatever is in it. */
export function mapping(value: Json): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${quoted(value)} is not an object`);
  }
  return value as JsonObject;
}

/** A converter that lets null pass. */
export function optional<T>(convert: (value: Json) => T): (value: Json) => T | null {
  return (value) => (value === null ? null : convert(value));
}

/** A converter for lists. */
export function listOf<T>(convert: (value: Json) => T): (value: Json) => readonly T[] {
  return (value) => {
    if (!Array.isArray(value)) throw new TypeError(`${quoted(value)} is not a list`);
    return value.map((item) => convert(item));
  };
}
