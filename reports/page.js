"use strict";
// Set the formulas; where one cannot be set, its text stays.
for (const place of document.querySelectorAll(".m[data-tex]")) {
  const shown = place.textContent;
  try {
    katex.render(place.dataset.tex, place, {
      throwOnError: true, strict: "ignore", trust: false, maxExpand: 200, output: "htmlAndMathml",
    });
  } catch (error) {
    place.textContent = shown;
  }
}
// What scrolls sideways can be reached by the keyboard.
function reach() {
  for (const box of document.querySelectorAll(".formula, .equations, .table, .boxed, pre")) {
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
