"use strict";
// How formulas are set, on the page or when it is written.
// The symbols of a unit or a weight are marked, so that pointing at one lights all of them.
let marks = new Map();
function useMarks(text) {
  marks = new Map(Object.entries(JSON.parse(text || "{}")));
}
const symbol = /(\\varphi|\\delta|\\Delta w|(?<![\\A-Za-z])[A-Za-z])_(\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z0-9])('*)(\^(?:\{[^{}]*\}|[0-9]))?/g;
function marked(tex) {
  return tex.replace(symbol, (whole, head, sub, primes) => {
    const mark = marks.get(`${head}_${sub}${primes}`);
    return mark ? `\\htmlClass{${mark}}{${whole}}` : whole;
  });
}
// Only our own marks are trusted.
const trusted = (asked) => asked.command === "\\htmlClass" && /^[nw]-[\w-]+$/.test(asked.class);
const settings = {
  throwOnError: true, strict: "ignore", trust: trusted, maxExpand: 200, output: "htmlAndMathml",
};
// Where a line may end between two factors (two \allowbreak in a row) stands a soft hyphen, which
// the style shows as a dot; it stays with the factor before it.
const base = '<span class="katex-base">';
const ends = /(?:<span class="mspace allowbreak"><\/span>){2}(?:<span class="mspace"[^>]*><\/span>)*<\/span>$/;
function held(part) {
  return ends.test(part) ? `<span class="held">${base}${part}\u2060</span>\u00ad` : base + part;
}
function setFormula(tex) {
  const [first, ...parts] = katex.renderToString(marked(tex), settings).split(base);
  return first + parts.map(held).join("");
}
