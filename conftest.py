"""For every test and doctest: no colours, and Keras on JAX unless another backend is chosen."""

import os

for name in ("CLICOLOR_FORCE", "FORCE_COLOR"):
    os.environ.pop(name, None)
os.environ.setdefault("KERAS_BACKEND", "jax")
