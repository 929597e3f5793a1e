// Shows the claims that match the form above them, and keeps the choice in the address.
"use strict";

(() => {
  const form = document.querySelector("form.claims-filter");
  if (!form) return;
  const plain = (words) => words.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");
  const sections = [...document.querySelectorAll("section.claims-part")].map((element) => ({
    element,
    pages: [...element.querySelectorAll("ul.claims-list")].map((list) => ({
      list,
      title: list.previousElementSibling,
      claims: [...list.children].map((item) => ({
        item,
        verdict: item.querySelector(".claim").className,
        words: plain(
          [list.previousElementSibling, ...item.querySelectorAll(".claim > :not(details)")]
            .map((part) => part.textContent)
            .join(" "),
        ),
      })),
    })),
  }));
  const all = document.querySelectorAll("ul.claims-list > li").length;
  const fields = [...form.elements].filter((field) => field.name);

  const apply = () => {
    const { part, verdict, words } = Object.fromEntries(new FormData(form));
    const wanted = plain(words).split(" ").filter(Boolean);
    let shown = 0;
    for (const { element, pages } of sections) {
      let inPart = 0;
      for (const { list, title, claims } of pages) {
        let onPage = 0;
        for (const claim of claims) {
          const matches =
            (!part || element.id === part) &&
            (!verdict || claim.verdict.split(" ").includes(`claim-${verdict}`)) &&
            wanted.every((word) => claim.words.includes(word));
          claim.item.hidden = !matches;
          onPage += matches;
        }
        list.hidden = title.hidden = !onPage;
        inPart += onPage;
      }
      element.hidden = !inPart;
      shown += inPart;
    }
    const count = form.dataset.count.replace("{shown}", shown).replace("{all}", all);
    form.querySelector("output").textContent = shown ? count : form.dataset.none;
  };

  const remember = () => {
    const query = new URLSearchParams(location.search);
    for (const { name } of fields) query.delete(name);
    for (const { name, value } of fields) if (value.trim()) query.set(name, value.trim());
    const address = `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`;
    try {
      history.replaceState(history.state, "", address);
    } catch {
      // Not every browser lets a file change its address.
    }
  };

  const recall = () => {
    const query = new URLSearchParams(location.search);
    for (const field of fields) {
      field.value = query.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    apply();
    remember();
  });
  form.addEventListener("reset", () => {
    setTimeout(() => {
      apply();
      remember();
    });
  });
  window.addEventListener("pageshow", () => {
    recall();
    apply();
  });
})();
