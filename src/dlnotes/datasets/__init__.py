"""Data for the pages, all of it without a download.

Real measurements that scikit-learn bundles, short texts that were written for the book, and
generators that draw what a page needs. A generator takes its randomness as ``rng``.
"""

from dlnotes.datasets.points import (
    DriftingStream,
    MachineReadings,
    drifting_stream,
    machine_readings,
    moons,
)
from dlnotes.datasets.real import (
    Classes,
    Photographs,
    Regression,
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_photographs,
    load_wine,
)
from dlnotes.datasets.sequences import opposite_reviews, recall_task
from dlnotes.datasets.texts import (
    Messages,
    Sentences,
    TaggedSentences,
    load_messages,
    load_tagged_sentences,
)
from dlnotes.datasets.written import (
    WrittenDates,
    WrittenNumbers,
    dates,
    number_to_words,
    number_words,
)

__all__ = [
    "Classes",
    "DriftingStream",
    "MachineReadings",
    "Messages",
    "Photographs",
    "Regression",
    "Sentences",
    "TaggedSentences",
    "WrittenDates",
    "WrittenNumbers",
    "dates",
    "drifting_stream",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_messages",
    "load_photographs",
    "load_tagged_sentences",
    "load_wine",
    "machine_readings",
    "moons",
    "number_to_words",
    "number_words",
    "opposite_reviews",
    "recall_task",
]
