/* Computes the SHA-256 of a file piece by piece, whatever its size, away from the page. */

import { sha256 } from "../vendor/noble-hashes/sha2.js";

const PIECE = 4 * 1024 * 1024;

self.addEventListener("message", async ({ data: { id, file } }) => {
  try {
    const hash = sha256.create();
    for (let start = 0; start < file.size; start += PIECE) {
      hash.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
    }
    const digest = [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    self.postMessage({ id, digest });
  } catch (fault) {
    self.postMessage({ id, fault: String(fault) });
  }
});
