/** SHA-256: the platform's, or our own where a browser keeps its from pages that are served by plain http. */

import { joined } from "./container/bytes.js";

/** The digest of the parts, one behind the other; 64 hex digits. */
export async function sha256(...parts: readonly Uint8Array[]): Promise<string> {
  const bytes = joined(parts);
  const subtle = globalThis.crypto?.subtle;
  const digest = subtle
    ? new Uint8Array(await subtle.digest("SHA-256", bytes))
    : (await import("./sha256.js")).sha256Of(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
