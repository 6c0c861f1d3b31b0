/**
 * A text, of which the words and runs of words of a vocabulary are counted; a missing one is the empty text.
 *
 * The first contract that has one loads this module, and the table of characters with it.
 */

import type { Json, JsonObject } from "../contract/json_values.js";
import type { Feature } from "./base.js";
import type { Core } from "./core.js";
import { areKnown, kerasWords, type KerasRules } from "./keras_words.js";
import { wordsOf } from "./words.js";

const [MOST_NGRAMS, MOST_BYTES, MOST_CHARACTERS] = [65536, 1048576, 1048576];

/** Most words of an n-gram, by the rules that make them. */
const MOST_WORDS: Record<string, number> = { "words-1": 4, "keras-1": 16 };

/** What encodes one of the contract's features. */
export function encoding(name: string, document: JsonObject, core: Core): Pick<Feature, "width" | "encode"> {
  const { listOf, quoted, string, take } = core;
  const tokenizer = take(document, "tokenizer", string);
  if (!Object.hasOwn(MOST_WORDS, tokenizer)) {
    throw new TypeError(`the tokenizer of ${quoted(name)} is ${quoted(tokenizer)}, not ${quoted(Object.keys(MOST_WORDS))}`);
  }
  const vocabulary = take(document, "vocabulary", listOf(string));
  const places = new Map(vocabulary.map((ngram, place) => [ngram, place]));
  const bytes = new TextEncoder().encode(vocabulary.join("")).length;
  if (places.size < vocabulary.length) throw new TypeError(`n-grams of ${quoted(name)} repeat; unique ones are needed`);
  if (vocabulary.length < 1 || vocabulary.length > MOST_NGRAMS || bytes > MOST_BYTES) {
    throw new TypeError(`the vocabulary of ${quoted(name)} has ${vocabulary.length} n-grams of ${bytes} bytes`);
  }
  const [least, most] = take(document, "ngrams", (value) => pair(value, core));
  if (!(least >= 1 && least <= most && most <= MOST_WORDS[tokenizer]!)) {
    throw new TypeError(`n-grams of ${quoted(name)} have ${least} to ${most} words; 1 to ${MOST_WORDS[tokenizer]} are read`);
  }
  if (tokenizer === "keras-1") return kerasEncoding(name, document, { least, most, places }, core);
  return {
    width: vocabulary.length,
    encode(value, into, at, row) {
      const words = wordsOf(checked(value, row, name, core));
      words.forEach((word, first) => {
        let ngram = word;
        for (let size = 1; ; ngram += ` ${words[first + size]}`, size++) {
          const place = size < least ? undefined : places.get(ngram);
          if (place !== undefined) into[at + place]! += 1;
          if (size === most || first + size === words.length) break;
        }
      });
    },
  };
}

/** Counts after those of unknown n-grams, or the number of each of the first ones: from 2, and 1 where it has none. */
function kerasEncoding(
  name: string,
  document: JsonObject,
  { least, most, places }: { least: number; most: number; places: ReadonlyMap<string, number> },
  core: Core,
): Pick<Feature, "width" | "encode"> {
  const { optional, quoted, string, take } = core;
  const [standardize, split] = [take(document, "standardize", optional(string)), take(document, "split", optional(string))];
  const sequence = take(document, "sequence", optional((value) => integer(value, quoted)));
  const rules: KerasRules = { standardize, split };
  if (!areKnown(rules)) {
    throw new TypeError(`standardize or split of ${quoted(name)} is not known: ${quoted(standardize)}, ${quoted(split)}`);
  }
  if (split === null && (least > 1 || most > 1)) throw new TypeError(`${quoted(name)} is not split, but has n-grams`);
  if (sequence !== null && (sequence < 1 || sequence > MOST_NGRAMS)) {
    throw new TypeError(`${quoted(name)} has a sequence of ${sequence} n-grams; 1 to ${MOST_NGRAMS} are read`);
  }
  return {
    width: sequence ?? places.size + 1,
    encode(value, into, at, row) {
      const words = kerasWords(checked(value, row, name, core), rules);
      let found = 0;
      for (let size = least; size <= most; size++) {
        for (let first = 0; first + size <= words.length; first++) {
          const place = places.get(words.slice(first, first + size).join(" ")) ?? -1;
          if (sequence === null) into[at + place + 1]! += 1;
          else if (found < sequence) into[at + found++] = place + 2;
          else return;
        }
      }
    },
  };
}

function pair(value: Json, { listOf, quoted }: Core): readonly [number, number] {
  const numbers = listOf((item) => integer(item, quoted))(value);
  if (numbers.length !== 2) throw new TypeError(`${quoted(value)} are not two numbers`);
  return numbers as readonly [number, number];
}

function integer(value: Json, quoted: Core["quoted"]): number {
  if (!Number.isInteger(value)) throw new TypeError(`${quoted(value)} is not an integer`);
  return value as number;
}

function checked(value: unknown, row: number, column: string, { InputValueError, quoted }: Core): string {
  if (value === null || value === undefined || value !== value) return "";
  if (typeof value !== "string") throw new InputValueError(row, column, `${quoted(value)} is no text`, "a text is needed");
  if (value.length > MOST_CHARACTERS && !(value.length <= 2 * MOST_CHARACTERS && [...value].length <= MOST_CHARACTERS)) {
    const need = `at most ${MOST_CHARACTERS} are taken, so cut it`;
    throw new InputValueError(row, column, `the text has ${value.length} characters`, need);
  }
  return value;
}
