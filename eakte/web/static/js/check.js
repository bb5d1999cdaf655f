/* Checking a scan by keyboard: good, bad with its reason, turned, larger, on to the next. */

import { bind } from "./keys.js";

const stage = document.querySelector("[data-stage]");
const picture = document.querySelector("[data-picture]");
const form = document.querySelector("[data-judge]");
const turned = form?.querySelector("[name=turn]");
const SIZES = ["fit", "150", "200", "300"];
let size = 0;

/** Show the page upright, at its size; a quarter turn swaps its sides. */
function show() {
  if (!picture) {
    return;
  }
  picture.dataset.turn = turned?.value ?? picture.dataset.turn ?? "0";
  picture.dataset.size = SIZES[size];
}

function grow(step) {
  size = Math.min(Math.max(size + step, 0), SIZES.length - 1);
  show();
}

function follow(name) {
  const link = document.querySelector(`[data-${name}]`);
  link?.click();
  return link !== null;
}

turned?.addEventListener("change", show);

bind("o", () => {
  const good = form?.querySelector("[data-good]");
  good?.click();
  return Boolean(good);
});
bind("x", () => {
  const reason = form?.querySelector("[name=reason]");
  reason?.focus();
  return Boolean(reason);
});
bind("r", () => {
  if (!turned) {
    return false;
  }
  turned.value = String((Number(turned.value) + 90) % 360);
  show();
  return true;
});
bind("j", () => follow("next"));
bind("k", () => follow("previous"));
bind("+", () => grow(1));
bind("-", () => grow(-1));
bind("0", () => {
  size = 0;
  show();
});

// Whoever looks at page after page goes on with the keys, not with the mouse.
stage?.focus({ preventScroll: true });
show();
