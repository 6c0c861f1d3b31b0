/** What modules that are loaded later use; were they to import it, a bundler would cut the core in pieces. */

import { listOf, number, optional, take, text as string, type JsonObject } from "../contract/json_values.js";
import { InputValueError, quoted } from "../errors.js";
import { isList, type Feature } from "./base.js";
import { numberOf, refuse } from "./cells.js";
import { numeric } from "./numeric.js";

export const CORE = { InputValueError, isList, listOf, number, numberOf, numeric, optional, quoted, refuse, string, take };

export type Core = typeof CORE;

/** How wide one of the contract's features is, and what encodes it. */
export type Encoding = (name: string, document: JsonObject, core: Core) => Pick<Feature, "width" | "encode">;
