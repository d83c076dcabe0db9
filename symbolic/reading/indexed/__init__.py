"""Written derivations in index notation: signs are entries of arrays, sets have any size.

The document says over what its letters run, defines arrays and a cost, and claims derivatives; a
document of ours that does so is read back whole.  The claims are decided by `array_verdicts.Judge`.
"""
