/* The place in a page where words are, as a few lines with the words marked. */
"use strict";

window.BookExcerpt = class {
  static BLOCKS = "p, li, dd, dt, pre, figcaption, caption, td, th, h2, h3, h4, div.math";
  static AROUND = "nav, footer, .toctree-wrapper, .prev-next-area";
  static BEFORE = 90;
  static LENGTH = 240;

  constructor(words) {
    this.words = words;
    this.pages = new Map();
  }

  /* The text of a page; null where a browser may not read it. */
  page(url) {
    if (!this.pages.has(url)) {
      const parsed = fetch(url)
        .then((answer) => (answer.ok ? answer.text() : ""))
        .then((html) => new DOMParser().parseFromString(html, "text/html"))
        .catch(() => null);
      this.pages.set(url, parsed);
    }
    return this.pages.get(url);
  }

  async find(url, anchor, terms, code) {
    if (window.location.protocol === "file:") return null; // browsers forbid it, and complain
    const page = await this.page(url);
    const article = page && page.querySelector("article, [role=main], main");
    if (!article) return null;
    let within = anchor && page.getElementById(anchor);
    const term = within && within.tagName === "DT" ? this.text(within) : "";
    if (term) within = this.definition(within);
    const best =
      (within && this.best(within, terms, code)) || (!within && this.best(article, terms, code));
    const block = best || (within || article).querySelector("p, dd") || within;
    return block ? { term, lines: this.lines(block, terms), ...this.section(block) } : null;
  }

  definition(term) {
    let next = term;
    while (next && next.tagName !== "DD") next = next.nextElementSibling;
    return next || term;
  }

  best(within, terms, code) {
    let [best, most] = [null, 0];
    const blocks = within.matches(BookExcerpt.BLOCKS) ? [within] : [];
    for (const block of [...blocks, ...within.querySelectorAll(BookExcerpt.BLOCKS)]) {
      if (block.querySelector(BookExcerpt.BLOCKS) || block.closest(BookExcerpt.AROUND))
        continue;
      const { different, times, together } = this.found(block, terms);
      if (!different) continue;
      let score = 10 * different + Math.min(times, 2) + 8 * Math.min(together, different - 1);
      if (block.matches("p, dd") || (code && block.matches("pre"))) score += 6;
      if (block.matches("h2, h3, h4, dt")) score -= 4;
      if (block.closest("figure, .cell_output, .footnote")) score -= 8;
      if (score > most) [best, most] = [block, score];
    }
    return best;
  }

  /* How many of the words are in a block, how often, and how often next to each other. */
  found(block, terms) {
    const different = new Set();
    let [times, together] = [0, 0];
    for (const piece of this.pieces(block).filter((one) => !one.elsewhere)) {
      const places = this.words.places(piece.text, terms);
      places.forEach(({ start, term }, n) => {
        different.add(term);
        const last = places[n - 1];
        if (last && last.term !== term && start - last.end < 2) together += 1;
      });
      times += places.length;
    }
    return { different: different.size, times, together };
  }

  text(block) {
    return this.pieces(block).map((piece) => piece.text).join("").trim();
  }

  /* Texts and formulas. A formula is in the page three times: what is seen, MathML, TeX. */
  pieces(block) {
    const pieces = [];
    const visit = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        const [text, last] = [node.data.replace(/\s+/g, " "), pieces.at(-1)];
        // The title of another page says where to read about it: not here.
        const elsewhere = node.parentElement.matches("span.doc");
        if (last && !last.math && last.elsewhere === elsewhere) last.text += text;
        else pieces.push({ text, elsewhere });
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.matches(".headerlink, script, style, button, svg")) return;
        const math = node.matches(".katex") && node.querySelector("math");
        if (math) {
          const tex = math.querySelector("annotation");
          pieces.push({ math, text: tex ? tex.textContent : "" });
        } else node.childNodes.forEach(visit);
      }
    };
    visit(block);
    return pieces;
  }

  lines(block, terms) {
    const units = this.units(block, terms);
    let first = units.findIndex((unit) => unit.mark);
    let start = Math.max(first, 0);
    for (let room = BookExcerpt.BEFORE; start > 0 && room > 0; )
      room -= units[(start -= 1)].size;
    const lines = document.createElement("p");
    lines.className = "context";
    if (start > 0) lines.append("… ");
    let room = BookExcerpt.LENGTH;
    let end = start;
    for (; end < units.length && room > 0; end += 1) {
      room -= units[end].size;
      lines.append(units[end].node());
    }
    if (end < units.length) lines.append(" …");
    return lines;
  }

  /* What is shown or left out as a whole. */
  units(block, terms) {
    const units = [];
    const add = (size, mark, make) =>
      units.push({
        size,
        mark,
        node: () => {
          if (!mark) return make();
          const marked = document.createElement("mark");
          marked.append(make());
          return marked;
        },
      });
    for (const piece of this.pieces(block)) {
      const places = this.words.places(piece.text, terms);
      if (piece.math) {
        add(10, places.length > 0, () => {
          const copy = document.importNode(piece.math, true);
          copy.querySelectorAll("annotation").forEach((tex) => tex.remove());
          return copy;
        });
        continue;
      }
      let at = 0;
      const plain = (until) => {
        for (const word of piece.text.slice(at, until).split(/(?<= )/))
          if (word) add(word.length, false, () => document.createTextNode(word));
      };
      for (const { start, end } of places) {
        plain(start);
        const word = piece.text.slice(start, end);
        add(word.length, true, () => document.createTextNode(word));
        at = end;
      }
      plain(piece.text.length);
    }
    return units;
  }

  /* What a block is in, unless that is the page: a section, or what is defined or documented. */
  section(block) {
    const definition = block.closest("dd");
    if (definition) {
      let term = definition.previousElementSibling;
      while (term && term.previousElementSibling?.matches("dt")) term = term.previousElementSibling;
      if (term?.id) {
        const name = term.matches(".sig") ? term.id : this.text(term);
        return { section: name, anchor: term.id };
      }
    }
    const section = block.closest("section[id]");
    const title = section && section.querySelector(":scope > :is(h2, h3, h4)");
    if (!title) return { section: "", anchor: "" };
    return { section: this.text(title), anchor: section.id };
  }
};
