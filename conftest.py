"""For every test and doctest: no colours, and Keras on JAX unless another backend is chosen."""

import os

for name in ("CLICOLOR_FORCE", "FORCE_COLOR", "FORCE_COLOUR"):
    os.environ.pop(name, None)
os.environ["NO_COLOR"] = "1"  # Sphinx has colours wherever CI is set
os.environ.setdefault("KERAS_BACKEND", "jax")
