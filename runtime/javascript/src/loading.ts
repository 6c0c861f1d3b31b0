/** From a file to a predictor: bytes, then contract and digest, then the engine, then the golden rows; in this order. */

import { unpack } from "./container/index.js";
import { sha256 } from "./digests.js";
import type { Engine } from "./engines/base.js";
import { ArtifactCorruptError, ArtifactError, CheckFailedError, MissingFileError, UsageError, messageOf, quoted } from "./errors.js";
import { prepare } from "./features/encoder.js";
import { Predictor } from "./predictor.js";
import { Scorer } from "./scorer.js";
import type { Thresholds } from "./thresholds.js";

/** An address, a path where there is a file system, or the bytes themselves. */
export type Source = string | URL | Uint8Array | ArrayBuffer | Blob | Response;

export interface LoadOptions {
  /** Digest of the whole file in hex, to accept no other. */
  readonly sha256?: string;
  /** Instead of the contract's; see `Predictor.withThresholds`. */
  readonly thresholds?: Thresholds;
  /** Whether the golden rows are replayed before the first prediction; true by default. */
  readonly selftest?: boolean;
}

/** Load an artifact; what is wrong with it is an ArtifactError, an EngineError or a CheckFailedError. */
export async function load(source: Source, engine: Engine, options: LoadOptions = {}): Promise<Predictor> {
  if (typeof engine?.open !== "function") {
    throw new UsageError(`the engine is ${quoted(engine)}; onnx(ort), litert(core) or plain() is needed`);
  }
  const bytes = await read(source);
  try {
    await checkPin(bytes, options.sha256);
    const { payload, contract } = await unpack(bytes, engine.format);
    await prepare(contract);
    const session = await engine.open(payload, contract);
    const predictor = new Predictor(contract, session.name, await Scorer.of(session, contract));
    if (options.selftest !== false && contract.golden !== null) await checkGolden(predictor);
    return options.thresholds === undefined ? predictor : predictor.withThresholds(options.thresholds);
  } catch (error) {
    const name = nameOf(source);
    if (error instanceof ArtifactError && name !== null) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

async function checkPin(bytes: Uint8Array, pin: string | undefined): Promise<void> {
  if (pin === undefined) return;
  if (typeof pin !== "string" || !/^[0-9a-f]{64}$/i.test(pin)) {
    throw new UsageError(`sha256 is ${quoted(pin)}; 64 hex digits are needed`);
  }
  const found = await sha256(bytes);
  if (found !== pin.toLowerCase()) {
    throw new ArtifactCorruptError(`the file has SHA-256 ${found}; ${pin.toLowerCase()} is needed`);
  }
}

async function checkGolden(predictor: Predictor): Promise<void> {
  const { passed, rows, maxDifference, tolerance, flips, engine } = await predictor.selftest();
  if (passed) return;
  await predictor.close();
  throw new CheckFailedError(
    `${engine} does not compute what was exported: on ${rows} golden rows, scores differ by ` +
      `${maxDifference.toExponential(1)} (allowed ${tolerance}) and ${flips} decisions flip; use another engine`,
  );
}

function nameOf(source: Source): string | null {
  return typeof source === "string" || source instanceof URL ? String(source) : null;
}

/** The bytes of a file; `needed` says in errors what it should be. */
export async function read(source: Source, needed = "a .tflite or .onnx model"): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const name = nameOf(source);
  if (name === null) {
    const body = source as Blob | Response;
    if (typeof body?.arrayBuffer === "function") {
      if ("ok" in body && !body.ok) throw missing(body.url, needed, `${body.status} ${body.statusText}`);
      return new Uint8Array(await body.arrayBuffer());
    }
    throw new UsageError(`cannot load ${quoted(source)}; an address, a path, or the file's bytes are needed`);
  }
  try {
    const file = readLocal(name);
    if (file !== null) return file;
    const response = await fetch(name);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new Error(`${response.status} ${response.statusText}`);
  } catch (error) {
    throw missing(name, needed, messageOf(error), error);
  }
}

function missing(name: string, needed: string, reason: string, cause?: unknown): MissingFileError {
  return new MissingFileError(`${name} cannot be read (${reason}); ${needed} is needed`, { cause });
}

/** The part of Node's `process`, which Deno and Bun have too, that leads to files without an import that bundlers see. */
interface Host {
  readonly process?: { getBuiltinModule?(name: string): { readFileSync(path: string | URL): Uint8Array } | undefined };
}

/** What is in a file, where there is a file system and the name is none of the web's. */
function readLocal(name: string): Uint8Array | null {
  const files = (globalThis as Host).process?.getBuiltinModule?.("node:fs");
  if (!files || /^(https?|data|blob):/i.test(name)) return null;
  return files.readFileSync(/^file:/i.test(name) ? new URL(name) : name);
}
