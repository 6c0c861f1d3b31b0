/** The operations of ONNX, opset 13 and later, that dense networks are made of. */

import { EngineError } from "../../errors.js";
import { halfToEven } from "../rounding.js";
import type { Attributes, Numbers, Tensor } from "./graph.js";

/** Computes a node's output from its inputs; those that are left out are undefined. */
export type Operation = (inputs: readonly Tensor[], attributes: Attributes) => Tensor;

const plus = pairwise((a, b) => a + b);

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Add: plus,
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => a / b),
  Min: pairwise(Math.min),
  Max: pairwise(Math.max),
  Sum: plus,
  Mean: (inputs) => each((sum) => sum / inputs.length)([plus(inputs, {})], {}),
  Relu: each((x) => (x < 0 ? 0 : x)),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Tanh: each(Math.tanh),
  Log: each(Math.log),
  Sqrt: each(Math.sqrt),
  ReduceSum: ([x, axes], { keepdims }) => {
    const { dims, at, inner } = along(x!, axes?.data[0] ?? NaN);
    if (axes?.data.length !== 1 || inner !== 1) unable("ReduceSum of other than the last axis");
    const size = dims[at]!;
    const data = new Float32Array(x!.data.length / size);
    for (let row = 0; row < data.length; row++) {
      let sum = 0;
      for (let place = row * size; place < (row + 1) * size; place++) sum += x!.data[place]!;
      data[row] = sum;
    }
    return { dims: keepdims?.int === 0 ? dims.slice(0, at) : [...dims.slice(0, at), 1], data };
  },
  Exp: each(Math.exp),
  Neg: each((x) => -x),
  Clip: ([x, low, high]) => {
    const [least, most] = [low?.data[0] ?? -Infinity, high?.data[0] ?? Infinity];
    return each((value) => Math.min(Math.max(value, least), most))([x!], {});
  },
  Identity: ([x]) => x!,
  Cast: ([x], { to }) => (to?.int === 1 ? each((value) => value)([x!], {}) : unable("Cast to other than float")),
  Constant: (_, { value }) => value?.tensor ?? unable("Constant without a tensor"),
  Gemm: ([a, b, c], { alpha, beta, transA, transB }) =>
    transA?.int ? unable("Gemm with transA") : product(a!, b!, !!transB?.int, alpha?.float ?? 1, c, beta?.float ?? 1),
  MatMul: ([a, b]) => product(a!, b!, false, 1),
  Gather: ([x, indices], { axis }) => {
    const { dims, at, outer, inner } = along(x!, axis?.int ?? 0);
    const size = dims[at]!;
    const data = new Float32Array(outer * indices!.data.length * inner);
    let to = 0;
    for (let block = 0; block < outer; block++) {
      for (const index of indices!.data) {
        const from = (block * size + (index < 0 ? index + size : index)) * inner;
        for (let place = 0; place < inner; place++) data[to++] = x!.data[from + place]!;
      }
    }
    return { dims: [...dims.slice(0, at), ...indices!.dims, ...dims.slice(at + 1)], data };
  },
  Pad: ([x, pads, value, axes], { mode }) => {
    const [own, sizes] = [x!.dims, [...pads!.data]];
    if (mode || axes || sizes.some((size) => size < 0)) unable("Pad with a mode or axes, or that cuts");
    const dims = own.map((size, axis) => size + sizes[axis]! + sizes[axis + own.length]!);
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(value?.data[0] ?? 0);
    x!.data.forEach((number, at) => {
      let [to, below] = [0, 1];
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        to += ((at % own[axis]!) + sizes[axis]!) * below;
        below *= dims[axis]!;
        at = Math.floor(at / own[axis]!);
      }
      data[to] = number;
    });
    return { dims, data };
  },
  Slice: ([x, starts, ends, axes, steps]) => {
    if (steps?.data.some((step) => step !== 1)) unable("Slice with steps");
    return [...starts!.data].reduce((cut, start, number) => {
      const { dims, at, outer, inner } = along(cut, axes ? axes.data[number]! : number);
      const size = dims[at]!;
      const [first, end] = [start, ends!.data[number]!].map((place) => bounded(place < 0 ? place + size : place, size));
      const length = Math.max(0, end! - first!) * inner;
      const data = new Float32Array(outer * length);
      for (let block = 0; block < outer; block++) {
        const from = (block * size + first!) * inner;
        data.set(cut.data.subarray(from, from + length), block * length);
      }
      return { dims: dims.map((own, place) => (place === at ? length / inner : own)), data };
    }, x!);
  },
  Concat: (inputs, { axis }) => {
    const { dims, at, outer } = along(inputs[0]!, axis!.int!);
    const data = new Float32Array(inputs.reduce((sum, { data }) => sum + data.length, 0));
    let to = 0;
    for (let block = 0; block < outer; block++) {
      for (const { data: part } of inputs) {
        const size = part.length / outer;
        data.set(part.subarray(block * size, (block + 1) * size), to);
        to += size;
      }
    }
    const total = inputs.reduce((sum, input) => sum + input.dims[at]!, 0);
    return { dims: dims.map((size, place) => (place === at ? total : size)), data };
  },
  QuantizeLinear: ([x, scale, zero]) =>
    scale!.data.length > 1 ? unable("QuantizeLinear of several scales") : quantized(x!, scale!.data[0]!, zero?.data),
  DequantizeLinear: ([x, scale, zero], { axis }) => {
    const several = scale!.data.length;
    const inner = several > 1 ? along(x!, axis?.int ?? 1).inner : 1;
    return each((value, place) => {
      const channel = several > 1 ? Math.floor(place / inner) % several : 0;
      return (value - (zero?.data[channel] ?? 0)) * scale!.data[channel]!;
    })([x!], {});
  },
};

function each(compute: (x: number, at: number) => number): Operation {
  return ([x]) => {
    const data = new Float32Array(x!.data.length); // its from() takes ten times as long
    for (let at = 0; at < data.length; at++) data[at] = compute(x!.data[at]!, at);
    return { dims: x!.dims, data };
  };
}

/** Two or more tensors, of which one has the shape of the result; the others repeat along its first or last axes. */
function pairwise(compute: (a: number, b: number) => number): Operation {
  const two = (a: Tensor, b: Tensor): Tensor => {
    const large = a.data.length >= b.data.length && a.dims.length >= b.dims.length ? a : b;
    // How often each number of a tensor stands in a row: as often as its last axes, of size 1, are long in the other.
    const [i, j] = [a, b].map(({ dims }) => {
      let last = dims.length - 1;
      while (last >= 0 && dims[last]! <= 1) last--;
      const own = dims.slice(dims.findIndex((size) => size > 1), last + 1);
      const end = large.dims.length - dims.length + last + 1;
      if (last >= 0 && String(own) !== String(large.dims.slice(end - own.length, end))) {
        unable(`an operation on shapes (${a.dims}) and (${b.dims})`);
      }
      return last < 0 ? 1 : large.dims.slice(end).reduce((product, size) => product * size, 1);
    });
    const [first, second, data] = [a.data, b.data, new Float32Array(large.data.length)];
    for (let at = 0; at < data.length; at++) {
      data[at] = compute(first[Math.floor(at / i!) % first.length]!, second[Math.floor(at / j!) % second.length]!);
    }
    return { dims: large.dims, data };
  };
  return (inputs) => inputs.reduce(two);
}

/** `scale * a @ b + weight * c`, summed in double precision. */
function product(a: Tensor, b: Tensor, transposed: boolean, scale: number, c?: Tensor, weight = 1): Tensor {
  const [inner, outer] = transposed ? [b.dims[1]!, b.dims[0]!] : [b.dims[0]!, b.dims[1]!];
  if (a.dims.length !== 2 || b.dims.length !== 2 || a.dims[1] !== inner) {
    unable(`a product of shapes (${a.dims}) and (${b.dims})`);
  }
  const rows = a.dims[0]!;
  const right = transposed ? turned(b) : b.data;
  const [data, sums] = [new Float32Array(rows * outer), new Float64Array(outer)];
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < inner; k++) {
      const left = a.data[row * inner + k]!;
      if (left === 0) continue; // half of what a relu gives
      for (let column = 0, at = k * outer; column < outer; column++, at++) sums[column]! += left * right[at]!;
    }
    const [bias, from] = [c?.data, c && c.data.length > outer ? row * outer : 0];
    for (let column = 0; column < outer; column++) {
      const added = bias ? weight * bias[bias.length === 1 ? 0 : from + column]! : 0;
      data[row * outer + column] = scale * sums[column]! + added;
    }
  }
  return { dims: [rows, outer], data };
}

function turned({ dims, data }: Tensor): Float32Array {
  const [rows, columns] = [dims[0]!, dims[1]!];
  return Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** Integers of the zero point's type, rounded and then clipped; kept as floats, which hold all of them. */
function quantized(x: Tensor, scale: number, zero: Numbers = new Uint8Array(1)): Tensor {
  const bits = zero.BYTES_PER_ELEMENT * 8;
  const least = zero.slice().fill(-1)[0]! < 0 ? -(2 ** (bits - 1)) : 0;
  const most = least + 2 ** bits - 1;
  const round = (value: number): number => halfToEven(Math.fround(value / scale)) + zero[0]!;
  return each((value) => Math.min(Math.max(round(value), least), most))([x], {});
}

function bounded(place: number, size: number): number {
  return Math.min(Math.max(place, 0), size);
}

/** A tensor seen along an axis: how many blocks there are, and how many numbers belong to one place in a block. */
function along({ dims }: Tensor, axis: number) {
  const at = axis < 0 ? axis + dims.length : axis;
  const size = (some: readonly number[]): number => some.reduce((product, one) => product * one, 1);
  return { dims, at, outer: size(dims.slice(0, at)), inner: size(dims.slice(at + 1)) };
}

/** Refuse a model for what this engine does not have. */
export function unable(what: string): never {
  throw new EngineError(`the plain engine has no ${what}; pass onnx(ort) with onnxruntime-web or onnxruntime-node`);
}
