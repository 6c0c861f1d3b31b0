/** Fields of a serialized Protocol Buffers message; wire format: protobuf.dev/programming-guides/encoding. */

export interface Field {
  /** The field's number in its message. */
  readonly number: number;
  /** Where the field starts, its tag included. */
  readonly start: number;
  /** What it holds; of a varint, its own bytes. */
  readonly value: Uint8Array;
}

/** The fields in order; a RangeError where the message is cut short or has a field of no known type. */
export function* fields(data: Uint8Array): Generator<Field> {
  for (let at = 0; at < data.length; ) {
    const start = at;
    const tag = varint(data, at);
    let from = tag.end;
    const type = tag.value % 8;
    if (type === 0) at = varint(data, from).end;
    else if (type === 1) at = from + 8;
    else if (type === 5) at = from + 4;
    else if (type === 2) {
      const size = varint(data, from);
      from = size.end;
      at = from + size.value;
    } else throw new RangeError(`wire type ${type} at byte ${start}`);
    if (at > data.length) throw new RangeError(`the field at byte ${start} is cut short`);
    yield { number: Math.floor(tag.value / 8), start, value: data.subarray(from, at) };
  }
}

/** A number of seven bits a byte, least significant first, and where it ends; the top bit says that more follow. */
export function varint(data: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  for (let value = 0, place = 0, factor = 1; place < 10 && at < data.length; place++, factor *= 128) {
    const byte = data[at++]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at };
  }
  throw new RangeError(`the number that ends at byte ${at} is cut short or too long`);
}
