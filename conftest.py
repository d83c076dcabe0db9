"""What pytest leaves out: modules that need an optional package, where there is none."""

from importlib.util import find_spec

NEEDS = {
    "numeric/estimators.py": "sklearn",
    "numeric/jax_audit.py": "jax",
    "numeric/jax_backend.py": "jax",
    "numeric/jax_words.py": "jax",
}
collect_ignore = [module for module, package in NEEDS.items() if not find_spec(package)]
