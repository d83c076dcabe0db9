"""The native backend: a proved rule as C, and why that C is the theorem.

    Rule ──lowering──▶ Program ──orders──▶ Orders ┐
                          └────formulas──▶ terms  ├─ over real.h:  training in floats
                                     kernels.h ───┘─ over field.h: the audit, modulo 2^61 - 1

1. Only a `Rule` is lowered, and a `Rule` is made only from a theorem.  `numeric/lowering.py` turns
   its terms, and no others, into the instructions of a `Program`.
2. `formulas.py` writes every element-wise term (φ, φ', the slope of the cost) as a C function;
   `orders.py` turns every instruction into an order: which kernel of `products.h`, `online.h` or
   `kernels.h`, on which addresses, with which index arrays.  The kernels do not depend on the
   network.  `unrolled.py` writes a small network out instead.
3. Kernels, formulas and driver are written in the names of an arithmetic (`v_fma`, `s_mul`,
   `v_exp`, …).  `real.h` and `functions.h` give these names to vectors of floats, `field.h` to
   residues modulo the prime p = 2^61 - 1, where exp and its like are opaque: arbitrary but fixed.
4. Before the first use `audit.py` runs the very same text, the same orders and the same index
   arrays over the field, and compares every v_j, y_j, δ_j and Δw, the update w += Δw and what
   training reports with tangents pushed forward through the network, which know nothing of δ.
   Where one is wrong as a polynomial of degree m, a point shows it except with probability m/p.
   A lost term, a wrong index, a stale weight is an error with the name of the neuron or weight.
   The kernels by themselves are audited once, at every way in which they cut a batch into vectors.

So the theorem reaches the algebra of the compiled text.  Left to trust: that each function of
`functions.h` is what it is called, rounding (below the normal numbers to 0), and the compiler.
The order in which rounded sums are taken is fixed by the text (no -ffast-math), so the same machine
repeats a run bit for bit, and a batch has the same bits whole, part by part and by several threads.

`compiler.py` finds a compiler and keeps what it made; `machine.py` is the machine of
`numeric/backends.py`.
"""
