/** From scores to decisions. */

import { checkThresholds } from "./contract/schema.js";
import { ContractError, LabelError, quoted } from "./errors.js";

/** One for all labels, one for each in order, or some by label name. */
export type Thresholds = number | ArrayLike<number> | Readonly<Record<string, number>>;

/** On where a score reaches its threshold, both as float32. */
export function decide(scores: ArrayLike<number>, thresholds: Float32Array): boolean[] {
  const on: boolean[] = [];
  for (let label = 0; label < thresholds.length; label++) on.push(Math.fround(scores[label]!) >= thresholds[label]!);
  return on;
}

/** One threshold per label; labels that an object does not name keep theirs. */
export function resolveThresholds(
  given: Thresholds,
  labels: readonly string[],
  current: ArrayLike<number>,
): readonly number[] {
  const chosen = eachLabel(given, labels, current);
  if (chosen.some((threshold) => typeof threshold !== "number")) {
    throw new LabelError(`thresholds are ${quoted(given)}; numbers are needed`);
  }
  try {
    checkThresholds(chosen, labels);
  } catch (error) {
    if (error instanceof ContractError) throw new LabelError(error.message);
    throw error;
  }
  return chosen;
}

function eachLabel(given: Thresholds, labels: readonly string[], current: ArrayLike<number>): number[] {
  if (typeof given !== "object" || given === null) return labels.map(() => given);
  if (Array.isArray(given) || ArrayBuffer.isView(given)) return Array.from(given as ArrayLike<number>);
  const named = given as Readonly<Record<string, number>>;
  const unknown = Object.keys(named).find((name) => !labels.includes(name));
  if (unknown !== undefined) {
    throw new LabelError(`no label is called ${quoted(unknown)}; one of ${quoted(labels)} is needed`);
  }
  return labels.map((label, place) => (Object.hasOwn(named, label) ? named[label]! : current[place]!));
}
