/** From a text to its words by the rules of Keras' TextVectorization: docs/contract.md, "Words by Keras' rules". */

/** What a contract says of the rules, under the keys of Keras. */
export interface KerasRules {
  readonly standardize: string | null;
  readonly split: string | null;
}

/** Ways of standardizing, by what each does: lower case, and no punctuation; of ASCII alone. */
const STANDARDIZE: Record<string, readonly [lower: boolean, strip: boolean]> = {
  lower_and_strip_punctuation: [true, true],
  lower: [true, false],
  strip_punctuation: [false, true],
  null: [false, false],
};

/** Whether the rules are known here. */
export function areKnown({ standardize, split }: KerasRules): boolean {
  return Object.hasOwn(STANDARDIZE, String(standardize)) && ["whitespace", "character", null].includes(split);
}

/** The words of a text. */
export function kerasWords(text: string, { standardize, split }: KerasRules): string[] {
  const [lower, strip] = STANDARDIZE[String(standardize)]!;
  if (lower) text = text.replace(/[A-Z]+/g, (some) => some.toLowerCase());
  if (strip) text = text.replace(/[!-/:-@[-`{-~]+/g, "");
  if (split === "whitespace") return text.match(/[^\t-\r ]+/g) ?? [];
  if (split === "character") return [...text.replace(/\p{Surrogate}/gu, "\ufffd\ufffd\ufffd")]; // one for each byte
  return text ? [text] : [];
}
