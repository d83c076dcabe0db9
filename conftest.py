"""What pytest leaves out: modules that need an optional package, where there is none."""

import gc
from importlib.util import find_spec

NEEDS = {
    "numeric/estimators.py": "sklearn",
    "numeric/jax_audit.py": "jax",
    "numeric/jax_backend.py": "jax",
    "numeric/jax_words.py": "jax",
}
collect_ignore = [module for module, package in NEEDS.items() if not find_spec(package)]

gc.set_threshold(50_000, 20, 50)  # normal forms are made and dropped: a tenth of the time was here
