// Leads from the entrance of the site to the first of the reader's languages that the book has.
(() => {
  const books = document.currentScript.dataset.books.split(" ");
  const wanted = (navigator.languages ?? [navigator.language]).map((code) => code.split("-")[0]);
  const book = wanted.find((code) => books.includes(code)) ?? books[0];
  location.replace(`${book}/index.html${location.hash}`);
})();
