/* The page of results. Sphinx's own script reads the query and the index; this one takes over from
   there: it ranks pages, names their part of the book and shows where in the page the words are. */
"use strict";

(() => {
  const TITLE = 12; // of a page
  const HEADING = 4;
  const TOPIC = 20; // the words are all of it
  const TERM = 8; // they are a term of the glossary
  const OBJECT = { function: 4, class: 4, exception: 3.5, data: 3, module: 3 }; // of its name
  const CODE = 18; // times as much for a name that is written as code
  const NAME = 7; // or that has a capital letter, as a class
  const title = document.title;
  let words, excerpts, index;

  const topic = (title) => title.split(/[:：]/)[0];
  const places = (files) => (files === undefined ? [] : [].concat(files));

  /* A title also has the words that its author left out: the first of "over- and underfitting". */
  const inTitle = (file, term) => {
    const has = (title) => words.places(title, new Set([term])).length > 0;
    return has(index.titles[file]) || !headings().get(file)?.some(has);
  };

  const headings = () => {
    if (!headings.known) {
      headings.known = new Map();
      for (const [title, found] of Object.entries(index.alltitles))
        for (const [file, anchor] of found)
          if (anchor) headings.known.set(file, [...(headings.known.get(file) || []), title]);
    }
    return headings.known;
  };

  /* How much of a word of the index is on which page. */
  const postings = new Map();
  const posting = (term) => {
    if (!postings.has(term)) {
      const own = (map) => (Object.hasOwn(map, term) ? places(map[term]) : []);
      const [texts, titles] = [own(index.terms), own(index.titleterms)];
      const counts = index.book.counts[term] || "";
      const found = new Map();
      [...texts, ...titles].forEach((file, n) => {
        const bonus = n < texts.length ? 0 : inTitle(file, term) ? TITLE : HEADING;
        // The count is that of binary digits: 4 for 8 to 15 times, which is what a page is about.
        found.set(file, (counts[n] || 1) ** 1.5 + bonus);
      });
      postings.set(term, found);
    }
    return postings.get(term);
  };

  const value = (ways, file) => {
    const each = ways.map(({ terms, weight }) => {
      const all = terms.map((term) => posting(term).get(file) || 0);
      return Math.min(...all) * weight;
    });
    return Math.max(0, ...each);
  };

  /* How often two words are next to each other. */
  const together = (one, two) => {
    const found = new Map();
    for (const { terms: before } of one.ways.slice(0, 1))
      for (const { terms: after } of two.ways.slice(0, 1)) {
        const pair = `${before.at(-1)} ${after[0]}`;
        if (Object.hasOwn(index.book.pairs, pair))
          for (const [file, count] of index.book.pairs[pair]) found.set(file, 2 * count ** 1.5);
      }
    return found;
  };

  const rankPages = (asked, key) => {
    const pages = [];
    index.docnames.forEach((name, file) => {
      const values = asked.map(({ ways }) => value(ways, file));
      const found = values.filter((v) => v > 0).length;
      if (!found) return;
      const page = { file, name, anchor: "", found, score: 0 };
      page.score = values.reduce((sum, v) => sum + v, 0) / asked.length;
      for (let n = 0; n + 1 < asked.length; n += 1)
        page.score += together(asked[n], asked[n + 1]).get(file) || 0;
      // The name of the file is the topic in English, in all languages.
      const inEnglish = name.split("/").at(-1).replaceAll("-", " ");
      const alike = [topic(index.titles[file]), inEnglish].map((text) => words.key(text) === key);
      page.whole = alike.includes(true);
      page.score += alike[0] ? TOPIC : alike[1] ? TOPIC / 2 : 0;
      pages.push(page);
    });
    const most = Math.max(0, ...pages.map((page) => page.found));
    return pages.filter((page) => page.found === most);
  };

  /* Headings and terms of the glossary that are what is asked for lead to their place. */
  const addPlaces = (pages, key) => {
    const page = new Map(pages.map((one) => [one.file, one]));
    for (const [title, found] of Object.entries(index.alltitles))
      if (title && words.key(topic(title)) === key)
        for (const [file, anchor] of found)
          if (anchor && page.has(file) && !page.get(file).anchor) {
            page.get(file).score += TERM / 2;
            if (!page.get(file).whole) page.get(file).anchor = anchor;
          }
    for (const [term, found] of Object.entries(index.indexentries))
      if (words.key(term) === key)
        for (const [file, anchor] of found)
          if (page.has(file) && !page.get(file).term) {
            Object.assign(page.get(file), { term, anchor });
            page.get(file).score += TERM;
          }
  };

  const squash = (name) => name.replaceAll("_", "").toLowerCase();

  const rankObjects = (query) => {
    const asked = query.trim().replace(/\(.*$/, "");
    if (!/^[\w.]+$/.test(asked)) return [];
    const last = asked.split(".").at(-1);
    const code = /[_(.]|[a-z][A-Z]/.test(query.trim());
    const objects = [];
    for (const [prefix, found] of Object.entries(index.objects))
      for (const [file, type, , short, name] of found) {
        const kind = index.objnames[type][1];
        const full = prefix ? `${prefix}.${name}` : name;
        if (squash(name) !== squash(last) || !full.endsWith(asked.replace(last, name))) continue;
        const near = name.toLowerCase() === last.toLowerCase() ? 0.9 : 0.7;
        let score = (OBJECT[kind] || 1.5) * (name === last ? 1 : near);
        if (code) score *= CODE;
        else if (name === last && /^[A-Z]/.test(name)) score *= NAME;
        const anchor = short === "" ? full : short === "-" ? `${kind}-${full}` : short;
        objects.push({ file, name: index.docnames[file], anchor, score, object: full });
      }
    return objects;
  };

  const rank = (query, asked) => {
    const key = words.key(query);
    const pages = rankPages(asked, key);
    addPlaces(pages, key);
    const objects = rankObjects(query);
    const shown = new Set(objects.map((object) => object.file));
    // A page of the API says less than its entry.
    const others = pages.filter((page) => page.whole || !shown.has(page.file));
    for (const page of others) page.score *= index.book.weights[page.file];
    const results = [...others, ...objects];
    const order = (result) => index.book.order[result.file];
    results.sort((a, b) => b.score - a.score || order(a) - order(b));
    return { results, some: pages.length > 0 && pages[0].found < asked.length };
  };

  /* Words of titles, terms and names that a word may have been meant to be. */
  const suggest = (query) => {
    const known = new Map();
    const names = Object.values(index.objects).flatMap((found) => found.map((one) => one[4]));
    for (const text of [...Object.keys(index.alltitles), ...Object.keys(index.indexentries), ...names])
      for (const word of BookWords.split(text))
        for (const form of BookWords.isHangul(word) ? [words.key(word)] : [word])
          if (form.length > 1) known.set(form.toLowerCase(), form);
    return BookWords.split(query)
      .map((word) => {
        if (words.ways(word).length) return word;
        const asked = word.toLowerCase().normalize("NFD");
        let [best, least] = [word, Math.min(3, Math.floor(asked.length / 3) + 1)];
        for (const [lower, form] of known) {
          const away = distance(asked, lower.normalize("NFD"));
          if (away < least) [best, least] = [form, away];
        }
        return best;
      })
      .join(" ");
  };

  const distance = (a, b) => {
    let row = Array.from({ length: b.length + 1 }, (_, n) => n);
    for (let i = 1; i <= a.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= b.length; j += 1)
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      row = next;
    }
    return row[b.length];
  };

  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  };

  const link = (result) => result.name + DOCUMENTATION_OPTIONS.LINK_SUFFIX;
  const hash = (anchor) => (anchor ? `#${anchor}` : "");

  const show = (result, terms, code) => {
    const part = index.book.parts[result.file];
    const name = element("a", "", result.object || index.titles[result.file]);
    name.href = link(result) + hash(result.anchor);
    const where = result.object ? [part, index.titles[result.file]] : [part, result.term];
    const line = element("p", "search-part", where.filter(Boolean).join(" › "));
    const item = element("li", result.object ? "kind-object" : "kind-text", name, line);
    item.fill = async () => {
      const found = await excerpts.find(link(result), result.anchor, terms, code);
      if (!found) return;
      item.append(found.lines);
      if (result.term) line.textContent = [part, found.term].join(" › ");
      else if (!result.object && !result.whole && found.section) {
        line.textContent = [part, found.section].filter(Boolean).join(" › ");
        name.href = link(result) + hash(found.anchor);
      }
    };
    return item;
  };

  /* Excerpts are looked for when the results come into view: each takes a page. */
  let seen;
  const fillWhenSeen = (items) => {
    seen?.disconnect();
    seen = new IntersectionObserver(
      (entries) => {
        for (const entry of entries)
          if (entry.isIntersecting) {
            seen.unobserve(entry.target);
            entry.target.fill();
          }
      },
      { rootMargin: "300px" },
    );
    items.forEach((item) => seen.observe(item));
  };

  const say = (text, query, n) => text.replace("{n}", n).replace("{query}", () => query);

  const showNone = (query, out, says) => {
    const better = suggest(query);
    if (better !== query && words.parse(better).some(({ ways }) => ways.length)) {
      const other = element("a", "", better);
      other.href = `?q=${encodeURIComponent(better)}`;
      out.append(element("p", "search-tip", `${says.near} `, other));
    }
    out.append(element("p", "search-tip", says.tip));
    const glossary = Object.values(index.indexentries)[0];
    const list = element("ul", "search-tip");
    const pages = [[0, says.reading, "index"]];
    if (glossary) pages.push([0, says.terms, index.docnames[glossary[0][0]]]);
    for (const [, text, name] of pages) {
      const way = element("a", "", text);
      way.href = link({ name });
      list.append(element("li", "", way));
    }
    out.append(list);
  };

  const field = document.querySelector("#main-content input[name=q], main input[name=q]");
  if (field && !new URLSearchParams(window.location.search).get("q")) field.focus();

  Search.performSearch = (query) => {
    if (Search.hasIndex()) Search.query(query);
    else Search.deferQuery(query);
  };

  Search.query = (query) => {
    index = Search._index;
    words ??= new BookWords(index);
    excerpts ??= new BookExcerpt(words);
    const out = document.getElementById("search-results");
    let status = document.getElementById("search-status");
    if (!status) {
      status = element("p");
      status.id = "search-status";
      status.setAttribute("role", "status");
      out.before(status);
    }
    out.replaceChildren();
    const says = index.book.words;
    const asked = words.parse(query);
    const { results, some } = rank(query, asked);
    const terms = new Set(asked.flatMap(({ ways }) => ways.flatMap((way) => way.terms)));
    const code = /[_(.=]/.test(query);
    const text = !results.length ? says.none : some ? says.some : results.length === 1 ? says.one : says.many;
    status.textContent = say(text, query, results.length);
    document.title = `${query} - ${title}`;
    if (!results.length) return showNone(query, out, says);
    const items = results.map((result) => show(result, terms, code));
    const list = element("ol", "search", ...items);
    list.setAttribute("role", "list");
    out.append(list);
    fillWhenSeen(items);
  };
})();
