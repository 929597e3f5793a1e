// Shows the definition of a term while the pointer or the focus is on a link to it.
"use strict";

(() => {
  if (!HTMLElement.prototype.showPopover) return;
  const tips = new Map();
  for (const tip of document.querySelectorAll(".term-tip")) {
    for (const term of tip.dataset.terms.split(" ")) tips.set(term, tip);
  }
  let open = null; // the tip that is shown
  let timer = 0;

  const hide = () => {
    clearTimeout(timer);
    if (open) open.hidePopover();
    open = null;
  };

  const show = (link, tip, y = 0) => {
    clearTimeout(timer);
    if (open === tip) return;
    hide();
    tip.hidden = false;
    tip.showPopover();
    open = tip;
    // Below the line of the link that is pointed at, or above it where there is more room.
    const lines = [...link.getClientRects()];
    const line = lines.find((one) => y <= one.bottom) ?? lines[0];
    const { width, height } = tip.getBoundingClientRect();
    const root = document.documentElement;
    const left = Math.max(8, Math.min(line.left, root.clientWidth - width - 8));
    const below = line.bottom + 4 + height <= root.clientHeight || line.top < height + 4;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(below ? line.bottom + 4 : line.top - 4 - height) + scrollY}px`;
  };

  const later = (action, delay) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  };

  for (const inner of document.querySelectorAll("a > .std-term")) {
    const link = inner.parentElement;
    const tip = tips.get(decodeURIComponent(link.hash.slice(1)));
    if (!tip) continue;
    link.setAttribute("aria-describedby", tip.id);
    // A finger follows the link.
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") later(() => show(link, tip, event.clientY), 150);
    });
    link.addEventListener("pointerleave", () => {
      if (document.activeElement !== link) later(hide, 250);
    });
    link.addEventListener("focus", () => {
      if (link.matches(":focus-visible")) show(link, tip);
    });
    link.addEventListener("blur", hide);
  }
  for (const tip of new Set(tips.values())) {
    tip.addEventListener("pointerenter", () => clearTimeout(timer));
    tip.addEventListener("pointerleave", () => later(hide, 250));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
})();
