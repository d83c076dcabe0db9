"""Written derivations about whole arrays: vectors and matrices, and not neurons of a graph.

Tokens, grammar and documents are those of `symbolic.reading`; what the formulas mean is an array
program with claims about its derivatives, and `array_verdicts.Judge` decides each of them.
"""
