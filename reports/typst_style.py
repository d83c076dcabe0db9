"""How a page looks that Typst sets: its sizes, what stands beside what, the colours of marks."""

from __future__ import annotations

from reports.document import Mark

PREAMBLE = """#set document(title: {title}, date: none)
#set page(paper: "a4", margin: (x: 25mm, y: 24mm), numbering: "1")
#set text(font: "New Computer Modern", size: 10.5pt, fallback: true)
#set par(justify: true, leading: 0.62em)
#set heading(numbering: (..n) => numbering("1", ..n) + h(0.7em))
#show heading.where(level: 2): set heading(numbering: none)
#show heading: set block(above: 1.5em, below: 0.9em)
#set table.cell(breakable: false)
#set table(stroke: none, inset: (x: 5pt, y: 3.5pt), align: left + horizon)
#show figure: set block(above: 1.2em, below: 1.2em)
#show figure.caption: set text(size: 0.9em)
#let beside(formula, why, reason, number) = block(below: 0pt, {{
  box(width: 1fr, formula)
  box(width: why, {{
    set par(leading: 0.55em)
    text(size: 0.88em, reason)
  }})
  box(width: 3em, align(std.right, number))
}})
#let equation(wide, why, left, right, more, reason, number, under) = block(
  above: 10pt, below: 10pt, inset: (left: 1em), breakable: false, {{
  set par(leading: 0.1em, justify: false)
  let first = {{
    box(width: wide, align(std.right, left))
    h(4pt)
    right
  }}
  if under {{ block(below: 0pt, first) }} else {{ beside(first, why, reason, number) }}
  for part in more {{ block(above: 7pt, below: 0pt, inset: (left: wide + 2em), part) }}
  if under {{ block(above: 7pt, below: 0pt, beside([], why, reason, number)) }}
}})
#let together(space, parts) = block(above: space, below: space, breakable: false, parts.join())
#let held(space, parts) = {{
  if parts.len() < 4 {{ together(space, parts) }} else {{
    together(space, parts.slice(0, 2))
    parts.slice(2, -2).join()
    together(space, parts.slice(-2))
  }}
}}
#let equations(why, ..rows) = context {{
  let wide = calc.max(0pt, ..rows.pos().map(row => measure(row.at(0)).width))
  held(10pt, rows.pos().map(row => equation(wide, why, ..row)))
}}
"""
COLOURS = {
    Mark.NONE: "black",
    Mark.PROVED: 'rgb("#1d7a3e")',
    Mark.REFUTED: 'rgb("#b3261e")',
    Mark.UNJUSTIFIED: 'rgb("#8a5a00")',
    Mark.OPEN: 'rgb("#8a5a00")',
    Mark.GIVEN: "gray",
}
