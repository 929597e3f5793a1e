"""What a network can express, one concept per module.

Circuits of threshold units: :mod:`~dlnotes.expressivity.gates`,
:mod:`~dlnotes.expressivity.parity`. Lines that separate: :mod:`~dlnotes.expressivity.separability`.
Linear pieces: :mod:`~dlnotes.expressivity.linear_regions`, :mod:`~dlnotes.expressivity.tent`.
"""

__all__ = ()
