/* The words scripts say, in the language of the page: layout.html writes them as JSON. */

const written = document.getElementById("texte");
const texts = written ? JSON.parse(written.textContent) : {};

/** The text of that name, with {parts} filled in. */
export function say(name, parts = {}) {
  const text = texts[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, part) => (part in parts ? String(parts[part]) : whole));
}

/** Tell a screen reader without moving the focus. */
export function announce(text) {
  const place = document.getElementById("ansage");
  if (place && place.textContent !== text) {
    place.textContent = text;
  }
}

/** The header that proves a request comes from one of our pages. */
export function csrf() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

/** 1,4 MB */
export function size(bytes) {
  const language = document.documentElement.lang;
  const [amount, unit, digits] =
    bytes < 1e3 ? [bytes, "Byte", 0] : bytes < 1e6 ? [bytes / 1e3, "kB", 0] : bytes < 1e9 ? [bytes / 1e6, "MB", 1] : [bytes / 1e9, "GB", 1];
  const number = amount.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number}\u202f${unit}`;
}

/** A line at the lower edge; goes away by itself unless it is a fault. */
export function toast(text, kind = "info") {
  const box = document.createElement("div");
  box.className = `toast toast--${kind}`;
  box.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "kern-btn kern-btn--tertiary icon-btn";
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", say("close"));
  close.append(icon("close"));
  box.append(icon(kind === "info" ? "info" : kind === "success" ? "check-circle" : "alert"), words, close);
  document.getElementById("meldungen").append(box);
  return box;
}

/** A drawing from the sprite, silent to screen readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const known = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${known}#${name}`);
  drawing.append(use);
  return drawing;
}
