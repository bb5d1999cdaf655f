/* The pages of a document as sheets on a desk: choose, turn, move, cut, take out. The line under them says the same in
   words; it is what is sent, and who has no script types it. */

import { bind, inUse } from "./keys.js";
import { announce, say } from "./words.js";

const TURNS = { 0: "", 90: "r", 180: "u", 270: "l" };
const desk = document.querySelector("[data-arrange]");
const line = document.getElementById("plan");
const sheets = () => [...desk.querySelectorAll("[data-sheet]")];
const before = [];

/** The sheets an act is about: those that are chosen, else the one with the focus. */
function meant() {
  const chosen = sheets().filter((one) => one.getAttribute("aria-selected") === "true");
  return chosen.length ? chosen : sheets().filter((one) => one.tabIndex === 0);
}

function keep() {
  before.push(sheets().map((one) => ({ one, turn: one.dataset.turn, cut: one.dataset.cut, out: one.dataset.out })));
  document.querySelector('[data-act="undo"]').disabled = false;
}

function undo() {
  const kept = before.pop();
  if (!kept) {
    return false;
  }
  for (const { one, turn, cut, out } of kept) {
    Object.assign(one.dataset, { turn, cut, out });
    desk.append(one);
  }
  document.querySelector('[data-act="undo"]').disabled = before.length === 0;
  written(say("arrange_undone"));
  return true;
}

/** Show how the sheets lie, and write it down as the server reads it. */
function written(told) {
  const many = desk.dataset.arrange === "many";
  let plan = "";
  let part = 1;
  let begun = false;
  for (const one of sheets()) {
    const { letter, page, turn, cut, out } = one.dataset;
    const opens = cut === "1" && begun && out !== "1";
    if (opens) {
      part += 1;
      plan += " | ";
    } else if (begun && out !== "1") {
      plan += ", ";
    }
    if (out !== "1") {
      plan += `${many ? letter : ""}${page}${TURNS[turn]}`;
      begun = true;
    }
    // Drawn by the style sheet: as text it would have to stand in the name word by word.
    one.querySelector("[data-part]").dataset.part = opens ? say("arrange_part", { number: part }) : "";
    one.classList.toggle("leaf--opens", opens);
    const name = [say("arrange_page", { page: many ? `${letter} ${page}` : page })];
    if (turn !== "0") {
      name.push(say("arrange_turned", { turn }));
    }
    if (opens) {
      name.push(say("arrange_opens"));
    }
    if (out === "1") {
      name.push(say("arrange_left_out"));
    }
    one.setAttribute("aria-label", name.join(", "));
  }
  line.value = plan;
  document.querySelector("[data-parts]").textContent = say(part > 1 ? "arrange_parts" : "arrange_one", { parts: part });
  if (told) {
    announce(told);
  }
}

function focus(one) {
  for (const other of sheets()) {
    other.tabIndex = other === one ? 0 : -1;
  }
  one.focus();
  one.scrollIntoView({ block: "nearest" });
}

function go(step) {
  const all = sheets();
  const here = all.findIndex((one) => one.tabIndex === 0);
  focus(all[Math.min(Math.max(here + step, 0), all.length - 1)]);
}

/** How many sheets lie beside one another. */
function across() {
  const all = sheets();
  const top = all[0].offsetTop;
  return all.filter((one) => one.offsetTop === top).length;
}

function move(step) {
  const all = sheets();
  const moved = meant();
  const edge = step < 0 ? all.indexOf(moved[0]) - 1 : all.indexOf(moved.at(-1)) + 1;
  if (edge < 0 || edge >= all.length) {
    return;
  }
  keep();
  if (step < 0) {
    all[edge].before(...moved);
  } else {
    all[edge].after(...moved);
  }
  focus(moved.find((one) => one.tabIndex === 0) ?? moved[0]);
  written(say("arrange_moved", { place: sheets().indexOf(moved[0]) + 1 }));
}

function flip(name, on, off) {
  const some = meant();
  keep();
  const value = some.every((one) => one.dataset[name] === "1") ? "0" : "1";
  for (const one of some) {
    one.dataset[name] = value;
  }
  written(say(value === "1" ? on : off));
}

function turn(by) {
  keep();
  for (const one of meant()) {
    one.dataset.turn = String((Number(one.dataset.turn) + by + 360) % 360);
  }
  written(say("arrange_turned", { turn: meant()[0].dataset.turn }));
}

const ACTS = {
  back: () => move(-1),
  forth: () => move(1),
  left: () => turn(-90),
  right: () => turn(90),
  cut: () => flip("cut", "arrange_cut", "arrange_uncut"),
  out: () => flip("out", "arrange_left_out", "arrange_put_back"),
  undo,
};
const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -across(), ArrowDown: () => across() };

desk.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (step && event.shiftKey) {
    move(Math.sign(step()));
  } else if (step) {
    go(step());
  } else if (event.key === "Home" || event.key === "End") {
    focus(event.key === "Home" ? sheets()[0] : sheets().at(-1));
  } else if (event.key === " ") {
    const one = sheets().find((each) => each.tabIndex === 0);
    one.setAttribute("aria-selected", one.getAttribute("aria-selected") === "true" ? "false" : "true");
  } else if (event.key === "Delete") {
    ACTS.out();
  } else {
    return;
  }
  event.preventDefault();
});

desk.addEventListener("click", (event) => {
  const one = event.target.closest("[data-sheet]");
  if (one) {
    if (event.ctrlKey || event.metaKey) {
      one.setAttribute("aria-selected", one.getAttribute("aria-selected") === "true" ? "false" : "true");
    }
    focus(one);
  }
});

for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => ACTS[button.dataset.act]());
}

for (const [key, act] of Object.entries({ r: "right", l: "left", t: "cut", z: "undo", x: "out" })) {
  bind(key, () => inUse() && ACTS[act]());
}

desk.closest("form").dataset.scripted = "true";
sheets()[0].tabIndex = 0;
written("");
