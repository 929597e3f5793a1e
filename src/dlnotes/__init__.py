"""Deep learning in readable NumPy: the package that the dlnotes book runs and checks.

Import the module you need, for example ``from dlnotes.information import entropy``.
Importing ``dlnotes`` itself loads nothing else.
"""

__version__ = "0.1.0"
