"""For every test and doctest: Keras on JAX unless the caller has chosen another backend."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
