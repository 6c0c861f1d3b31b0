/** What an artifact promises: its labels, thresholds, inputs, provenance and proof; see docs/contract.md. */

import { ContractError, listed, quoted, type Shape } from "../errors.js";
import type { Feature } from "../features/base.js";
import type { Json, JsonObject } from "./json_values.js";

export const FORMAT_VERSION = 1;

/** The model's input or output. */
export interface TensorSpec {
  readonly name: string;
  /** NumPy's name of the type. */
  readonly dtype: string;
  /** The first is null where the batch is free. */
  readonly shape: Shape;
  /** For integers, `real = (integer - zeroPoint) * scale`. */
  readonly scale: number | null;
  readonly zeroPoint: number | null;
}

/** Rows with known answers, to be replayed where the artifact runs. */
export interface Golden {
  readonly rows: readonly Json[];
  readonly scores: readonly (readonly number[])[];
  readonly decisions: readonly (readonly boolean[])[];
  /** How far a score may be off elsewhere. */
  readonly tolerance: number;
}

/** The description inside an artifact. */
export interface Contract {
  readonly labels: readonly string[];
  readonly thresholds: readonly number[];
  /** The caller's columns in order; null where the input is not a table. */
  readonly features: readonly Feature[] | null;
  readonly input: TensorSpec;
  readonly output: TensorSpec;
  readonly recipe: string;
  readonly source: JsonObject;
  readonly parity: JsonObject | null;
  readonly quality: JsonObject | null;
  readonly golden: Golden | null;
  readonly digest: string | null;
}

/** Refuse thresholds that are not one per label, or not between 0 and 1. */
export function checkThresholds(thresholds: readonly number[], labels: readonly string[]): void {
  if (thresholds.length !== labels.length) {
    throw new ContractError(`${thresholds.length} thresholds for ${labels.length} labels; as many are needed`);
  }
  thresholds.forEach((threshold, place) => {
    const compared = Math.fround(threshold);
    if (!(compared > 0 && compared < 1)) {
      throw new ContractError(
        `the threshold of ${quoted(labels[place])} is ${threshold}; one between 0 and 1 in float32 is needed`,
      );
    }
  });
}

/** Whether a tensor holds integers that stand for themselves. */
export function isWhole({ dtype, scale }: TensorSpec): boolean {
  return scale === null && dtype.includes("int");
}

/** How many numbers one row of a tensor has. */
export function rowSize({ shape }: TensorSpec): number {
  return shape.slice(1).reduce<number>((product, size) => product * (size ?? 1), 1);
}

/** Refuse a contract that contradicts itself. */
export function check({ labels, thresholds, features, input, output, golden }: Contract): void {
  checkLabels(labels);
  checkThresholds(thresholds, labels);
  if (output.shape.at(-1) !== labels.length) {
    throw new ContractError(
      `${labels.length} labels for an output of shape ${listed(output.shape)}; as many are needed`,
    );
  }
  if (features !== null) {
    const names = features.map(({ name }) => name);
    if (new Set(names).size !== names.length) {
      throw new ContractError(`feature names ${quoted(names)} repeat; unique ones are needed`);
    }
    const width = features.reduce((sum, feature) => sum + feature.width, 0);
    if (input.shape.length !== 2 || Math.abs(input.shape[1]! - width) > 0) {
      throw new ContractError(
        `features of ${width} columns for an input of shape ${listed(input.shape)}; as many are needed`,
      );
    }
  }
  if (golden !== null) {
    const [rows, { scores, decisions }] = [golden.rows.length, golden];
    const fits = [...scores, ...decisions].every((row) => row.length === labels.length);
    if (!fits || scores.length !== rows || decisions.length !== rows) {
      throw new ContractError(
        `${scores.length} scores and ${decisions.length} decisions for ${rows} golden rows; ` +
          `${rows} x ${labels.length} are needed`,
      );
    }
  }
}

function checkLabels(labels: readonly string[]): void {
  if (labels.length === 0) throw new ContractError("0 labels; at least one is needed");
  labels.forEach((label, place) => {
    if (label === "" || /(?! )[\p{C}\p{Z}]/u.test(label)) {
      throw new ContractError(
        `label ${place} is ${quoted(label)}; a printable text that is not empty is needed`,
      );
    }
  });
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) throw new ContractError(`label ${quoted(label)} repeats; unique ones are needed`);
    seen.add(label);
  }
}
