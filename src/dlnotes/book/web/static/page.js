// A menu that is open closes on Escape, on a click elsewhere, and when the focus leaves it.
{
  const close = (menu) => {
    menu.open = false;
  };
  const menus = document.querySelectorAll("details.book-menu");
  for (const menu of menus) {
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        close(menu);
        menu.querySelector("summary").focus();
      }
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
    });
    menu.addEventListener("click", (event) => {
      if (event.target.closest("button, a")) close(menu);
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) close(menu);
  });
}

// What scrolls sideways can be reached by keyboard. An observer looks after each layout and forces none.
{
  const scrollers = "pre, div.math, .claim-table, .pst-scrollable-table-container, div.output";
  const observer = new ResizeObserver((entries) => {
    const looked = entries.map(({ target }) => [target, target.scrollWidth > target.clientWidth]);
    for (const [each, scrolls] of looked) {
      if (scrolls) each.tabIndex = 0;
      else if (each.tabIndex === 0) each.removeAttribute("tabindex");
    }
  });
  const look = () => {
    observer.disconnect();
    for (const each of document.querySelectorAll(scrollers)) observer.observe(each);
  };
  look();
  document.fonts.addEventListener("loadingdone", look); // formulas are as wide as their fonts make them
}

// The search is a key away; a dialog gives the focus back to the button that opened it.
{
  const field = document.querySelector(".book-search input");
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (field?.checkVisibility()) field.focus();
    else document.querySelector(".search-link")?.click();
  });
  for (const side of ["primary", "secondary"]) {
    const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
    const button = document.querySelector(`.${side}-toggle`);
    dialog?.addEventListener("close", () => setTimeout(() => button?.focus()));
  }
}
