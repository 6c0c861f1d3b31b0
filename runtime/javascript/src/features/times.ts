/** Features of numbers that most models do without, in one module that is loaded with the first of them. */

import { date } from "./date.js";
import { duration } from "./duration.js";
import type { Encoding } from "./core.js";
import { offset } from "./offset.js";
import { worded } from "./worded.js";

const KINDS: Record<string, Encoding> = { date, duration, offset, numeric: worded };

/** What encodes one of the contract's features. */
export const encoding: Encoding = (name, document, core) => KINDS[document["kind"] as string]!(name, document, core);
