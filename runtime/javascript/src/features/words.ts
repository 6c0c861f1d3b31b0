/** From a text to its words, by rules that hold in every language: docs/contract.md, "Words of a text". */

import { CLASSES, FOLDS } from "./characters.js";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Classes: 0 separates words, 2 are signs; a mark's canonical combining class is added to its own. */
const [LETTER, MARK] = [1, 3];

/** Marks in a row of which the order is not their own; of more, the first ones are kept. */
const MOST_MARKS = 16;

const DOT_ABOVE = 0x307;
const [FIRST_SYLLABLE, SYLLABLES, VOWELS, TRAILING] = [0xac00, 11172, 21, 28];

/** Most characters of which it is remembered what stands for them. */
const REMEMBERED = 1 << 16;

/** What stands for a character: code points and their classes in turn. */
type Fold = readonly number[];

/** The words of a text, and of scripts without blanks each character; in linear time. */
export function wordsOf(text: string): string[] {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase().match(/[0-9a-z]+/g) ?? [];
  const words = new Words();
  for (const character of text) {
    const fold = foldOf(character.codePointAt(0)!);
    for (let at = 0; at < fold.length; at += 2) words.take(fold[at]!, fold[at + 1]!);
  }
  return words.end();
}

/** Words as they grow, character by character. */
class Words {
  private readonly found: string[] = [];
  private word = "";
  /** Of the word that grows; 0 where there is none. */
  private kind = 0;
  /** Its last character that is no mark with a place in the canonical order. */
  private base = 0;
  private readonly marks: [code: number, order: number][] = [];

  take(code: number, kind: number): void {
    if (kind > MARK) {
      const dotted = code === DOT_ABOVE && this.base === 0x69;
      if (this.kind && !dotted && this.marks.length < MOST_MARKS) this.marks.push([code, kind]);
      return;
    }
    this.addMarks();
    this.base = code;
    if (kind === MARK) {
      if (this.kind) this.word += String.fromCodePoint(code);
      return;
    }
    if (kind !== LETTER || this.kind !== LETTER) this.finish(kind);
    if (kind) this.word += String.fromCodePoint(code);
  }

  end(): string[] {
    this.addMarks();
    this.finish(0);
    return this.found;
  }

  private finish(next: number): void {
    if (this.kind) this.found.push(this.word);
    this.word = "";
    this.kind = next;
  }

  private addMarks(): void {
    if (this.marks.length === 0) return;
    this.marks.sort(([, one], [, other]) => one - other); // stable
    for (const [code] of this.marks) this.word += String.fromCodePoint(code);
    this.marks.length = 0;
  }
}

const remembered = new Map<number, Fold>();

function foldOf(code: number): Fold {
  let fold = remembered.get(code);
  if (fold === undefined) {
    fold = partsOf(code).flatMap((part) => [part, classOf(part)]);
    if (remembered.size < REMEMBERED) remembered.set(code, fold);
  }
  return fold;
}

function partsOf(code: number): readonly number[] {
  const syllable = code - FIRST_SYLLABLE;
  if (syllable < 0 || syllable >= SYLLABLES) return FOLDED.get(code) ?? [code];
  const trailing = syllable % TRAILING;
  const vowel = Math.floor(syllable / TRAILING);
  const parts = [0x1100 + Math.floor(vowel / VOWELS), 0x1161 + (vowel % VOWELS)];
  return trailing ? [...parts, 0x11a7 + trailing] : parts;
}

function classOf(code: number): number {
  let [low, high] = [0, RANGES.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (RANGES[middle]![1] < code) low = middle + 1;
    else high = middle;
  }
  const range = RANGES[low];
  return range !== undefined && range[0] <= code ? range[2] : 0;
}

/** Numbers in digits of base 32, the lowest first; the upper 32 letters mean that another follows. */
function numbersIn(digits: string): number[] {
  const numbers = [];
  let [number, factor] = [0, 1];
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    number += (value & 31) * factor;
    factor *= 32;
    if (value < 32) {
      numbers.push(number);
      [number, factor] = [0, 1];
    }
  }
  return numbers;
}

/** Ranges of equal class: first, last, class. */
const RANGES = readRanges(numbersIn(CLASSES));

function readRanges(numbers: readonly number[]): readonly (readonly [number, number, number])[] {
  const ranges: [number, number, number][] = [];
  let end = 0;
  for (let at = 0; at < numbers.length; at += 3) {
    const first = end + numbers[at]!;
    end = first + numbers[at + 1]! + 1;
    ranges.push([first, end - 1, numbers[at + 2]!]);
  }
  return ranges;
}

/** What stands for a code point, where it does not stand for itself. */
const FOLDED = readFolds(numbersIn(FOLDS));

function readFolds(numbers: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const folds = new Map<number, readonly number[]>();
  let [at, end] = [0, 0];
  while (at < numbers.length) {
    const first = end + numbers[at]!;
    const run = numbers[at + 1]!;
    const count = numbers[at + 2]!;
    at += 3;
    const parts: number[] = [];
    for (let last = first; parts.length < count; at++) {
      const change = numbers[at]!;
      last += change % 2 ? -(change + 1) / 2 : change / 2;
      parts.push(last);
    }
    const step = (run % 2) + 1;
    const span = (run >> 1) * step;
    for (let away = 0; away <= span; away += step) folds.set(first + away, parts.map((part) => part + away));
    end = first + span + 1;
  }
  return folds;
}
