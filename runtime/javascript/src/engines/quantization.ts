/** Between float32 and the type that a model's tensors have. */

import type { TensorSpec } from "../contract/schema.js";
import { ContractError, InputError } from "../errors.js";
import type { Features } from "../features/base.js";
import type { TensorData } from "./base.js";
import { halfToEven } from "./rounding.js";

const TYPES = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
} as const;

/**
 * How features get into a tensor: as they are, or as integers, rounded and then clipped. Integers without a scale stand
 * for themselves, such as the numbers of words; what is none of them is an InputError.
 */
export function filling(spec: TensorSpec): (features: Features) => TensorData {
  const type = typeOf(spec);
  if (type === Float32Array) return (features) => features as Float32Array;
  const { scale, zeroPoint } = scaleOf(spec);
  const bits = type.BYTES_PER_ELEMENT * 8;
  const lowest = spec.dtype.startsWith("u") ? 0 : -(2 ** (bits - 1));
  const highest = lowest + 2 ** bits - 1;
  return (features) => {
    const integers = new type(features.length);
    for (let at = 0; at < features.length; at++) {
      const real = halfToEven(features[at]! / scale) + zeroPoint;
      integers[at] = Math.min(Math.max(real, lowest), highest);
      if (spec.scale === null && integers[at] !== features[at]) {
        throw new InputError(`a row holds ${features[at]}; the model takes ${spec.dtype}, whole numbers within its range`);
      }
    }
    return integers;
  };
}

/** How scores come out of a tensor. */
export function reading(spec: TensorSpec): (output: ArrayLike<number>) => ArrayLike<number> {
  if (typeOf(spec) === Float32Array) return (output) => output;
  if (spec.scale === null) {
    throw new ContractError(
      `the tensor '${spec.name}' holds ${spec.dtype} without a scale; scores between 0 and 1 are needed`,
    );
  }
  const { scale, zeroPoint } = scaleOf(spec);
  return (output) => Float32Array.from(output, (integer) => (integer - zeroPoint) * scale);
}

function typeOf({ name, dtype }: TensorSpec): (typeof TYPES)[keyof typeof TYPES] {
  if (!Object.hasOwn(TYPES, dtype)) {
    throw new ContractError(`the tensor '${name}' holds ${dtype}; one of ${Object.keys(TYPES)} is needed`);
  }
  return TYPES[dtype as keyof typeof TYPES];
}

function scaleOf({ scale, zeroPoint }: TensorSpec): { scale: number; zeroPoint: number } {
  return scale === null ? { scale: 1, zeroPoint: 0 } : { scale, zeroPoint: zeroPoint ?? 0 };
}
