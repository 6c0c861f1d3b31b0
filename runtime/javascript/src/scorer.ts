/** Rows through an engine: encoded, in chunks or batches of the model's size, every score checked. */

import { isWhole, type Contract } from "./contract/schema.js";
import type { Session } from "./engines/base.js";
import { EngineError, NotAScoreError, TagshipError, messageOf } from "./errors.js";
import type { Row } from "./features/base.js";
import { encoder } from "./features/encoder.js";

const CHUNK_ROWS = 4096;

/** Tensors of float32 hold features and scores as they are; what others do is loaded with the first model that has some. */
const AS_THEY_ARE: Pick<typeof import("./engines/quantization.js"), "filling" | "reading"> = {
  filling: () => (features) => features as Float32Array,
  reading: () => (output) => output,
};

/** Computes the scores of rows. */
export class Scorer {
  private session: Session | null;
  private readonly encoder;
  private readonly fill;
  private readonly read;
  private readonly labels: number;
  private readonly type;
  private readonly fixed: number | null;

  /** For a contract that is prepared. */
  static async of(session: Session, contract: Contract): Promise<Scorer> {
    const plain = [contract.input, contract.output].every(({ dtype }) => dtype === "float32");
    return new Scorer(session, contract, plain ? AS_THEY_ARE : await import("./engines/quantization.js"));
  }

  private constructor(session: Session, contract: Contract, { filling, reading }: typeof AS_THEY_ARE) {
    this.session = session;
    this.encoder = encoder(contract);
    this.fill = filling(contract.input);
    this.read = reading(contract.output);
    this.labels = contract.labels.length;
    this.type = isWhole(contract.input) ? Float64Array : Float32Array;
    this.fixed = contract.input.shape[0] ?? null;
  }

  /** Scores of one row. */
  one(row: Row): Promise<Float32Array> {
    return this.chunk([row], 0, 1);
  }

  /** Scores of rows, one behind the other. */
  async many(rows: readonly Row[]): Promise<Float32Array> {
    const scores = new Float32Array(rows.length * this.labels);
    const size = this.fixed ?? CHUNK_ROWS;
    for (let first = 0; first < rows.length; first += size) {
      const stop = Math.min(first + size, rows.length);
      scores.set(await this.chunk(rows, first, stop), first * this.labels);
    }
    return scores;
  }

  /** Free the engine's memory. */
  async close(): Promise<void> {
    const session = this.session;
    this.session = null;
    await session?.close?.();
  }

  private async chunk(rows: readonly Row[], first: number, stop: number): Promise<Float32Array> {
    if (first === 0) this.encoder.check(rows); // all of them, before any is computed
    const { width } = this.encoder;
    const count = stop - first;
    const batch = this.fixed ?? count;
    const features = new this.type(batch * width);
    for (let row = 0; row < count; row++) this.encoder.encode(rows[first + row]!, features, row * width, first + row);
    for (let row = count; row < batch; row++) {
      features.copyWithin(row * width, (count - 1) * width, count * width); // a row that belongs to the batch
    }
    const { session } = this;
    if (session === null) throw new EngineError("the predictor was closed; load it again");
    let output: ArrayLike<number>;
    try {
      output = await session.run(this.fill(features), batch);
    } catch (error) {
      if (error instanceof TagshipError) throw error;
      throw new EngineError(`${session.name} failed on ${count} rows: ${messageOf(error)}`, { cause: error });
    }
    const scores = this.read(output);
    const checked = new Float32Array(count * this.labels);
    for (let at = 0; at < checked.length; at++) {
      const score = scores[at]!;
      if (!(score >= 0 && score <= 1)) throw new NotAScoreError(session.name, first + Math.floor(at / this.labels), score);
      checked[at] = score;
    }
    return checked;
  }
}
