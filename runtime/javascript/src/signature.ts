/**
 * Signatures of files: Ed25519, as `ssh-keygen -Y sign -n tagship` makes them; apart from the rest, for pages without.
 *
 * ```js
 * import { signed } from "tagship/signature";
 *
 * const model = await load(await signed("float32.onnx", { publicKey: "ssh-ed25519 AAAA..." }), onnx(ort));
 * ```
 *
 * The format is described in PROTOCOL.sshsig of OpenSSH.
 */

import { joined } from "./container/bytes.js";
import { SignatureError, UsageError, messageOf, quoted } from "./errors.js";
import { read, type Source } from "./loading.js";

export interface SignedOptions {
  /** A line such as in `id_ed25519.pub`: `ssh-ed25519 AAAA...`. */
  readonly publicKey: string;
  /** What `ssh-keygen` wrote; by default it is read from beside the file, under its name with `.sig`. */
  readonly signature?: Source;
}

const NAMESPACE = "tagship";
const SIGNATURE = "the signature, which 'ssh-keygen -Y sign -n tagship' writes beside a file,";
const MAGIC = "SSHSIG";
const KIND = "ssh-ed25519";
const HASHES = new Map([
  ["sha512", "SHA-512"],
  ["sha256", "SHA-256"],
]);
const ARMOUR = /-----BEGIN SSH SIGNATURE-----([\s\S]*?)-----END SSH SIGNATURE-----/;

/**
 * The bytes of a file, for `load`; a SignatureError where the owner of the key did not sign them for tagship, and a
 * UsageError where the key is none, or the platform has no Ed25519.
 */
export async function signed(source: Source, { publicKey, signature }: SignedOptions): Promise<Uint8Array> {
  const key = keyOf(publicKey);
  if (signature === undefined && typeof source !== "string" && !(source instanceof URL)) {
    throw new UsageError("a file's bytes have no signature beside them; give it as `signature`");
  }
  const bytes = await read(source);
  await check(bytes, await read(signature ?? `${source as string | URL}.sig`, SIGNATURE), key);
  return bytes;
}

async function check(bytes: Uint8Array, signature: Uint8Array, key: Uint8Array): Promise<void> {
  const parts = partsOf(signature);
  if (parts.namespace !== NAMESPACE) {
    throw new SignatureError(`it was signed as ${quoted(parts.namespace)}; sign it with -n ${NAMESPACE}`);
  }
  if (!same(parts.key, key)) throw new SignatureError("it was signed by another key than the one that is trusted");
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new UsageError("this page was served by plain http, where browsers check no signatures; use https");
  const digest = new Uint8Array(await subtle.digest(HASHES.get(parts.hash)!, owned(bytes)));
  const fields = [NAMESPACE, "", parts.hash].map(encoded);
  const message = joined([encoded(MAGIC), ...[...fields, digest].flatMap((field) => [sizeOf(field), field])]);
  const verifier = await subtle.importKey("raw", owned(fieldsOf(key)[1]!), "Ed25519", false, ["verify"]).catch((error) => {
    throw new UsageError(`this platform checks no Ed25519 signatures (${messageOf(error)}); pin the file by sha256`);
  });
  if (!(await subtle.verify("Ed25519", verifier, owned(parts.signed), owned(message)))) {
    throw new SignatureError("its bytes are not those that were signed");
  }
}

/** The bytes of an Ed25519 key as SSH writes them. */
function keyOf(line: string): Uint8Array {
  try {
    const key = decoded(String(line).trim().split(/\s+/)[1] ?? "");
    const [kind, numbers] = fieldsOf(key);
    if (textOf(kind) === KIND && numbers?.length === 32) return key;
  } catch {
    // Told below, as a key of another kind is.
  }
  throw new UsageError(
    `the public key is ${quoted(line)}; a line such as in id_ed25519.pub, 'ssh-ed25519 AAAA...', is needed`,
  );
}

interface Parts {
  readonly key: Uint8Array;
  readonly namespace: string;
  readonly hash: string;
  readonly signed: Uint8Array;
}

function partsOf(signature: Uint8Array): Parts {
  try {
    const blob = decoded(ARMOUR.exec(textOf(signature))![1]!.replace(/\s+/g, ""));
    const head = joined([encoded(MAGIC), new Uint8Array([0, 0, 0, 1])]);
    const [key, namespace, reserved, hash, last] = fieldsOf(blob.subarray(head.length));
    const [kind, numbers] = fieldsOf(last!);
    const known = reserved!.length === 0 && HASHES.has(textOf(hash)) && textOf(kind) === KIND && numbers!.length === 64;
    if (!known || !same(blob.subarray(0, head.length), head)) throw new Error("it is not by Ed25519, or of another version");
    return { key: key!, namespace: textOf(namespace), hash: textOf(hash), signed: numbers! };
  } catch (error) {
    throw new SignatureError(`the signature is none that ssh-keygen -Y sign wrote (${messageOf(error)})`);
  }
}

/** Splits bytes into what stands behind lengths of four bytes. */
function fieldsOf(blob: Uint8Array): Uint8Array[] {
  const found = [];
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  for (let place = 0; place < blob.length; ) {
    const end = place + 4 + view.getUint32(place);
    if (end > blob.length) throw new Error("it is cut short");
    found.push(blob.subarray(place + 4, end));
    place = end;
  }
  return found;
}

function sizeOf(field: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, field.length);
  return size;
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes?: Uint8Array): string => new TextDecoder().decode(bytes);
const decoded = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

/** The same bytes in a buffer of their own, which is all that the platform's types take. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
