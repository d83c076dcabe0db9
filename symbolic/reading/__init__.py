"""Reading a written derivation: Markdown, LaTeX or a notebook → claims, nothing dropped silently.

    read_document(text, profile, kind) -> Reading

No text is evaluated.  What a claim is worth is decided elsewhere.
"""
