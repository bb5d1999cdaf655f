/* Documents come in: several at once, each in parts that survive a broken line, each with its receipt.
   What the server answers: the last part, and HEAD of a finished upload, carry the header X-Document with the id of the document;
   a refusal carries a sentence, as {"message", "next_step"} or as plain text. */

import { digestOf } from "./digest.js";
import { bind } from "./keys.js";
import { memory } from "./resuming.js";
import { csrf, say, size } from "./words.js";

const PART = 8 * 1024 * 1024;
const AT_ONCE = 3;
const NOBODY = "00000000-0000-0000-0000-000000000000";

const place = document.querySelector("[data-upload]");
const list = place.querySelector("[data-upload-list]");
const rows = place.querySelector("[data-upload-rows]");
const input = place.querySelector("input[type=file]");
const drop = place.querySelector("[data-drop]");
const all = [];
const occurrences = new Map();

// -- one file ----------------------------------------------------------------------------------------------------

class Sending {
  constructor(file) {
    this.file = file;
    this.state = "waiting";
    this.digest = undefined;
    this.upload = null;
    this.row = place.querySelector("template[data-upload-row]").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.part("name").title = file.name;
    this.part("size").textContent = size(file.size);
    this.part("progress").setAttribute("aria-label", say("upload_progress", { name: file.name }));
    this.part("pause").addEventListener("click", () => (this.state === "paused" ? this.again() : this.pause()));
    this.part("retry").addEventListener("click", () => this.again());
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.show();
  }

  part(name) {
    return this.row.querySelector(`[data-${name}]`);
  }

  show(text) {
    const { name } = this.file;
    this.row.classList.toggle("is-done", this.state === "done");
    this.row.classList.toggle("is-failed", this.state === "failed");
    this.part("state").textContent = text ?? say(`upload_${this.state}`);
    const drawing = this.row.querySelector(".upload-row__line > .icon use");
    const symbols = { done: "#check-circle", failed: "#alert" };
    drawing.setAttribute("href", drawing.getAttribute("href").replace(/#.*/, symbols[this.state] ?? "#document"));
    const running = this.state === "sending" || this.state === "paused";
    this.part("pause").hidden = !running;
    this.part("pause").setAttribute("aria-label", say(this.state === "paused" ? "upload_resume" : "upload_pause", { name }));
    const symbol = this.part("pause").querySelector("use");
    symbol.setAttribute("href", symbol.getAttribute("href").replace(/#.*/, this.state === "paused" ? "#play" : "#pause"));
    this.part("retry").hidden = this.state !== "failed" || this.final;
    this.part("retry").setAttribute("aria-label", say("upload_retry", { name }));
    this.part("cancel").setAttribute("aria-label", say(this.state === "done" || this.state === "failed" ? "upload_hide" : "upload_cancel", { name }));
    summarise();
  }

  fail(sentence, { final = false } = {}) {
    this.final = final;
    this.state = "failed";
    this.part("problem").textContent = sentence;
    this.part("problem").hidden = false;
    this.show();
    next();
  }

  async start() {
    if (this.file.size === 0) {
      this.fail(say("upload_empty"), { final: true });
      return;
    }
    const limit = Number(place.dataset.maxBytes);
    if (limit && this.file.size > limit) {
      this.fail(say("upload_too_large", { size: size(limit) }), { final: true });
      return;
    }
    this.state = "sending";
    this.part("problem").hidden = true;
    this.show(say("upload_hashing"));
    this.digest ??= (await digestOf(this.file)) ?? "";
    if (this.state !== "sending") {
      return;
    }
    this.upload ??= this.prepare();
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) {
      this.upload.resumeFromPreviousUpload(earlier);
    }
    if (this.state === "sending") {
      this.upload.start();
    }
  }

  prepare() {
    const metadata = { filename: this.file.name, filetype: this.file.type };
    if (this.digest) {
      metadata.sha256 = this.digest;
    }
    const department = document.getElementById("department")?.value;
    if (department) {
      metadata.department = department;
    }
    // The same file dropped twice is two documents, so the second must not go on with the first one's upload.
    const known = `${this.digest || `${this.file.name}-${this.file.lastModified}`}-${this.file.size}-${department ?? ""}`;
    const nth = (occurrences.get(known) ?? 0) + 1;
    occurrences.set(known, nth);
    return new tus.Upload(this.file, {
      endpoint: place.dataset.endpoint,
      chunkSize: PART,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000],
      metadata,
      urlStorage: memory,
      fingerprint: async () => `${known}-${nth}`,
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrf()),
      onProgress: (sent, total) => this.progress(sent, total),
      onShouldRetry: (fault) => {
        const status = fault.originalResponse?.getStatus() ?? 0;
        const retry = status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
        if (retry && this.state === "sending") {
          this.show(say("upload_retrying"));
        }
        return retry;
      },
      onError: (fault) => this.refused(fault),
      onSuccess: ({ lastResponse }) => this.received(lastResponse.getHeader("X-Document")),
    });
  }

  progress(sent, total) {
    if (this.state !== "sending") {
      return;
    }
    const percent = Math.floor((sent / total) * 100);
    this.part("progress").value = percent;
    this.show(sent >= total ? say("upload_storing") : say("upload_sending", { percent }));
  }

  refused(fault) {
    const answer = fault.originalResponse;
    const status = answer?.getStatus() ?? 0;
    if (status === 401) {
      location.reload();
      return;
    }
    this.fail(status === 0 ? say("upload_unreachable") : sentenceOf(answer), { final: status >= 400 && status < 500 && ![409, 423, 429].includes(status) });
  }

  async received(documentId) {
    this.state = "done";
    this.show();
    next();
    document.body.dispatchEvent(new CustomEvent("nachladen", { bubbles: true }));
    if (documentId) {
      const answer = await fetch(place.dataset.receipt.replace(NOBODY, encodeURIComponent(documentId)), { headers: { "HX-Request": "true" } });
      if (answer.ok) {
        const box = this.part("receipt");
        box.innerHTML = await answer.text();
        box.hidden = false;
      }
    }
  }

  async pause() {
    this.state = "paused";
    this.show();
    await this.upload?.abort();
    next();
  }

  again() {
    this.state = "waiting";
    this.show();
    next();
  }

  async cancel() {
    const finished = this.state === "done" || this.state === "failed";
    this.state = finished ? this.state : "cancelled";
    all.splice(all.indexOf(this), 1);
    this.row.remove();
    summarise();
    if (!finished || this.state === "failed") {
      await this.upload?.abort(true).catch(() => {}); // what cannot be taken back now expires on the server
    }
    next();
  }
}

function sentenceOf(answer) {
  const body = answer.getBody() ?? "";
  try {
    const told = JSON.parse(body);
    return [told.message, told.next_step].filter(Boolean).join(" ");
  } catch {
    return body && !body.trimStart().startsWith("<") ? body.trim() : say("upload_refused");
  }
}

// -- all of them -------------------------------------------------------------------------------------------------

function next() {
  const running = all.filter((one) => one.state === "sending").length;
  for (const one of all.filter((waiting) => waiting.state === "waiting").slice(0, Math.max(0, AT_ONCE - running))) {
    one.start();
  }
}

function summarise() {
  list.hidden = all.length === 0;
  const count = { done: 0, failed: 0, all: all.length };
  for (const one of all) {
    if (one.state in count) {
      count[one.state] += 1;
    }
  }
  place.querySelector("[data-upload-summary]").textContent = say(count.failed ? "upload_summary_failed" : "upload_summary", count);
}

function take(files) {
  for (const file of files) {
    const one = new Sending(file);
    all.push(one);
    rows.append(one.row);
  }
  summarise();
  next();
}

place.querySelector("[data-upload-summary]").setAttribute("aria-live", "polite");
place.querySelector("[data-upload-clear]").addEventListener("click", () => {
  for (const one of all.filter((finished) => finished.state === "done")) {
    one.cancel();
  }
});

input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});

// A folder has no bytes of its own; opening it is how one finds out.
async function dropped(transfer) {
  const entries = [...transfer.items].map((entry) => entry.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) {
    return [...transfer.files];
  }
  const found = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    } else {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) {
          break;
        }
        for (const inner of some) {
          await walk(inner);
        }
      }
    }
  };
  for (const entry of entries) {
    await walk(entry);
  }
  return found;
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;

document.addEventListener("dragenter", (event) => {
  if (carriesFiles(event)) {
    depth += 1;
    document.body.classList.add("is-dropping");
    drop.classList.add("is-over");
  }
});
document.addEventListener("dragleave", (event) => {
  if (carriesFiles(event)) {
    depth -= 1;
    if (depth <= 0) {
      calm();
    }
  }
});
document.addEventListener("dragover", (event) => {
  if (carriesFiles(event)) {
    event.preventDefault();
  }
});
document.addEventListener("drop", async (event) => {
  if (carriesFiles(event)) {
    event.preventDefault();
    calm();
    take(await dropped(event.dataTransfer));
  }
});

function calm() {
  depth = 0;
  document.body.classList.remove("is-dropping");
  drop.classList.remove("is-over");
}

window.addEventListener("beforeunload", (event) => {
  if (all.some((one) => one.state === "sending")) {
    event.preventDefault();
  }
});

window.addEventListener("online", () => {
  for (const one of all.filter((failed) => failed.state === "failed" && !failed.final)) {
    one.again();
  }
});

bind("u", () => {
  input.click();
});
