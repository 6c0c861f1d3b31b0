/**
 * Every error that this package throws on purpose, as one tree; each says what arrived, what is needed, what to do.
 *
 * `name` is written out because minifiers rename classes.
 */

/** Size of each axis; null where any will do. */
export type Shape = readonly (number | null)[];

/** Base of all of them. */
export class TagshipError extends Error {
  override name = "TagshipError";
}

/** Something was checked and did not hold. */
export class CheckFailedError extends TagshipError {
  override name = "CheckFailedError";
}

/** There is no such file, or it cannot be read. */
export class MissingFileError extends TagshipError {
  override name = "MissingFileError";
}

/** Arguments that do not fit together. */
export class UsageError extends TagshipError {
  override name = "UsageError";
}

/** A file cannot be used as an artifact. */
export class ArtifactError extends TagshipError {
  override name = "ArtifactError";
}

/** The bytes are neither a LiteRT (TFLite) nor an ONNX model. */
export class NotAnArtifactError extends ArtifactError {
  override name = "NotAnArtifactError";
}

/** The bytes differ from those that were exported. */
export class ArtifactCorruptError extends ArtifactError {
  override name = "ArtifactCorruptError";
}

/** The owner of the trusted key did not sign these bytes. */
export class SignatureError extends ArtifactError {
  override name = "SignatureError";
}

/** A model file without a tagship contract. */
export class NoContractError extends ArtifactError {
  override name = "NoContractError";
}

/** A contract that contradicts itself, its model, or the format. */
export class ContractError extends ArtifactError {
  override name = "ContractError";
}

/** A contract of a format that this version does not read. */
export class ContractVersionError extends ContractError {
  override name = "ContractVersionError";
}

/** The engine refused a model or failed while running it. */
export class EngineError extends TagshipError {
  override name = "EngineError";
}

/** What came out is no probability. */
export class NotAScoreError extends EngineError {
  override name = "NotAScoreError";

  constructor(engine: string, row: number, got: number) {
    super(
      `${engine} gives ${got} for row ${row}; scores between 0 and 1 are needed: its numbers are too large for the ` +
        "model, or that does not end in a sigmoid",
    );
  }
}

/** Label names or thresholds that do not fit the model. */
export class LabelError extends TagshipError {
  override name = "LabelError";
}

/** Rows that the model cannot take. */
export class InputError extends TagshipError {
  override name = "InputError";
}

/** A row of a wrong shape. */
export class InputShapeError extends InputError {
  override name = "InputShapeError";

  constructor(row: number, got: Shape, want: Shape) {
    super(`row ${row} has shape ${listed(got)}; ${listed(want)} is needed`);
  }
}

/** One cell that is not a usable number or word. */
export class InputValueError extends InputError {
  override name = "InputValueError";

  constructor(
    readonly row: number,
    readonly column: string,
    got: string,
    need: string,
  ) {
    super(`row ${row}, column ${quoted(column)}: ${got}; ${need}`);
  }
}

/** Columns that the model needs and a row lacks. */
export class MissingColumnError extends InputError {
  override name = "MissingColumnError";

  constructor(missing: readonly string[], found: readonly string[]) {
    super(`missing ${columns(missing)}; found ${columns(found)}; they are matched by name`);
  }
}

/** A value as an error shows it, in one line: texts and what is in lists in quotes, of objects the keys. */
export function quoted(value: unknown): string {
  let shown: string;
  if (Array.isArray(value)) shown = `[${value.map(quoted).join(", ")}]`;
  else if (value && typeof value === "object") shown = `{${Object.keys(value).join(", ")}}`;
  else if (typeof value === "function") shown = `function ${value.name}`;
  else shown = typeof value === "string" ? `'${value}'` : String(value);
  shown = shown.replace(/[\p{C}\p{Z}]/gu, " "); // on one line
  return shown.length > 200 ? `${shown.slice(0, 200)}...` : shown;
}

/** What an engine has to say, which need not be an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A shape in round brackets. */
export function listed(shape: Shape): string {
  return `(${shape.map((size) => size ?? "free").join(", ")})`;
}

function columns(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).map(quoted).join(", ") || "(none)";
  return `columns ${shown}${names.length > most ? ` and ${names.length - most} more` : ""}`;
}
