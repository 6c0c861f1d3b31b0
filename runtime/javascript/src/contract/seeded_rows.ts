/** Golden rows of large inputs, which a seed stands for; see docs/contract.md. Loaded where a contract has some. */

import { ContractError, type Shape } from "../errors.js";
import { halfToEven } from "../engines/rounding.js";
import type { Json } from "./json_values.js";

/** Of the linear congruential generator of Numerical Recipes (Press et al. 1992, section 7.1), modulo 2^32. */
const [MULTIPLIER, INCREMENT, ROUNDS] = [1664525, 1013904223, 3];

/** Cells of the largest row that is repeated. */
const MOST_CELLS = 2 ** 24;

/** The cells of a row, those of a seed computed; `whole` where the model takes integers. */
export function repeated(row: Json, batch: Shape, whole: boolean): Json {
  if (Array.isArray(row)) return row;
  const shape = batch.slice(1) as number[];
  const size = shape.reduce((product, length) => product * length, 1);
  const { seed, block, low, step } = Object(row) as Record<string, number>;
  const known = isWithin(seed, 0, 2 ** 32) && isWithin(block, 1, 2 ** 16) && isFloat32(low) && isFloat32(step);
  if (size > MOST_CELLS || !known) {
    throw new ContractError(
      `a golden row of ${size} cells has seed ${seed}, block ${block}, low ${low} and step ${step}; they are out of range`,
    );
  }
  const last = shape.length - 1;
  const cells = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    let [place, below, rest] = [0, 1, at];
    for (let axis = last; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = (rest - index) / shape[axis]!;
      place += below * (axis === last && axis > 0 ? index : Math.floor(index / block));
      below *= shape[axis]!;
    }
    let bits = (place + seed) >>> 0;
    for (let round = 0; round < ROUNDS; round++) {
      bits = (Math.imul(bits, MULTIPLIER) + INCREMENT) >>> 0;
      bits = (bits ^ (bits >>> 16)) >>> 0;
    }
    cells[at] = low + step * (bits >>> 24);
  }
  return whole ? cells.map(halfToEven) : cells;
}

function isWithin(value: unknown, from: number, below: number): value is number {
  return Number.isInteger(value) && (value as number) >= from && (value as number) < below;
}

function isFloat32(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}
