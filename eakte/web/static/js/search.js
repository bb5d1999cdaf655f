/* Keeps what was searched in the fragment of the address (#q=…), which browsers do not send: going back finds it again. */

import { announce } from "./words.js";

const form = document.querySelector("form[data-fragment]");
const skipped = new Set(["csrf_token", "seite"]);
let wanted = "";

function written(page) {
  const kept = new URLSearchParams();
  for (const field of form.elements) {
    const usual = field instanceof HTMLSelectElement ? field.options[0]?.value : "";
    if (field.name && field.type !== "submit" && !skipped.has(field.name) && field.value !== usual) {
      kept.append(field.name, field.value.trim());
    }
  }
  if (page && page !== "1") {
    kept.set("seite", page);
  }
  return kept.toString();
}

function fill(kept) {
  for (const field of form.elements) {
    if (field.name && !skipped.has(field.name) && field.type !== "submit") {
      field.value = kept.get(field.name) ?? (field instanceof HTMLSelectElement ? field.options[0].value : "");
    }
  }
  const filters = form.querySelector("[data-filters]");
  if (filters && [...filters.querySelectorAll("input, select")].some((field) => kept.get(field.name))) {
    filters.open = true;
  }
}

function send(page) {
  form.querySelector("[data-page]")?.remove();
  if (page && page !== "1") {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "seite";
    field.value = page;
    field.dataset.page = "";
    form.append(field);
  }
  form.requestSubmit();
}

function fromFragment() {
  const fragment = location.hash.slice(1);
  if (fragment === wanted || !fragment.includes("=")) {
    return;
  }
  const kept = new URLSearchParams(fragment);
  wanted = fragment;
  fill(kept);
  send(kept.get("seite"));
}

if (form) {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== form) {
      return;
    }
    const page = event.detail.parameters.get?.("seite") ?? event.detail.parameters.seite;
    form.querySelector("[data-page]")?.remove();
    const kept = written(page);
    if (kept !== wanted) {
      wanted = kept;
      history.pushState(null, "", kept ? `#${kept}` : location.pathname);
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    announce(document.querySelector(".hits__count, .empty__title")?.textContent.trim() ?? "");
    if (document.activeElement === document.body) {
      document.getElementById("inhalt").focus({ preventScroll: true });
    }
  });
  window.addEventListener("popstate", () => {
    if (location.hash.length > 1) {
      fromFragment();
    } else {
      wanted = "";
      location.reload();
    }
  });
  window.addEventListener("hashchange", fromFragment);
  // htmx takes the form over at DOMContentLoaded, before this listener: from then on a submit stays on the page.
  document.addEventListener("DOMContentLoaded", fromFragment);
}
