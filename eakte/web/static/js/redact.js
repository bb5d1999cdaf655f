/* Draws one page with its marks; a new place is drawn with the mouse or moved by keys, the form's numbers follow. */

import * as pdfjs from "../vendor/pdfjs/pdf.min.mjs";
import { say } from "./words.js";

const POINTS_A_MM = 72 / 25.4;
const STEP = 1;
const LEAST = 0.5;

const frame = document.querySelector("[data-redact]");
const canvas = frame.querySelector("[data-redact-canvas]");
const box = frame.querySelector("[data-redact-frame]");
const message = frame.querySelector("[data-redact-message]");
const live = document.querySelector("[data-redact-live]");
const form = document.querySelector("[data-redact-form]");
const vendor = new URL(frame.dataset.vendor, location.href).href;
pdfjs.GlobalWorkerOptions.workerSrc = `${vendor}pdf.worker.min.mjs`;

// The size of the page as it is shown, in millimetres.
let size = null;

const side = (name) => form.querySelector(`[data-redact-side="${name}"]`);
const given = () => Object.fromEntries(["left", "top", "width", "height"].map((name) => [name, Number(side(name).value) || 0]));

function lay(element, { left, top, width, height }) {
  element.style.left = `${(100 * left) / size.width}%`;
  element.style.top = `${(100 * top) / size.height}%`;
  element.style.width = `${(100 * width) / size.width}%`;
  element.style.height = `${(100 * height) / size.height}%`;
  element.hidden = false;
}

function put(place) {
  const width = Math.min(Math.max(place.width, LEAST), size.width);
  const height = Math.min(Math.max(place.height, LEAST), size.height);
  const left = Math.min(Math.max(place.left, 0), size.width - width);
  const top = Math.min(Math.max(place.top, 0), size.height - height);
  for (const [name, value] of Object.entries({ left, top, width, height })) {
    side(name).value = (Math.round(value * 10) / 10).toString();
  }
  lay(box, given());
}

function tell() {
  live.textContent = say("redact_frame", given());
}

function at(event) {
  const rim = canvas.getBoundingClientRect();
  return { x: ((event.clientX - rim.left) / rim.width) * size.width, y: ((event.clientY - rim.top) / rim.height) * size.height };
}

function draw(event) {
  if (event.button !== 0 || event.pointerType === "touch") {
    return;
  }
  event.preventDefault();
  const from = at(event);
  const moving = (moved) => {
    const to = at(moved);
    put({ left: Math.min(from.x, to.x), top: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) });
  };
  const ended = () => {
    removeEventListener("pointermove", moving);
    removeEventListener("pointerup", ended);
    box.focus({ preventScroll: true });
    tell();
  };
  addEventListener("pointermove", moving);
  addEventListener("pointerup", ended);
}

function keyed(event) {
  const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
  if (event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-redact-mark]"));
  } else if (way && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    event.stopPropagation();
    const place = given();
    if (event.shiftKey) {
      put({ ...place, width: place.width + way[0], height: place.height + way[1] });
    } else {
      put({ ...place, left: place.left + way[0], top: place.top + way[1] });
    }
    tell();
  }
}

async function show() {
  const task = pdfjs.getDocument({
    url: frame.dataset.url,
    cMapUrl: `${vendor}cmaps/`,
    iccUrl: `${vendor}iccs/`,
    standardFontDataUrl: `${vendor}standard_fonts/`,
    wasmUrl: `${vendor}wasm/`,
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
  });
  try {
    const page = await (await task.promise).getPage(Number(frame.dataset.page));
    const plain = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: Math.min(2.5, (1.5 * Math.max(frame.clientWidth, 300) * (window.devicePixelRatio || 1)) / plain.width) });
    canvas.width = Math.round(viewport.width);
    canvas.height = Math.round(viewport.height);
    await page.render({ canvas, viewport }).promise;
    size = { width: plain.width / POINTS_A_MM, height: plain.height / POINTS_A_MM };
  } catch {
    message.textContent = say("redact_failed");
    return;
  }
  message.hidden = true;
  for (const one of frame.querySelectorAll("[data-mark]")) {
    const [left, top, right, bottom] = ["left", "top", "right", "bottom"].map((name) => Number(one.dataset[name]) / POINTS_A_MM);
    lay(one, { left, top, width: right - left, height: bottom - top });
  }
  if (form) {
    put(given());
    canvas.addEventListener("pointerdown", draw);
    box.addEventListener("keydown", keyed);
    for (const name of ["left", "top", "width", "height"]) {
      side(name).addEventListener("input", () => lay(box, given()));
    }
  }
  frame.dataset.shown = "true";
}

show();
