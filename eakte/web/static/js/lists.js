/* The lists of a person: the place one stands at survives each refresh, and the end is said once. */

import { announce, say } from "./words.js";

let focused = null;
let wasRunning = document.getElementById("listen")?.dataset.running === "true";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "listen") {
    focused = event.detail.target.contains(document.activeElement) ? document.activeElement.id : null;
  }
});

document.addEventListener("htmx:afterSettle", () => {
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
    focused = null;
  }
  const running = document.getElementById("listen")?.dataset.running === "true";
  if (wasRunning && !running) {
    announce(say("list_ready"));
  }
  wasRunning = running;
});
