/** What each kind of feature can do, and what a row is. */

/** What stands in one cell of a caller's row; null and undefined for a missing value; a Date for a feature that is one. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** A matrix, row by row: float32, or whole numbers that float32 would round. */
export type Features = Float32Array | Float64Array;

/** One of the caller's columns; each kind has a module that says how it gets into the model's matrix. */
export interface Feature {
  readonly name: string;
  readonly kind: string;
  /** How many columns of the model's matrix it takes; NaN where `prepare` has to tell. */
  readonly width: number;

  /** Load what encoding needs, if that is not loaded from the start. */
  prepare?(): Promise<void>;

  /**
   * Write one cell into the matrix.
   *
   * @param value What stands there.
   * @param into All zeros where this feature's columns are.
   * @param at Where they begin.
   * @param row Which row it is, for errors.
   */
  encode(value: unknown, into: Features, at: number, row: number): void;
}

/** Nested lists of the model's own shape, for signals and images. */
export type Nested = ArrayLike<number> | readonly Nested[];

/** Values in the features' order, or by their names; for input that is no table, an array of the model's shape. */
export type Row = readonly Cell[] | Readonly<Record<string, Cell>> | Nested;

/** Writes rows into a matrix. */
export interface Encoder {
  /** How many numbers a row takes. */
  readonly width: number;

  /** Refuse rows that cannot be read together: by name and without, or none that names a certain feature. */
  check(rows: readonly Row[]): void;

  /** Write one row; `into` is all zeros from `at` on, `number` says which row it is, for errors. */
  encode(row: Row, into: Features, at: number, number: number): void;
}

/** Whether a row has an order: a list, or a typed array. */
export function isList(row: unknown): row is ArrayLike<unknown> {
  return Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
}
