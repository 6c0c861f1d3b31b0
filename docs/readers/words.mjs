// From a text to its words and their counts, by the rules of docs/contract.md; the table comes with this file.
import { CLASSES, FOLDS } from "./characters.mjs";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LETTER = 1; // 0 separates words, 2 is a sign, 3 and more are marks: 3 and their combining class
const MARK = 3;
const MOST_MARKS = 16;

/** How often each n-gram of a feature's vocabulary occurs in a text; null is the empty one. */
export function countsOf(feature, value) {
  if (!["words-1", "keras-1"].includes(feature.tokenizer)) {
    throw new Error(`${feature.name} has words by other rules: ${feature.tokenizer}`);
  }
  if (value !== null && typeof value !== "string") throw new Error(`${feature.name} is ${JSON.stringify(value)}, no text`);
  const text = value ?? "";
  if ([...text].length > 1048576) throw new Error(`${feature.name} has more than 1,048,576 characters`);
  const places = new Map(feature.vocabulary.map((ngram, place) => [ngram, place]));
  const words = feature.tokenizer === "keras-1" ? wordsByKeras(text, feature) : wordsOf(text);
  const found = [];
  for (let size = feature.ngrams[0]; size <= feature.ngrams[1]; size++) {
    for (let first = 0; first + size <= words.length; first++) {
      found.push(places.get(words.slice(first, first + size).join(" ")) ?? -1);
    }
  }
  return feature.tokenizer === "keras-1" ? columnsByKeras(feature, found) : counted(found, places.size);
}

function counted(found, size) {
  const counts = new Array(size).fill(0);
  for (const place of found) if (place >= 0) counts[place] += 1;
  return counts;
}

/** Counts, those of unknown n-grams first; or numbers of the first n-grams, from 2, and 1 of unknown ones. */
function columnsByKeras({ sequence, vocabulary }, found) {
  if (sequence === null) return counted(found.map((place) => place + 1), vocabulary.length + 1);
  return Array.from({ length: sequence }, (_, at) => (at < found.length ? found[at] + 2 : 0));
}

/** The words of a text by Keras' rules, which look at ASCII alone. */
export function wordsByKeras(text, { standardize, split }) {
  const known = ["lower_and_strip_punctuation", "lower", "strip_punctuation", null];
  if (!known.includes(standardize) || !["whitespace", "character", null].includes(split)) {
    throw new Error(`standardize=${standardize} or split=${split} is not known`);
  }
  if (standardize?.startsWith("lower")) text = text.replace(/[A-Z]+/g, (some) => some.toLowerCase());
  if (standardize?.endsWith("strip_punctuation")) text = text.replace(/[!-/:-@[-`{-~]+/g, "");
  if (split === "whitespace") return text.match(/[^\t-\r ]+/g) ?? [];
  if (split === "character") return [...text.replace(/\p{Surrogate}/gu, "\ufffd\ufffd\ufffd")]; // one for each byte
  return text ? [text] : [];
}

/** The words of a text, in linear time. */
export function wordsOf(text) {
  const found = [];
  let [word, kind, base, marks] = ["", 0, 0, []];
  const settle = () => {
    for (const { code } of marks.sort((one, other) => one.order - other.order)) word += String.fromCodePoint(code);
    marks = [];
  };
  const take = (code, order) => {
    if (order > MARK) {
      if (kind && !(code === 0x307 && base === 0x69) && marks.length < MOST_MARKS) marks.push({ code, order });
      return;
    }
    settle();
    base = code;
    if (order === MARK) {
      if (kind) word += String.fromCodePoint(code);
      return;
    }
    if (order !== LETTER || kind !== LETTER) {
      if (kind) found.push(word);
      [word, kind] = ["", order];
    }
    if (kind) word += String.fromCodePoint(code);
  };
  for (const character of text) {
    for (const code of partsOf(character.codePointAt(0))) take(code, classOf(code));
  }
  take(0, 0);
  return found;
}

function partsOf(code) {
  const syllable = code - 0xac00; // of Hangul
  if (syllable < 0 || syllable >= 11172) return folds.get(code) ?? [code];
  const [trailing, vowel] = [syllable % 28, Math.floor(syllable / 28)];
  return [0x1100 + Math.floor(vowel / 21), 0x1161 + (vowel % 21), ...(trailing ? [0x11a7 + trailing] : [])];
}

function classOf(code) {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle].last < code) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low].first <= code ? ranges[low].kind : 0;
}

function numbersIn(digits) {
  const numbers = [];
  let [number, factor] = [0, 1];
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    number += (value % 32) * factor;
    factor *= 32;
    if (value < 32) {
      numbers.push(number);
      [number, factor] = [0, 1];
    }
  }
  return numbers;
}

const ranges = [];
for (let end = 0, at = 0, numbers = numbersIn(CLASSES); at < numbers.length; at += 3) {
  const [gap, more, kind] = numbers.slice(at, at + 3);
  ranges.push({ first: end + gap, last: end + gap + more, kind });
  end += gap + more + 1;
}

const folds = new Map();
for (let end = 0, at = 0, numbers = numbersIn(FOLDS); at < numbers.length; ) {
  const [gap, run, count] = numbers.slice(at, at + 3);
  const [first, step] = [end + gap, (run % 2) + 1];
  let last = first;
  const parts = numbers.slice(at + 3, at + 3 + count).map((change) => (last += change % 2 ? -(change + 1) / 2 : change / 2));
  at += 3 + count;
  end = first + (run >> 1) * step + 1;
  for (let code = first; code < end; code += step) folds.set(code, parts.map((part) => part + code - first));
}
