/* What a query looks for: words of the index. There is no analyser here, the index is the
   dictionary: an ending is an ending if the index has the word without it. */
"use strict";

window.BookWords = class {
  static WORD = /[가-힣]+|[Α-ω]|(?:(?![가-힣Α-ω])[\p{L}\p{N}_])+/gu; // as in search.py
  static GREEK =
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho " +
    "sigma sigma tau upsilon phi chi psi omega";
  // ㄴ ㄹ ㅁ ㅂ ㅆ at the beginning are the last consonant of the syllable before.
  static ENDINGS =
    "은 는 이 가 을 를 의 에 께 에서 에게 한테 으로 로 과 와 랑 이랑 하고 도 만 나 이나 까지 부터 보다 마다 처럼 " +
    "조차 밖에 대로 만큼 라고 이라고 라는 이라는 라면 이라면 란 이란 로서 으로서 로써 으로써 들 적 적인 적으로 " +
    "이다 다 이고 고 이며 며 입니다 이므로 므로 인 일 인가 인가요 일까 일까요 이에요 예요 요 야 " +
    "하다 한다 합니다 하는 하면 하여 하기 하지 하게 하던 한 할 함 해 해서 해요 했다 했습니다 했던 " +
    "되다 된다 됩니다 되는 되면 되어 되지 된 될 됨 돼 됐다 되었다 시키다 시킨다 시키는 시킵니다 시킨 시켜 " +
    "ㄴ다 는다 ㅂ니다 습니다 ㄴ ㄹ ㅁ 음 기 면 으면 어 아 어서 아서 어요 아요 었다 았다 ㅆ다 ㅆ습니다 지 지만 " +
    "ㄹ까 ㄹ까요 을까 을까요 ㄹ수록 을수록 던 도록 게 려고 으려고 려면 으려면 야";

  constructor(index) {
    this.index = index;
    this.stemmer = new Stemmer();
    const last = { ㄴ: "\u11ab", ㄹ: "\u11af", ㅁ: "\u11b7", ㅂ: "\u11b8", ㅆ: "\u11bb" };
    this.endings = BookWords.ENDINGS.split(" ").map((ending) =>
      (last[ending[0]] ? last[ending[0]] + ending.slice(1) : ending).normalize("NFD"),
    );
    this.known = new Map();
    this.all = Object.keys({ ...index.terms, ...index.titleterms });
  }

  has(term) {
    return Object.hasOwn(this.index.terms, term) || Object.hasOwn(this.index.titleterms, term);
  }

  static split(text) {
    return text.normalize("NFC").match(BookWords.WORD) || [];
  }

  static isHangul(word) {
    return /^[가-힣]/.test(word);
  }

  latin(word) {
    if (!this.known.has(word)) this.known.set(word, this.latinTerms(word));
    return this.known.get(word);
  }

  /* As latin_terms in search.py. */
  latinTerms(word) {
    if (/^[Α-ω]$/.test(word)) {
      const lower = word.toLowerCase().charCodeAt(0);
      word = BookWords.GREEK.split(" ")[lower - 0x3b1] || word;
    }
    word = word.toLowerCase().replace(/^_+|_+$/g, "");
    word = word.replace(/^var(?=epsilon|theta|phi|rho|sigma|pi|kappa)/, "");
    if (stopwords.has(word) || !/(?![\d_])[\p{L}]/u.test(word)) return [];
    if (!/[\p{N}_]/u.test(word)) return [this.stemmer.stemWord(word)];
    const parts = word.split("_").filter((p) => p.length > 1 && !/\p{N}/u.test(p));
    const stems = parts.filter((p) => !stopwords.has(p)).map((p) => this.stemmer.stemWord(p));
    return [...new Set([word, ...stems])];
  }

  /* The word without endings, the longest first. */
  bare(word) {
    const found = new Set([word]);
    let left = [word.normalize("NFD")];
    for (let round = 0; round < 3; round += 1) {
      const next = [];
      for (const form of left)
        for (const ending of this.endings)
          if (form.endsWith(ending) && form.length > ending.length + 1) {
            const rest = form.slice(0, -ending.length);
            const whole = rest.normalize("NFC");
            if (/^[가-힣]+$/.test(whole) && !found.has(whole)) {
              found.add(whole);
              next.push(rest);
            }
          }
      left = next;
    }
    return [...found].sort((a, b) => b.length - a.length);
  }

  /* The fewest words of the index that make up a word; null if there are none. */
  divide(word, shortest, term = (part) => part) {
    const best = [[]];
    for (let end = shortest; end <= word.length; end += 1)
      for (let start = 0; start <= end - shortest; start += 1) {
        if (!best[start]) continue;
        const part = term(word.slice(start, end));
        if (this.has(part) && (!best[end] || best[start].length + 1 < best[end].length))
          best[end] = [...best[start], part];
      }
    const parts = best[word.length];
    return parts && parts.length > 1 ? parts : null;
  }

  beginning(start, weight) {
    const terms = this.all.filter((term) => term.startsWith(start)).slice(0, 20);
    return terms.map((term) => ({ terms: [term], weight }));
  }

  /* The ways in which a page may have a word: each lists words that must all be there. */
  ways(word) {
    return BookWords.isHangul(word) ? this.hangulWays(word) : this.latinWays(word);
  }

  latinWays(word) {
    const [whole, ...parts] = this.latin(word);
    if (!whole) return [];
    const ways = this.has(whole) ? [{ terms: [whole], weight: 1 }] : [];
    if (parts.length > 1 && parts.every((part) => this.has(part)))
      ways.push({ terms: parts, weight: 0.6 });
    const squashed = whole.replaceAll("_", "");
    if (parts.length && this.has(squashed)) ways.push({ terms: [squashed], weight: 0.8 });
    if (!parts.length && !Object.hasOwn(this.index.titleterms, whole)) {
      const stem = (part) => (stopwords.has(part) ? "" : this.stemmer.stemWord(part));
      const divided = this.divide(word.toLowerCase(), 4, stem);
      if (divided) ways.push({ terms: divided, weight: 0.8 });
    }
    if (!ways.length && whole.length > 2) ways.push(...this.beginning(whole, 0.5));
    if (!ways.length && whole.length > 3) {
      const terms = this.all.filter((term) => term.includes(whole)).slice(0, 20);
      ways.push(...terms.map((term) => ({ terms: [term], weight: 0.3 })));
    }
    return ways;
  }

  hangulWays(word) {
    const forms = this.bare(word);
    const whole = forms.find((form) => this.has(form));
    const ways = whole ? [{ terms: [whole], weight: 1 }] : [];
    for (const form of whole ? [whole] : forms) {
      const divided = this.divide(form, 2);
      if (divided) {
        ways.push({ terms: divided, weight: 0.8 });
        break;
      }
    }
    if (!ways.length && word.length > 1) ways.push(...this.beginning(word, 0.6));
    for (let end = word.length - 1; !ways.length && end > 1; end -= 1)
      if (this.has(word.slice(0, end))) ways.push({ terms: [word.slice(0, end)], weight: 0.5 });
    return ways;
  }

  /* What a query asks for: the ways of each of its words, without those that say nothing. */
  parse(query) {
    const tells = (word) =>
      BookWords.isHangul(word) ? !stopwords.has(word) : this.latin(word).length > 0;
    const words = BookWords.split(query);
    const asked = words.map((word) => ({ word, ways: tells(word) ? this.ways(word) : [] }));
    // Two words of the query may be one in the book, such as "over" and "fitting".
    for (let n = 0; n + 1 < asked.length; n += 1) {
      const [one, two] = [words[n], words[n + 1]];
      if (BookWords.isHangul(one) !== BookWords.isHangul(two)) continue;
      const forms = BookWords.isHangul(one) ? this.bare(one + two) : this.latin(one + two);
      const joined = forms.find((form) => form.length > one.length && this.has(form));
      if (joined)
        for (const item of [asked[n], asked[n + 1]])
          item.ways.push({ terms: [joined], weight: 0.9 });
    }
    return asked.filter(({ word, ways }) => tells(word) || ways.length > 0);
  }

  /* A title or query as one string that is equal for equal words. */
  key(text) {
    const stem = (word) =>
      BookWords.isHangul(word)
        ? this.bare(word).find((form) => this.has(form)) || word
        : this.latin(word)[0] || "";
    return BookWords.split(text).map(stem).join("");
  }

  /* Where in a text words of the index are: [start, end] of each. */
  places(text, terms) {
    const found = [];
    const hangul = [...terms].filter(BookWords.isHangul);
    for (const match of text.matchAll(BookWords.WORD)) {
      const [word, start] = [match[0], match.index];
      if (BookWords.isHangul(word)) {
        for (const term of hangul) {
          let at = word.indexOf(term);
          if (at < 0 && word.normalize("NFD").startsWith(term.normalize("NFD"))) at = 0;
          if (at >= 0) {
            found.push({ start: start + at, end: start + at + term.length, term });
            break;
          }
        }
      } else {
        const term = this.latin(word).find((one) => terms.has(one));
        if (term) found.push({ start, end: start + word.length, term });
      }
    }
    return found;
  }
};
