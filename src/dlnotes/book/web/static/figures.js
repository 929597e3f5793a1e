// A figure opens large, in a dialog: on a click, or by the link in its corner.
{
  let dialog;
  const show = (figure, link) => {
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "figure-dialog";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "figure-close";
      button.setAttribute("aria-label", link.dataset.close);
      button.title = link.dataset.close;
      button.append("×");
      dialog.append(button, document.createElement("div"));
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog || event.target === button) dialog.close();
      });
      document.body.append(dialog);
    }
    // A copy with the same ids: what they refer to is the same.
    const drawing = figure.querySelector("svg, img").cloneNode(true);
    const caption = figure.closest("figure")?.querySelector("figcaption")?.cloneNode(true);
    caption?.querySelector(".headerlink")?.remove();
    dialog.setAttribute("aria-label", drawing.getAttribute("aria-label") || drawing.alt);
    dialog.lastChild.replaceChildren(drawing, ...(caption ? caption.childNodes : []));
    dialog.showModal();
  };
  for (const figure of document.querySelectorAll(".figure-drawing")) {
    const link = figure.querySelector("a.figure-large");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(figure, link);
    });
    figure.addEventListener("click", (event) => {
      const selecting = String(getSelection());
      if (!selecting && !link.contains(event.target)) show(figure, link);
    });
  }
}
