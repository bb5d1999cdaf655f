/* The SHA-256 of a file, computed in a worker so that the page stays quick. */

let worker = null;
const asked = new Map();

/** The digest in 64 letters, or null when this browser cannot compute it: then the server's own stands alone. */
export function digestOf(file) {
  worker ??= startWorker();
  return new Promise((resolve) => {
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    asked.set(id, resolve);
    worker.postMessage({ id, file });
  });
}

function startWorker() {
  const started = new Worker(new URL("hash-worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data: { id, digest } }) => {
    asked.get(id)?.(digest ?? null);
    asked.delete(id);
  });
  started.addEventListener("error", () => {
    for (const resolve of asked.values()) {
      resolve(null);
    }
    asked.clear();
  });
  return started;
}
