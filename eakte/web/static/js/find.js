/* Finds words in a PDF the German way: case does not matter, Müller = Mueller = Muller, ß = ss, and a word hyphenated at the end
   of a line is one word. */

import { PDFFindController } from "../vendor/pdfjs/pdf_viewer.mjs";

const PLAIN = { ä: "a", ö: "o", ü: "u" };
const SPELT = { ä: "ae", ö: "oe", ü: "ue" };
const SIMPLE = { "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', ß: "ss" };

/** Fold a text; `origin` says for each folded character from which character of the text it came. */
export function fold(text, umlauts) {
  let folded = "";
  const origin = [];
  for (let index = 0; index < text.length; index += 1) {
    let letter = text[index];
    const mark = text[index + 1];
    if (mark === "\u0308" && "aouAOU".includes(letter)) {
      letter = (letter + mark).normalize("NFC");
    }
    letter = letter.toLowerCase();
    let replaced = umlauts[letter] ?? SIMPLE[letter];
    if (replaced === undefined) {
      replaced = /\s/.test(letter) ? " " : letter.normalize("NFKD").replace(/\p{M}/gu, "");
    }
    for (const piece of replaced) {
      if (piece === " " && folded.endsWith(" ")) {
        continue;
      }
      folded += piece;
      origin.push(index);
    }
  }
  return { folded, origin };
}

/** Put the items of a page together; a hyphen at a line's end before a small letter is left out. */
export function join(items) {
  let raw = "";
  let text = "";
  const place = [];
  const add = (piece, from) => {
    for (let index = 0; index < piece.length; index += 1) {
      text += piece[index];
      place.push(from + index);
    }
  };
  items.forEach((item, number) => {
    const start = raw.length;
    raw += item.str;
    let kept = item.str;
    let rest = "";
    if (item.hasEOL || kept.endsWith("-")) {
      rest = items.slice(number + 1, number + 4).map((later) => later.str).join("").trimStart();
    }
    const broken = kept.endsWith("-") && /^\p{Ll}/u.test(rest) && /\p{L}-$/u.test(kept);
    if (broken) {
      kept = kept.slice(0, -1);
    }
    add(kept, start);
    if (item.hasEOL && !broken && !(text.endsWith("-") || text.endsWith(" "))) {
      text += " ";
      place.push(Math.max(raw.length - 1, 0));
    }
  });
  return { text, place };
}

function isLetter(character) {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

/** All places of the words in a page, as positions in the text of pdf.js. */
export function places(page, words, { whole = false } = {}) {
  const found = new Map();
  for (const umlauts of [SPELT, PLAIN]) {
    const { folded, origin } = page.folded.get(umlauts);
    for (const word of words) {
      const wanted = fold(word.trim(), umlauts).folded;
      if (!wanted) {
        continue;
      }
      for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
        const end = at + wanted.length;
        if (whole && ((isLetter(wanted[0]) && isLetter(folded[at - 1])) || (isLetter(wanted.at(-1)) && isLetter(folded[end])))) {
          continue;
        }
        const first = page.place[origin[at]];
        const last = page.place[origin[end - 1]];
        if (last + 1 - first > (found.get(first) ?? 0)) {
          found.set(first, last + 1 - first);
        }
      }
    }
  }
  const sorted = [...found].sort((one, other) => one[0] - other[0]);
  const kept = [];
  let covered = -1;
  for (const [index, length] of sorted) {
    if (index > covered) {
      kept.push({ index, length });
      covered = index + length - 1;
    }
  }
  return kept;
}

/** Prepare a page's items for `places`. */
export function prepare(items) {
  const { text, place } = join(items);
  return { place, folded: new Map([SPELT, PLAIN].map((umlauts) => [umlauts, fold(text, umlauts)])) };
}

/** pdf.js's find controller with German folding. It reads the pages' text itself: all of it once a person searches, and only that
    of the pages in view while words are merely marked, so that opening a hit does not fetch the whole of a long scan. */
export class GermanFindController extends PDFFindController {
  /** Page (0-based) the marks must not lead away from; null once a person searches. */
  stayOn = null;
  #open = [];
  #read = new Set();

  constructor(options) {
    super(options);
    options.eventBus.on("find", () => (this.stayOn === null ? this.#readAll() : this.read(this.stayOn)));
    options.eventBus.on("textlayerrendered", ({ pageNumber }) => this.read(pageNumber - 1));
  }

  // The constructor of pdf.js sets this one before any field of ours exists, hence no private name.
  get _scrollMatches() {
    return Boolean(this.scrollWanted) && (this.stayOn === null || this._selected.pageIdx === this.stayOn);
  }

  set _scrollMatches(wanted) {
    this.scrollWanted = wanted;
  }

  setDocument(pdf) {
    super.setDocument(pdf);
    this.#read = new Set();
    this.#open = [];
    // pdf.js leaves the reading alone when these promises are there already.
    this._extractTextPromises = Array.from({ length: pdf?.numPages ?? 0 }, (_, index) => {
      const { promise, resolve } = Promise.withResolvers();
      this.#open[index] = resolve;
      return promise;
    });
  }

  /** Read one page's text, if nobody has yet. */
  async read(index) {
    const pdf = this._pdfDocument;
    if (!pdf || this.#read.has(index) || !(index in this.#open)) {
      return;
    }
    this.#read.add(index);
    let items = [];
    try {
      const page = await pdf.getPage(index + 1);
      ({ items } = await page.getTextContent({ disableNormalization: true }));
    } catch {
      items = []; // a page whose text cannot be read has no hits; the others still do
    }
    if (pdf === this._pdfDocument) {
      this._pageContents[index] = prepare(items);
      this._pageDiffs[index] = null;
      this._hasDiacritics[index] = false;
      this.#open[index]();
    }
  }

  async #readAll() {
    const first = this._linkService.page - 1;
    const order = this.#open.map((_, index) => index).sort((one, other) => Math.abs(one - first) - Math.abs(other - first));
    for (const index of order) {
      await this.read(index);
    }
  }

  match(_query, page) {
    const { query, entireWord } = this.state;
    return page ? places(page, typeof query === "string" ? [query] : query, { whole: entireWord }) : [];
  }
}
