"""Evaluation: how well classes are learned on a labelled folder, by a simulated curator."""

from snoop_flow.evaluation.labels import Labelled, embedded, pictures, read_features, read_labelled, read_labels, units
from snoop_flow.evaluation.reports import ClassEvaluation, Evaluation, EvaluationReport
from snoop_flow.evaluation.simulating import evaluate_folder, peak_megabytes

__all__ = [
    "ClassEvaluation",
    "Evaluation",
    "EvaluationReport",
    "Labelled",
    "embedded",
    "evaluate_folder",
    "peak_megabytes",
    "pictures",
    "read_features",
    "read_labelled",
    "read_labels",
    "units",
]
