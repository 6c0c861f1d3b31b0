/**
 * A text, of which the words and runs of words of a vocabulary are counted; a missing one is the empty text.
 *
 * The first contract that has one loads this module, and the table of characters with it.
 */

import { integer, listOf, take, text as string, type Json, type JsonObject } from "../contract/json_values.js";
import { InputValueError, quoted } from "../errors.js";
import type { Feature } from "./base.js";
import { wordsOf } from "./words.js";

const [MOST_NGRAMS, MOST_BYTES, MOST_WORDS, MOST_CHARACTERS] = [65536, 1048576, 4, 1048576];

/** What encodes one of the contract's features. */
export function encoding(name: string, document: JsonObject): Pick<Feature, "encode"> {
  // As other kinds are read: within the contract's features, for the message.
  return take({ features: document }, "features", (value) => read(name, value as JsonObject));
}

function read(name: string, document: JsonObject): Pick<Feature, "encode"> {
  const tokenizer = take(document, "tokenizer", string);
  if (tokenizer !== "words-1") throw new TypeError(`the tokenizer of ${quoted(name)} is ${quoted(tokenizer)}, not 'words-1'`);
  const vocabulary = take(document, "vocabulary", listOf(string));
  const places = new Map(vocabulary.map((ngram, place) => [ngram, place]));
  const bytes = new TextEncoder().encode(vocabulary.join("")).length;
  if (places.size < vocabulary.length) throw new TypeError(`n-grams of ${quoted(name)} repeat; unique ones are needed`);
  if (vocabulary.length < 1 || vocabulary.length > MOST_NGRAMS || bytes > MOST_BYTES) {
    throw new TypeError(`the vocabulary of ${quoted(name)} has ${vocabulary.length} n-grams of ${bytes} bytes`);
  }
  const [least, most] = take(document, "ngrams", pair);
  if (!(least >= 1 && least <= most && most <= MOST_WORDS)) {
    throw new TypeError(`n-grams of ${quoted(name)} have ${least} to ${most} words; 1 to ${MOST_WORDS} are read`);
  }
  return {
    encode(value, into, at, row) {
      const words = wordsOf(checked(value, row, name));
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

function pair(value: Json): readonly [number, number] {
  const numbers = listOf(integer)(value);
  if (numbers.length !== 2) throw new TypeError(`${quoted(value)} are not two numbers`);
  return numbers as readonly [number, number];
}

function checked(value: unknown, row: number, column: string): string {
  if (value === null || value === undefined || value !== value) return "";
  if (typeof value !== "string") throw new InputValueError(row, column, `${quoted(value)} is no text`, "a text is needed");
  if (value.length > MOST_CHARACTERS && !(value.length <= 2 * MOST_CHARACTERS && [...value].length <= MOST_CHARACTERS)) {
    const need = `at most ${MOST_CHARACTERS} are taken, so cut it`;
    throw new InputValueError(row, column, `the text has ${value.length} characters`, need);
  }
  return value;
}
