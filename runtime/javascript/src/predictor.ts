/** Scores, decisions and label names from one loaded artifact. */

import type { Contract } from "./contract/schema.js";
import { InputError, UsageError, quoted } from "./errors.js";
import type { Row } from "./features/base.js";
import type { Scorer } from "./scorer.js";
import { replay, type SelfTest } from "./selftest.js";
import { decide, resolveThresholds, type Thresholds } from "./thresholds.js";

/** A loaded artifact; `load` gives one. */
export class Predictor {
  /** Names, in the order of the scores. */
  readonly labels: readonly string[];
  /** As float32, in the order of the labels; `withThresholds` gives a predictor with others. */
  readonly thresholds: Float32Array;

  constructor(
    /** What the artifact says of itself. */
    readonly contract: Contract,
    /** What computes the scores. */
    readonly engine: string,
    private readonly scorer: Scorer,
    private readonly chosen: readonly number[] = contract.thresholds,
  ) {
    this.labels = contract.labels;
    this.thresholds = Float32Array.from(chosen);
  }

  /** Scores of one row, from 0 to 1, in the order of the labels. */
  scores(row: Row): Promise<Float32Array> {
    return this.scorer.one(row);
  }

  /** Names of the labels that are on for one row, in label order. */
  async predict(row: Row): Promise<string[]> {
    return this.names(await this.scorer.one(row));
  }

  /** The `k` labels with the highest scores for one row, highest first, whatever their thresholds. */
  async topK(row: Row, k: number): Promise<[label: string, score: number][]> {
    this.checkK(k);
    return this.highest(await this.scorer.one(row), k);
  }

  /** Scores of many rows; the engine takes them together. */
  async scoresBatch(rows: readonly Row[]): Promise<Float32Array[]> {
    checkRows(rows);
    const size = this.labels.length;
    const scores = await this.scorer.many(rows);
    return rows.map((_, row) => scores.subarray(row * size, (row + 1) * size));
  }

  /** Names of the labels that are on, for each of many rows. */
  async predictBatch(rows: readonly Row[]): Promise<string[][]> {
    return (await this.scoresBatch(rows)).map((scores) => this.names(scores));
  }

  /** `topK` for each of many rows. */
  async topKBatch(rows: readonly Row[], k: number): Promise<[label: string, score: number][][]> {
    this.checkK(k);
    return (await this.scoresBatch(rows)).map((scores) => this.highest(scores, k));
  }

  /** Decisions for the scores of one row: true where a score reaches its threshold, both as float32. */
  decide(scores: ArrayLike<number>): boolean[] {
    if (scores.length !== this.labels.length) {
      throw new InputError(`${scores.length} scores for ${this.labels.length} labels; as many are needed`);
    }
    return decide(scores, this.thresholds);
  }

  /** Names of the labels that are on, for the scores of one row. */
  names(scores: ArrayLike<number>): string[] {
    const on = this.decide(scores);
    return this.labels.filter((_, label) => on[label]);
  }

  /** The same model with other thresholds; labels that an object does not name keep theirs. */
  withThresholds(thresholds: Thresholds): Predictor {
    const chosen = resolveThresholds(thresholds, this.labels, this.chosen);
    return new Predictor(this.contract, this.engine, this.scorer, chosen);
  }

  /** Replay the golden rows on this machine. */
  selftest(): Promise<SelfTest> {
    return replay(new Predictor(this.contract, this.engine, this.scorer));
  }

  /** Free the engine's memory, also for predictors made by `withThresholds`; predicting then fails. */
  close(): Promise<void> {
    return this.scorer.close();
  }

  private highest(scores: Float32Array, k: number): [string, number][] {
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!); // stable: of equals, the first label
    return order.slice(0, k).map((label) => [this.labels[label]!, scores[label]!]);
  }

  private checkK(k: number): void {
    if (Number.isInteger(k) && k >= 1 && k <= this.labels.length) return;
    throw new UsageError(
      `k is ${quoted(k)}; a whole number from 1 to ${this.labels.length} is needed`,
    );
  }
}

function checkRows(rows: unknown): void {
  if (!Array.isArray(rows)) throw new InputError(`rows are ${quoted(rows)}; a list of rows is needed`);
}
