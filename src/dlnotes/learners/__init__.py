"""Other ways to learn than by a network, one per module.

From labelled examples: :mod:`~dlnotes.learners.perceptron`, :mod:`~dlnotes.learners.online`,
:mod:`~dlnotes.learners.naive_bayes` with :mod:`~dlnotes.learners.bag_of_words`,
:mod:`~dlnotes.learners.nearest_neighbors`. Without labels: :mod:`~dlnotes.learners.k_means`,
:mod:`~dlnotes.learners.anomaly`. By reward: :mod:`~dlnotes.learners.q_learning` in a
:mod:`~dlnotes.learners.grid_world`.
"""

__all__ = ()
