/* Filing by keyboard: the field that finds the dossier or case, and the keys around one document. */

import { bind } from "./keys.js";
import { announce, csrf, say } from "./words.js";

const page = document.querySelector("[data-document]");
const form = document.querySelector("[data-filing]");

// -- the combobox (ARIA: editable, list) ---------------------------------------------------------------------------

function combobox(combo) {
  const field = combo.querySelector("[role=combobox]");
  const list = combo.querySelector("[role=listbox]");
  const chosen = combo.querySelector("[data-combo-value]");
  let active = null;
  let asking = null;
  let timer = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    active = null;
  }

  function point(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (option) {
      option.setAttribute("aria-selected", "true");
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function choose(option) {
    chosen.value = option.dataset.value;
    field.value = option.dataset.text;
    field.setCustomValidity("");
    combo.classList.add("is-chosen");
    close();
    announce(option.textContent.trim().replace(/\s+/g, " "));
  }

  function forget() {
    chosen.value = "";
    combo.classList.remove("is-chosen");
  }

  async function ask() {
    const typed = field.value.trim();
    asking?.abort();
    if (typed.length < 2) {
      close();
      return;
    }
    asking = new AbortController();
    const body = new URLSearchParams({ words: typed, document: page.dataset.document });
    try {
      const answer = await fetch(combo.dataset.targets, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" }, signal: asking.signal });
      if (answer.redirected || answer.status === 401) {
        location.reload();
        return;
      }
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      list.innerHTML = await answer.text();
    } catch (fault) {
      if (fault.name !== "AbortError") {
        close();
        announce(say("server_error"));
      }
      return;
    }
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    active = null;
    const found = options();
    point(found[0] ?? null);
    announce(found.length ? say("targets_count", { count: found.length }) : say("targets_none"));
  }

  field.addEventListener("input", () => {
    forget();
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });

  field.addEventListener("keydown", (event) => {
    const found = options();
    const here = found.indexOf(active);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        ask();
      } else if (found.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        point(found[(here + step + found.length) % found.length]);
      }
    } else if (event.key === "Enter" && !event.ctrlKey && !list.hidden) {
      event.preventDefault();
      if (active) {
        choose(active);
      }
    } else if (event.key === "Enter" && !event.ctrlKey && !chosen.value) {
      event.preventDefault();
      ask();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab" && !list.hidden && active) {
      choose(active);
    }
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      choose(option);
      field.focus();
    }
  });
  field.addEventListener("blur", () => setTimeout(close, 100));
  if (chosen.value) {
    combo.classList.add("is-chosen");
  }
}

for (const combo of document.querySelectorAll("[data-combo]")) {
  combobox(combo);
}

// -- filing ------------------------------------------------------------------------------------------------------

if (form) {
  const target = form.querySelector("[role=combobox]");
  const value = form.querySelector("[data-combo-value]");

  form.addEventListener("submit", (event) => {
    if (!value.value) {
      event.preventDefault();
      target.setCustomValidity(say("target_missing"));
      target.reportValidity();
      return;
    }
    form.querySelector("[data-file-next]").disabled = true;
  });
  target.addEventListener("input", () => target.setCustomValidity(""));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  bind("a", () => {
    target.focus();
    target.select();
    target.closest(".side-section").scrollIntoView({ block: "nearest" });
  });

  // A proposal fills the form and no more: the button that files gets the focus, pressing it is the person's own act.
  function takeOver(link) {
    const told = link.dataset;
    form.querySelector("[data-proposal-value]").value = told.proposal;
    value.value = told.target;
    target.value = told.place;
    target.setCustomValidity("");
    target.closest("[data-combo]").classList.add("is-chosen");
    for (const [name, word] of [["title", told.title], ["document_type", told.type]]) {
      if (word) {
        form.elements.namedItem(name).value = word;
      }
    }
    announce(say("proposal_taken", { place: told.place }));
    form.querySelector("[data-file-next]").focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-proposal]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      takeOver(link);
    }
  });
  bind("v", () => {
    const first = document.querySelector("[data-proposal-first]");
    if (!first) {
      return false;
    }
    takeOver(first);
    return true;
  });
  if (location.hash === "#ablegen") {
    target.focus();
  }
}

// The way back restores the button that was disabled while the form was on its way.
window.addEventListener("pageshow", () => {
  const button = form?.querySelector("[data-file-next]");
  if (button) {
    button.disabled = false;
  }
});

// -- from document to document -----------------------------------------------------------------------------------

function turn(where) {
  const link = document.querySelector(`[data-turn=${where}]`);
  link?.click();
  return Boolean(link);
}

bind("j", () => turn("next"));
bind("k", () => turn("previous"));
