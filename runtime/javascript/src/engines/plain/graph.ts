/** An ONNX model's bytes -> its nodes and stored tensors; field numbers: onnx.proto. */

import { fields, type Field } from "../../container/protobuf.js";
import { joined } from "../../container/bytes.js";
import { EngineError } from "../../errors.js";

export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Numbers;
}

export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array;

/** An attribute is a whole number, a real one, or a tensor; operations know which. */
export type Attributes = Readonly<Record<string, { int?: number; float?: number; tensor?: Tensor }>>;

export interface Node {
  readonly operation: string;
  /** Names of values; empty where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Graph {
  /** In an order in which they can be computed. */
  readonly nodes: readonly Node[];
  readonly stored: ReadonlyMap<string, Tensor>;
}

const [MODEL_GRAPH, GRAPH_NODE, GRAPH_INITIALIZER] = [7, 1, 5];

/** ONNX's numbers of types, and how each is kept. */
const TYPES: Readonly<Record<number, (bytes: ArrayBuffer) => Numbers>> = {
  1: (bytes) => new Float32Array(bytes),
  2: (bytes) => new Uint8Array(bytes),
  3: (bytes) => new Int8Array(bytes),
  4: (bytes) => new Uint16Array(bytes),
  5: (bytes) => new Int16Array(bytes),
  6: (bytes) => new Int32Array(bytes),
  7: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
  10: (bytes) => Float32Array.from(new Uint16Array(bytes), fromHalf),
  11: (bytes) => new Float64Array(bytes),
};

/** Read a model; the first graph in it. */
export function readGraph(model: Uint8Array): Graph {
  const graph = new Message(new Message(model).last(MODEL_GRAPH!));
  const stored = graph.all(GRAPH_INITIALIZER!).map((bytes): [string, Tensor] => {
    return [text(new Message(bytes).last(8)), readTensor(bytes)];
  });
  return { nodes: graph.all(GRAPH_NODE!).map(readNode), stored: new Map(stored) };
}

/** The fields of one message, by number. */
class Message {
  private readonly fields: readonly Field[];

  constructor(bytes: Uint8Array) {
    this.fields = [...fields(bytes)];
  }

  all(wanted: number): Uint8Array[] {
    return this.fields.filter(({ number }) => number === wanted).map(({ value }) => value);
  }

  last(wanted: number): Uint8Array {
    return this.all(wanted).at(-1) ?? new Uint8Array();
  }

  /** Repeated whole numbers, whether packed into one field or not; their lower 32 bits, with the sign. */
  integers(wanted: number): number[] {
    const found: number[] = [];
    let [integer, shift] = [0, 0];
    for (const byte of this.all(wanted).flatMap((value) => [...value])) {
      if (shift < 32) integer |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        found.push(integer);
        integer = shift = 0;
      }
    }
    return found;
  }
}

function readNode(bytes: Uint8Array): Node {
  const node = new Message(bytes);
  const domain = text(node.last(7)).replace(/^(ai\.onnx|com\.microsoft)$/, ""); // whose quantization has 16 bits
  const attributes = node.all(5).map((value) => {
    const attribute = new Message(value);
    const [float, tensor] = [attribute.last(2), attribute.last(5)];
    const read = {
      int: attribute.integers(3)[0] ?? 0,
      float: float.length ? new Float32Array(float.slice().buffer)[0]! : 0,
      ...(tensor.length ? { tensor: readTensor(tensor) } : {}),
    };
    return [text(attribute.last(1)), read];
  });
  return {
    operation: (domain && `${domain}.`) + text(node.last(4)),
    inputs: node.all(1).map(text),
    outputs: node.all(2).map(text),
    attributes: Object.fromEntries(attributes),
  };
}

function readTensor(bytes: Uint8Array): Tensor {
  const tensor = new Message(bytes);
  const dims = tensor.integers(1);
  const type = tensor.integers(2)[0] ?? 0;
  const size = dims.reduce((product, axis) => product * axis, 1);
  const raw = [...tensor.all(9), ...tensor.all(4)]; // floats are stored in the same bytes in either field
  const listed = [...tensor.integers(5), ...tensor.integers(7)];
  const data = raw.length
    ? TYPES[type]?.(joined(raw).buffer)
    : type === 10
      ? Float32Array.from(listed, fromHalf)
      : Float64Array.from(listed);
  if (data?.length === size) return { dims, data };
  throw new EngineError(`the plain engine cannot read the tensor '${text(tensor.last(8))}' of ONNX's type ${type}`);
}

function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
