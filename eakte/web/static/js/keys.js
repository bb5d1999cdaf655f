/* Single keys that work anywhere on a page, except while somebody types. They can be switched off (WCAG 2.1.4). */

const OFF = "eakte-tasten-aus";
const bound = new Map();
let before = "";
let beforeAt = 0;

/** Whether keys of one letter are in use. */
export function inUse() {
  return localStorage.getItem(OFF) === null;
}

/** Switch keys of one letter on or off, for this browser. */
export function use(on) {
  if (on) {
    localStorage.removeItem(OFF);
  } else {
    localStorage.setItem(OFF, "1");
  }
}

/** Bind a key, or two in a row ("g p"); the act returns false when it has nothing to do. */
export function bind(keys, act) {
  bound.set(keys, act);
}

/** Whether somebody is typing there. */
export function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable]") !== null;
}

/** Move the focus along the rows' links; from outside the list it goes to the first (or, backwards, the last). */
export function move(step) {
  const links = [...document.querySelectorAll("[data-row-link]")];
  if (links.length === 0) {
    return false;
  }
  const row = document.activeElement?.closest("[data-row], tr, .hit");
  const here = links.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
  const next = here === -1 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || document.querySelector("dialog[open]")) {
    return;
  }
  if (event.key.length === 1 && !inUse()) {
    return;
  }
  const pair = performance.now() - beforeAt < 1200 ? bound.get(`${before} ${event.key}`) : undefined;
  const act = pair ?? bound.get(event.key);
  before = event.key;
  beforeAt = performance.now();
  if (act && act(event) !== false) {
    event.preventDefault();
  }
});
