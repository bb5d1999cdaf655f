/* The viewer: pdf.js's components under a German toolbar. Opens at #seite=3 with the words of &worte=a|b marked. */

import * as pdfjs from "../vendor/pdfjs/pdf.min.mjs";
import { bind, inUse, typing } from "./keys.js";
import { say } from "./words.js";

// The viewer's components take the library from here.
globalThis.pdfjsLib = pdfjs;
const { EventBus, GenericL10n, LinkTarget, PDFLinkService, PDFViewer } = await import("../vendor/pdfjs/pdf_viewer.mjs");
const { GermanFindController } = await import("./find.js");

const frame = document.querySelector("[data-viewer]");
const part = (name) => frame.querySelector(`[data-viewer-${name}]`);
const container = part("container");
const vendor = new URL(frame.dataset.vendor, location.href).href;
const previews = Number(frame.dataset.previews);
const WIDE = 640;

pdfjs.GlobalWorkerOptions.workerSrc = `${vendor}pdf.worker.min.mjs`;

const bus = new EventBus();
const links = new PDFLinkService({ eventBus: bus, externalLinkTarget: LinkTarget.BLANK, externalLinkRel: "noopener noreferrer nofollow" });
const finder = new GermanFindController({ eventBus: bus, linkService: links });
const l10n = new GenericL10n(document.documentElement.lang);
l10n.translate(container);
const viewer = new PDFViewer({
  container,
  viewer: container.firstElementChild,
  eventBus: bus,
  linkService: links,
  findController: finder,
  annotationMode: pdfjs.AnnotationMode.ENABLE,
  enableAutoLinking: false,
  imageResourcesPath: `${vendor}images/`,
  l10n,
});
links.setViewer(viewer);

// -- what the address asks for -----------------------------------------------------------------------------------

function asked() {
  const parts = Object.fromEntries(
    location.hash
      .slice(1)
      .split("&")
      .map((pair) => pair.split("=", 2)),
  );
  const words = (parts.worte ?? "").split("|").map((word) => {
    try {
      return decodeURIComponent(word.replaceAll("+", " "));
    } catch {
      return word;
    }
  });
  return { page: Number.parseInt(parts.seite, 10) || 1, words: words.filter(Boolean) };
}

function mark({ page, words }) {
  finder.stayOn = page - 1;
  bus.dispatch("find", { source: frame, type: "", query: words, caseSensitive: false, entireWord: true, highlightAll: true, findPrevious: false, matchDiacritics: false });
}

function open() {
  const wanted = asked();
  const page = Math.min(Math.max(wanted.page, 1), viewer.pagesCount);
  viewer.currentPageNumber = page;
  if (wanted.words.length) {
    mark({ page, words: wanted.words });
    showFound = false;
  }
}

// -- loading -----------------------------------------------------------------------------------------------------

function tell(text) {
  part("message").classList.add("is-fault");
  part("message-text").textContent = text;
  frame.classList.remove("is-shown");
}

let document_ = null;

async function load() {
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
    document_ = await task.promise;
  } catch (fault) {
    tell(say(fault instanceof pdfjs.ResponseException && (fault.missing || fault.status >= 500) ? "view_gone" : "view_failed"));
    return;
  }
  viewer.setDocument(document_);
  links.setDocument(document_);
  part("pages").textContent = String(document_.numPages);
  part("page").max = document_.numPages;
}

bus.on("pagesinit", () => {
  showThumbs(frame.clientWidth > 900 && viewer.pagesCount > 1);
  viewer.currentScaleValue = "page-width";
  frame.classList.add("is-shown");
  open();
  showPage(viewer.currentPageNumber);
});

// "Breite" and "Ganze Seite" follow the room there is.
new ResizeObserver(() => {
  const kept = viewer.currentScaleValue;
  if (document_ && viewer.pagesCount && Number.isNaN(Number(kept))) {
    viewer.currentScaleValue = kept;
    viewer.update();
  }
}).observe(container);

window.addEventListener("hashchange", () => {
  if (document_ && location.hash.includes("seite=")) {
    open();
  }
});

// -- pages -------------------------------------------------------------------------------------------------------

const live = part("live");
let telling = 0;

function showPage(number) {
  part("page").value = String(number);
  part("previous").disabled = number <= 1;
  part("next").disabled = number >= viewer.pagesCount;
  for (const thumb of part("thumb-list").children) {
    const here = Number(thumb.dataset.page) === number;
    if (here !== thumb.hasAttribute("aria-current")) {
      thumb.toggleAttribute("aria-current", here);
      if (here) {
        thumb.setAttribute("aria-current", "page");
        thumb.scrollIntoView({ block: "nearest" });
      }
    }
  }
  clearTimeout(telling);
  telling = setTimeout(() => {
    live.textContent = say("page_of", { page: number, pages: viewer.pagesCount });
  }, 400);
}

function goTo(number) {
  if (document_ && number >= 1 && number <= viewer.pagesCount) {
    viewer.currentPageNumber = number;
    return true;
  }
  return false;
}

bus.on("pagechanging", ({ pageNumber }) => showPage(pageNumber));
part("previous").addEventListener("click", () => goTo(viewer.currentPageNumber - 1));
part("next").addEventListener("click", () => goTo(viewer.currentPageNumber + 1));
part("first").addEventListener("click", () => goTo(1));
part("last").addEventListener("click", () => goTo(viewer.pagesCount));
part("page").addEventListener("focus", () => part("page").select());
part("page").addEventListener("change", () => {
  if (!goTo(Number.parseInt(part("page").value, 10))) {
    showPage(viewer.currentPageNumber);
  }
});

// -- thumbnails ----------------------------------------------------------------------------------------------------

function showThumbs(shown) {
  const list = part("thumb-list");
  if (shown && list.children.length === 0) {
    for (let page = 1; page <= viewer.pagesCount; page += 1) {
      const thumb = document.createElement("button");
      thumb.type = "button";
      thumb.className = "thumb";
      thumb.dataset.page = String(page);
      thumb.setAttribute("aria-label", say("page_image", { page }));
      if (page <= previews) {
        const image = document.createElement("img");
        image.loading = "lazy";
        image.alt = "";
        image.width = 210;
        image.height = 297;
        image.src = frame.dataset.preview.replace(/\/0$/, `/${page}`);
        thumb.append(image);
      }
      thumb.append(String(page));
      list.append(thumb);
    }
  }
  list.hidden = !shown;
  part("thumbs").setAttribute("aria-pressed", String(shown));
  if (shown) {
    showPage(viewer.currentPageNumber);
  }
}

part("thumbs").addEventListener("click", () => showThumbs(part("thumb-list").hidden));
part("thumb-list").addEventListener("click", (event) => {
  const thumb = event.target.closest(".thumb");
  if (thumb) {
    goTo(Number(thumb.dataset.page));
    if (frame.clientWidth <= WIDE) {
      showThumbs(false);
    }
  }
});
part("thumb-list").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const thumb = event.target.closest(".thumb");
  if (step && thumb) {
    event.preventDefault();
    event.stopPropagation();
    (step > 0 ? thumb.nextElementSibling : thumb.previousElementSibling)?.focus();
  }
});

// -- size and turning ----------------------------------------------------------------------------------------------

bus.on("scalechanging", ({ scale, presetValue }) => {
  const select = part("zoom");
  const preset = presetValue ?? String(scale);
  const fits = [...select.options].find((option) => option.value === preset && option !== part("zoom-custom"));
  if (fits) {
    select.value = preset;
  } else {
    part("zoom-custom").textContent = say("zoom", { percent: Math.round(scale * 100) });
    part("zoom-custom").value = "custom";
    select.value = "custom";
  }
});
part("zoom").addEventListener("change", () => {
  viewer.currentScaleValue = part("zoom").value;
  container.focus({ preventScroll: true });
});
part("larger").addEventListener("click", () => viewer.increaseScale());
part("smaller").addEventListener("click", () => viewer.decreaseScale());

function rotate(by = 90) {
  viewer.pagesRotation = (viewer.pagesRotation + by + 360) % 360;
}

async function fullScreen() {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
  } else {
    await frame.requestFullscreen?.();
  }
}

for (const button of frame.querySelectorAll("[data-viewer-rotate]")) {
  button.addEventListener("click", () => rotate());
}
for (const button of frame.querySelectorAll("[data-viewer-full]")) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", fullScreen);
}
document.addEventListener("fullscreenchange", () => {
  const on = document.fullscreenElement === frame;
  for (const button of frame.querySelectorAll(".vtool[data-viewer-full]")) {
    button.setAttribute("aria-label", say(on ? "full_screen_end" : "full_screen"));
    button.setAttribute("aria-pressed", String(on));
  }
});

// -- searching inside ------------------------------------------------------------------------------------------------

const bar = part("find-bar");
const words = part("find-words");
let showFound = true;
let typed = 0;

function find(type = "", back = false) {
  finder.stayOn = null;
  showFound = true;
  bus.dispatch("find", { source: frame, type, query: words.value.trim(), caseSensitive: false, entireWord: false, highlightAll: true, findPrevious: back, matchDiacritics: false });
}

function openFind() {
  bar.hidden = false;
  part("find").setAttribute("aria-pressed", "true");
  const marked = asked().words;
  if (!words.value && marked.length) {
    words.value = marked[0];
  }
  words.focus();
  words.select();
  if (words.value) {
    find();
  }
}

function closeFind() {
  bar.hidden = true;
  part("find").setAttribute("aria-pressed", "false");
  bus.dispatch("findbarclose", { source: frame });
  container.focus({ preventScroll: true });
}

function showCount(total, current) {
  if (!showFound) {
    return;
  }
  part("found").textContent = !words.value.trim() ? "" : current ? say("found_of", { current, total }) : total ? say("found_many", { total }) : say("found_none");
}

part("find").addEventListener("click", () => (bar.hidden ? openFind() : closeFind()));
part("find-close").addEventListener("click", closeFind);
part("find-next").addEventListener("click", () => find("again"));
part("find-previous").addEventListener("click", () => find("again", true));
bar.addEventListener("submit", (event) => event.preventDefault());
words.addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => find(), 150);
});
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    find("again", event.shiftKey);
  } else if (event.key === "Escape") {
    event.preventDefault();
    closeFind();
  }
});
bus.on("updatefindmatchescount", ({ matchesCount }) => showCount(matchesCount.total, matchesCount.current));
bus.on("updatefindcontrolstate", ({ state, matchesCount }) => {
  const pending = state === 3;
  if (pending && showFound && words.value.trim()) {
    part("found").textContent = say("found_searching");
  } else {
    showCount(matchesCount.total, matchesCount.current);
  }
});

// -- keys ----------------------------------------------------------------------------------------------------------

const zoomReset = () => {
  viewer.currentScaleValue = "page-width";
};
bind("r", () => rotate());
bind("R", () => rotate(-90));
bind("s", () => showThumbs(part("thumb-list").hidden));
bind("f", () => fullScreen());
bind("+", () => viewer.increaseScale());
bind("-", () => viewer.decreaseScale());
bind("0", zoomReset);
bind("/", openFind);
bind("n", () => find("again"));
bind("N", () => find("again", true));
bind("PageDown", () => goTo(viewer.currentPageNumber + 1));
bind("PageUp", () => goTo(viewer.currentPageNumber - 1));
bind("Home", () => goTo(1));
bind("End", () => goTo(viewer.pagesCount));
bind("ArrowRight", () => container.scrollWidth <= container.clientWidth + 1 && goTo(viewer.currentPageNumber + 1));
bind("ArrowLeft", () => container.scrollWidth <= container.clientWidth + 1 && goTo(viewer.currentPageNumber - 1));
bind("ArrowDown", () => scroll(60));
bind("ArrowUp", () => scroll(-60));
bind(" ", (event) => !event.target.closest("button, a, summary") && scroll(container.clientHeight * (event.shiftKey ? -0.9 : 0.9)));

function scroll(by) {
  if (document.activeElement?.closest(".document__side, .menu")) {
    return false;
  }
  container.scrollBy({ top: by });
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    openFind();
  } else if (event.key === "Escape" && !bar.hidden && !typing(event.target) && inUse()) {
    closeFind();
  }
});

load();
