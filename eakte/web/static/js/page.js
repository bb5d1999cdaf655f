/* What every page does: appearance, menus, messages, help, keys, and how htmx talks to the server. */

import { bind, inUse, move, use } from "./keys.js";
import { forget } from "./resuming.js";
import { csrf, say, toast } from "./words.js";

const root = document.documentElement;

// -- appearance ------------------------------------------------------------------------------------------------

const themes = ["auto", "light", "dark"];
const themeSwitch = document.querySelector("[data-theme-switch]");

function showTheme() {
  const now = root.dataset.kernTheme ?? "auto";
  themeSwitch.querySelector("[data-theme-label]").textContent = say(`theme_${now}`);
  themeSwitch.title = say(`theme_${now}`);
}

themeSwitch?.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.kernTheme ?? "auto") + 1) % themes.length];
  if (next === "auto") {
    delete root.dataset.kernTheme;
    document.cookie = "eakte_thema=; path=/; max-age=0; samesite=lax";
  } else {
    root.dataset.kernTheme = next;
    document.cookie = `eakte_thema=${next}; path=/; max-age=31536000; samesite=lax`;
  }
  showTheme();
});
if (themeSwitch) {
  showTheme();
}

// -- menus and dialogs -------------------------------------------------------------------------------------------

const navToggle = document.querySelector("[data-nav-toggle]");
navToggle?.addEventListener("click", () => {
  const open = document.getElementById("bereiche").classList.toggle("is-open");
  navToggle.setAttribute("aria-expanded", String(open));
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu__entry")) {
      menu.open = false;
    }
  }
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    document.getElementById(opener.dataset.openDialog).showModal();
  }
  if (event.target.closest("[data-close-dialog]") || event.target instanceof HTMLDialogElement) {
    event.target.closest("dialog").close();
  }
  event.target.closest("[data-close-toast]")?.closest("[data-toast]").remove();
  if (event.target.closest("[data-print]")) {
    window.print();
  }
  const revealer = event.target.closest("[data-reveal]");
  if (revealer) {
    const field = document.getElementById(revealer.dataset.reveal);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    revealer.setAttribute("aria-pressed", String(!shown));
  }
  const account = event.target.closest("[data-fill-login]");
  if (account) {
    document.getElementById("login").value = account.dataset.fillLogin;
    document.getElementById("password").value = account.dataset.fillPassword;
    document.getElementById("password").form.querySelector("[type=submit]").focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

const keysSwitch = document.querySelector("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = inUse();
  keysSwitch.addEventListener("change", () => use(keysSwitch.checked));
}

document.querySelector("[data-sign-out]")?.addEventListener("submit", forget);

// -- messages ----------------------------------------------------------------------------------------------------

const STAYS = 12000;
for (const box of document.querySelectorAll("[data-toast]:not(.toast--danger, .toast--warning)")) {
  let left = setTimeout(() => box.remove(), STAYS);
  const hold = () => clearTimeout(left);
  const go = () => {
    hold();
    left = setTimeout(() => box.remove(), STAYS);
  };
  box.addEventListener("pointerenter", hold);
  box.addEventListener("pointerleave", go);
  box.addEventListener("focusin", hold);
  box.addEventListener("focusout", go);
}

document.addEventListener("keydown", (event) => {
  const undo = document.querySelector("[data-undo]");
  const written = event.target instanceof HTMLElement && "value" in event.target && event.target.value !== event.target.defaultValue;
  if (undo && !written && event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    event.preventDefault();
    undo.requestSubmit();
  }
});

document.querySelector("[data-focus]")?.focus();

// -- keys --------------------------------------------------------------------------------------------------------

function follow(path) {
  const link = document.querySelector(`.bar__nav a[href$="${path}"]`);
  if (!link) {
    return false;
  }
  link.click();
  return true;
}

bind("/", () => {
  const field = document.querySelector('main [data-key="/"]') ?? document.querySelector('[data-key="/"]');
  field?.focus();
  field?.select();
  return Boolean(field);
});
bind("?", () => {
  const help = document.getElementById("hilfe");
  help?.showModal();
  return Boolean(help);
});
bind("g p", () => follow("/posteingang"));
bind("g a", () => follow("/akten"));
if (!document.querySelector("[data-document]")) {
  bind("j", () => move(1));
  bind("k", () => move(-1));
  bind("ArrowDown", () => document.activeElement?.matches("[data-row-link]") && move(1));
  bind("ArrowUp", () => document.activeElement?.matches("[data-row-link]") && move(-1));
}

// -- the search in the head: words go into the fragment, never into an address ---------------------------------------

document.querySelector("[data-quick-search]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const words = form.elements.q.value.trim();
  const address = `${new URL(form.action).pathname}#q=${encodeURIComponent(words)}`;
  if (new URL(form.action).pathname === location.pathname) {
    location.hash = `q=${encodeURIComponent(words)}`;
  } else {
    location.assign(address);
  }
  form.elements.q.value = "";
});

// -- htmx --------------------------------------------------------------------------------------------------------

let lost = null;

// Leaving a page cuts off what is under way; nobody needs to hear of it.
const underway = new Set();
document.addEventListener("htmx:beforeSend", (event) => underway.add(event.detail.xhr));
document.addEventListener("htmx:afterRequest", (event) => underway.delete(event.detail.xhr));
window.addEventListener("beforeunload", () => {
  for (const request of underway) {
    request.onabort = null;
    request.onerror = null;
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const came = event.detail.xhr.responseURL;
  if (came && new URL(came).pathname.endsWith("/anmelden")) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  lost?.remove();
  lost = null;
});

document.addEventListener("htmx:sendError", () => {
  lost ??= toast(say("offline"), "warning");
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 419) {
    location.reload();
  } else if (!lost?.isConnected) {
    lost = toast(say("server_error"), "danger");
  }
});
