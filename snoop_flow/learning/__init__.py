"""Learning a visual class from a few marks: pure functions on arrays, nothing of the engine.

Vectors are float32 rows of unit length, N items or n of them by D dimensions; a class is a `LinearModel` on them.
"""

from snoop_flow.learning.agreement import Consensus, Opinions, PairAgreement, combine, pair_agreements
from snoop_flow.learning.auditing import LEAST_ANSWERS, AuditDesign, chances, design_audit, pooled
from snoop_flow.learning.boxes import Boxes, distinct_boxes, insides, most_different, overlaps, repeats, windows
from snoop_flow.learning.calibrating import Calibration, calibrate
from snoop_flow.learning.clustering import assign, cluster, representatives
from snoop_flow.learning.estimating import Estimates, estimate
from snoop_flow.learning.evaluation import Corpus, Learner, Rounds, Strategy, simulate
from snoop_flow.learning.evidence import Evidence
from snoop_flow.learning.fitting import FitOptions, fit
from snoop_flow.learning.grids import Grid, best_threshold, object_box
from snoop_flow.learning.marks import Marks
from snoop_flow.learning.measures import average_precision, coverage, r_precision, wilson
from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.pool import Moments, Pool
from snoop_flow.learning.selection import best_rows, distinct, filled, left_out, repetitions, spread_in_time, without
from snoop_flow.learning.spanning import Spanning, spanned
from snoop_flow.learning.starting import start_from_examples, start_from_query
from snoop_flow.learning.statistics import CorpusStatistics, corpus_statistics
from snoop_flow.learning.strategies import ambiguous, discovery, most_useful, random, relevant
from snoop_flow.learning.thresholds import Choice, candidates, choose
from snoop_flow.learning.trial_classes import trial_classes

__all__ = [
    "LEAST_ANSWERS",
    "AuditDesign",
    "Boxes",
    "Calibration",
    "Choice",
    "Consensus",
    "Corpus",
    "CorpusStatistics",
    "Estimates",
    "Evidence",
    "FitOptions",
    "Grid",
    "Learner",
    "LinearModel",
    "Marks",
    "Moments",
    "Opinions",
    "PairAgreement",
    "Pool",
    "Rounds",
    "Spanning",
    "Strategy",
    "ambiguous",
    "assign",
    "average_precision",
    "best_rows",
    "best_threshold",
    "calibrate",
    "candidates",
    "chances",
    "choose",
    "cluster",
    "combine",
    "corpus_statistics",
    "coverage",
    "design_audit",
    "discovery",
    "distinct",
    "distinct_boxes",
    "estimate",
    "filled",
    "fit",
    "insides",
    "left_out",
    "most_different",
    "most_useful",
    "object_box",
    "overlaps",
    "pair_agreements",
    "pooled",
    "r_precision",
    "random",
    "relevant",
    "repeats",
    "repetitions",
    "representatives",
    "simulate",
    "spanned",
    "spread_in_time",
    "start_from_examples",
    "start_from_query",
    "trial_classes",
    "wilson",
    "windows",
    "without",
]
