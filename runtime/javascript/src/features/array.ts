/** Signals, images and other input without named columns: rows are arrays of the model's own shape. */

import { InputError, InputShapeError, listed, quoted } from "../errors.js";
import type { Encoder, Features, Row } from "./base.js";
import type { Core } from "./core.js";

/** For signals, images and other input without named columns: rows are arrays of the model's own shape. */
export class ArrayEncoder implements Encoder {
  constructor(
    private readonly shape: readonly number[],
    readonly width: number,
    private readonly core: Core,
  ) {}

  check(): void {}

  encode(row: Row, into: Features, at: number, number: number): void {
    const { isList, numberOf, refuse } = this.core;
    if (!isList(row)) {
      throw new InputError(`row ${number} is ${quoted(row)}; an array of shape ${listed(this.shape)} is needed`);
    }
    // Typed arrays have no axes, so as many numbers will do.
    const cells = ArrayBuffer.isView(row) && row.length === this.width ? row : this.flat(row, number);
    for (let place = 0; place < this.width; place++) {
      into[at + place] = numberOf(cells[place], number, () => this.name(place));
      const written = into[at + place]!;
      if (written - written !== 0) refuse(number, this.name(place), written, cells[place]);
    }
  }

  private flat(row: ArrayLike<unknown>, number: number): ArrayLike<unknown> {
    const { isList } = this.core;
    let level: unknown[] = [row];
    const found: number[] = [];
    while (level.length && level.every(isList)) {
      const lists = level as ArrayLike<unknown>[];
      const size = lists[0]!.length;
      if (lists.some((list) => list.length !== size)) {
        throw new InputError(`row ${number} has lists of unequal length; ${listed(this.shape)} is needed`);
      }
      found.push(size);
      level = lists.flatMap((list) => Array.from(list));
    }
    if (String(found) !== String(this.shape)) throw new InputShapeError(number, found, this.shape);
    return level;
  }

  /** Where a number stands in its row, as an error names it. */
  private name(place: number): string {
    const index = this.shape.map((_, axis) => {
      const below = this.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
      return Math.floor(place / below) % this.shape[axis]!;
    });
    return `[${index.join(", ")}]`;
  }
}
