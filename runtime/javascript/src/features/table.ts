/** Tables: each feature writes its columns. */

import { InputError, InputShapeError, MissingColumnError, quoted } from "../errors.js";
import { isList, type Cell, type Encoder, type Feature, type Features, type Row } from "./base.js";

/** For tables: each feature writes its columns. */
export class TableEncoder implements Encoder {
  constructor(
    private readonly features: readonly Feature[],
    readonly width: number,
  ) {}

  check(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    const named = isNamed(rows[0]);
    const other = rows.findIndex((row) => isNamed(row) !== named);
    if (other > 0) {
      throw new InputError(`row ${other} has ${named ? "no " : ""}names, the first is other; use one of the two`);
    }
    if (!named) return;
    // A column may be left out of a row, where it is then missing, but not out of all of them.
    const missing = this.features.filter(({ name }) => !rows.some((row) => Object.hasOwn(row, name)));
    if (missing.length > 0) {
      const found = new Set(rows.flatMap((row) => Object.keys(row)));
      throw new MissingColumnError(
        missing.map(({ name }) => name),
        [...found],
      );
    }
  }

  encode(row: Row, into: Features, at: number, number: number): void {
    const { features } = this;
    const list = isList(row);
    if (list && row.length !== features.length) throw new InputShapeError(number, [row.length], [features.length]);
    for (let place = 0; place < features.length; place++) {
      const feature = features[place]!;
      const { name } = feature;
      const cell = list ? row[place] : Object.hasOwn(row, name) ? (row as Record<string, Cell>)[name] : null;
      feature.encode(cell, into, at, number);
      at += feature.width;
    }
  }
}

function isNamed(row: unknown): boolean {
  if (isList(row)) return false;
  if (typeof row === "object" && row !== null) return true;
  throw new InputError(`a row is ${quoted(row)}; a list of values, or an object of them by name, is needed`);
}
