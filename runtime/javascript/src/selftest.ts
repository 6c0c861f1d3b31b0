/** Golden rows replayed on the machine that the artifact runs on. */

import { isWhole, type Contract } from "./contract/schema.js";
import { CheckFailedError, NotAScoreError } from "./errors.js";
import type { Row } from "./features/base.js";

/** What a replay measured. */
export interface SelfTest {
  /** How many golden rows there are; each is scored alone, and all of them as one batch. */
  readonly rows: number;
  /** Largest absolute difference to the scores in the contract, over both ways. */
  readonly maxDifference: number;
  /** How large it may be. */
  readonly tolerance: number;
  /** Decisions that differ from the contract's although the golden score is farther from its threshold than that. */
  readonly flips: number;
  /** What computed the scores. */
  readonly engine: string;
  /** Whether this machine computes what was exported. */
  readonly passed: boolean;
}

/** What can be replayed: a predictor. */
interface Replayable {
  readonly contract: Contract;
  readonly thresholds: Float32Array;
  readonly engine: string;
  scores(row: Row): Promise<Float32Array>;
  scoresBatch(rows: readonly Row[]): Promise<Float32Array[]>;
  decide(scores: ArrayLike<number>): boolean[];
}

/** Largest tolerance that any artifact may need; see docs/verification.md. */
const LARGEST_TOLERANCE = 0.25;

/** Score the golden rows through the same path as predictions, one by one and as a batch. */
export async function replay(predictor: Replayable): Promise<SelfTest> {
  const { golden, input } = predictor.contract;
  if (!golden?.rows.length) throw new CheckFailedError("there are no golden rows to replay; export with some");
  let { rows } = golden;
  if (!rows.every(Array.isArray)) {
    const { repeated } = await import("./contract/seeded_rows.js");
    rows = rows.map((row) => repeated(row, input.shape, isWhole(input)));
  }
  let [maxDifference, flips] = [0, 0];
  const compare = (row: number, scores: Float32Array): void => {
    const on = predictor.decide(scores);
    scores.forEach((score, label) => {
      const want = Math.fround(golden.scores[row]![label]!);
      maxDifference = Math.max(maxDifference, Math.abs(score - want));
      const firm = Math.abs(want - predictor.thresholds[label]!) > golden.tolerance;
      if (firm && on[label] !== golden.decisions[row]![label]) flips += 1;
    });
  };
  try {
    const batch = await predictor.scoresBatch(rows as readonly Row[]);
    for (const [row, scores] of batch.entries()) {
      compare(row, scores);
      compare(row, await predictor.scores(rows[row] as Row));
    }
  } catch (error) {
    if (!(error instanceof NotAScoreError)) throw error;
    throw new CheckFailedError(`replaying golden rows: ${error.message}`, { cause: error });
  }
  const { tolerance } = golden;
  const passed = maxDifference <= tolerance && tolerance <= LARGEST_TOLERANCE && flips === 0;
  return { rows: rows.length, maxDifference, tolerance, flips, engine: predictor.engine, passed };
}
