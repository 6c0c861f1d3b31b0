/** Golden rows of large inputs, which a seed stands for; see docs/contract.md. Loaded where a contract has some. */

import { ContractError } from "../errors.js";
import { halfToEven } from "../engines/quantization.js";
import { float32, integer, mapping, takeAll, type Json } from "./json_values.js";
import { isWhole, rowSize, type TensorSpec } from "./schema.js";

/** Of the linear congruential generator of Numerical Recipes (Press et al. 1992, section 7.1), modulo 2^32. */
const [MULTIPLIER, INCREMENT, ROUNDS] = [1664525, 1013904223, 3];

/** Cells of the largest row that is repeated. */
const MOST_CELLS = 2 ** 24;

/** The cells of a row, those of a seed computed. */
export function repeated(row: Json, input: TensorSpec): Json {
  if (Array.isArray(row)) return row;
  const { seed, block, low, step } = takeAll(mapping(row), { seed: integer, block: integer, low: float32, step: float32 });
  const size = rowSize(input);
  if (size > MOST_CELLS || seed < 0 || seed >= 2 ** 32 || block < 1 || block >= 2 ** 16) {
    throw new ContractError(`a golden row of ${size} cells has seed ${seed} and block ${block}; they are out of range`);
  }
  const shape = input.shape.slice(1) as number[];
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
  return isWhole(input) ? cells.map(halfToEven) : cells;
}
