"""Learning: the cases of past years become a DIP catalogue, group points, level means and hospital factors.

Sums of fen and counts are integers and means exact ratios rounded once, so the result depends neither on the order of
the rows nor on how they are spread over files. Slow twin: tests/naive/learn.py.
"""

from dipsim.learn.learning import Learned, learn, learn_weights
from dipsim.learn.rules import LearningRules, read_rules
from dipsim.learn.writing import write_learned

__all__ = ["Learned", "LearningRules", "learn", "learn_weights", "read_rules", "write_learned"]
