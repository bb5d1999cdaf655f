/* The inbox: keys, and the place one stands at survives each refresh. */

import { bind } from "./keys.js";
import { announce } from "./words.js";

bind("a", () => {
  const link = document.activeElement?.closest("[data-row]")?.querySelector("[data-row-link]");
  if (!link) {
    return false;
  }
  location.assign(`${link.href}#ablegen`);
  return true;
});

bind("u", () => {
  const field = document.getElementById("dateien");
  field?.click();
  return Boolean(field);
});

let focused = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "posteingang") {
    focused = event.detail.target.contains(document.activeElement) ? document.activeElement.id : null;
  }
});

document.addEventListener("htmx:afterSwap", () => {
  if (focused) {
    // What was tried again leaves the list of faults: its place is taken by the filter one stands in.
    const there = document.getElementById(focused) ?? document.querySelector("#posteingang [aria-current]");
    there?.focus({ preventScroll: true });
    focused = null;
  }
});

// Say it once when the last one is read, not every two seconds.
let wasRunning = document.getElementById("posteingang")?.dataset.running === "true";
document.addEventListener("htmx:afterSettle", () => {
  const inbox = document.getElementById("posteingang");
  const running = inbox?.dataset.running === "true";
  const count = document.querySelector("[data-inbox-count]");
  if (inbox && count) {
    count.textContent = Number(inbox.dataset.all).toLocaleString(document.documentElement.lang);
    count.hidden = inbox.dataset.all === "0";
  }
  if (wasRunning && !running) {
    announce(inbox.querySelector("#filter-bereit")?.textContent.trim().replace(/\s+/g, " ") ?? "");
  }
  wasRunning = running;
});
