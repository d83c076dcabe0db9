// Set the formulas; where one cannot be set, its text stays.
useMarks(document.getElementById("marks")?.textContent);
for (const place of document.querySelectorAll(".m[data-tex]")) {
  if (typeof katex !== "undefined") {
    const shown = place.textContent;
    try {
      place.innerHTML = setFormula(place.dataset.tex);
    } catch (error) {
      place.textContent = shown;
    }
  }
}
// What scrolls sideways can be reached by the keyboard.
function reach() {
  for (const box of document.querySelectorAll(".formula, .equations, .table, .boxed, .drawing, pre")) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}
addEventListener("load", reach);
addEventListener("resize", reach);
// Paper has no folds.
const folded = new Set();
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    folded.add(fold);
    fold.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const fold of folded) {
    fold.open = false;
  }
  folded.clear();
});
// Light what is pointed at or has the focus.
function light(target) {
  for (const old of document.querySelectorAll(".lit")) {
    old.classList.remove("lit");
  }
  for (let at = target; at instanceof Element; at = at.parentElement) {
    const mark = at.dataset.mark ?? [...at.classList].find((name) => /^[nw]-/.test(name));
    if (mark) {
      document.querySelectorAll(`.${CSS.escape(mark)}`).forEach((one) => one.classList.add("lit"));
      return;
    }
  }
}
if (marks.size) {
  addEventListener("pointerover", (event) => light(event.target));
  addEventListener("focusin", (event) => light(event.target));
  addEventListener("pointerdown", (event) => light(event.target));
}
// For the keyboard: one button for each neuron below the first figure.
const first = document.querySelector("figure");
const units = [...new Set([...marks.values()].filter((mark) => mark.startsWith("n-")))].filter((mark) => first?.querySelector(`.${CSS.escape(mark)}`));
if (first && units.length > 1 && units.length <= 40) {
  const row = document.createElement("p");
  row.className = "units";
  row.append("Show ");
  for (const mark of units) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.mark = mark;
    button.textContent = mark.slice(2).replace(/-([0-9a-f]+)-/g, (_, code) => String.fromCodePoint(parseInt(code, 16))).replace(/_t([1-9]\d*)$/, "[$1]");
    row.append(button);
  }
  first.append(row);
}
// Every line and every box can be copied as LaTeX.
function source(places, between) {
  return [...places].map((place) => place.dataset.tex.replace(/^\\displaystyle /, "")).join(between).replace(/\{\} /g, "").replace(/\\(?:allow|no)break /g, "");
}
function copier(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.title = "Copy as LaTeX";
  button.setAttribute("aria-label", "Copy as LaTeX");
  button.textContent = "⧉";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "✓";
    setTimeout(() => { button.textContent = "⧉"; }, 1200);
  });
  return button;
}
for (const row of document.querySelectorAll("main > .equations > table > tbody > tr, details > .equations > table > tbody > tr")) {
  row.querySelector(".number")?.append(copier(source(row.querySelectorAll(":scope > td:not(.why) > .m"), " ")));
}
for (const box of document.querySelectorAll(".boxed")) {
  box.append(copier(box.dataset.copy ?? source(box.querySelectorAll("td:not(.why) > .m"), " ")));
}
