"""Platt's calibration: from a class's score to the probability that an item belongs, told by the answers of an audit.

`p = sigmoid(slope · score + offset)` (Platt, "Probabilistic outputs for support vector machines", 1999), fitted to
answers that count by 1 / their chance to be drawn, since they stand for the whole corpus. On the marks it would
flatter: they were chosen by the class, which was then fitted on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

USUAL_SLOPE = 6.0  # per unit of score, as fully labelled classes have it; what few answers are drawn to
SLOPE_SPREAD = 0.5  # of the logarithm of the slope
DOUBT = 0.5  # of an item: a yes at the highest score and a no at the lowest keep the fit finite


@dataclass(frozen=True, slots=True)
class Calibration:
    """`probability = sigmoid(slope · score + offset)`, slope above 0: the order of items stays as it is."""

    slope: float
    offset: float

    def probabilities(self, scores: NDArray[np.floating]) -> Numbers:
        """Of belonging, (n,) between 0 and 1."""
        return np.asarray(expit(self.slope * np.asarray(scores, np.float64) + self.offset), np.float64)


def calibrate(scores: NDArray[np.floating], answers: Mask, weights: Numbers) -> Calibration:
    """Fit a calibration to answers.

    Args:
        scores: (n,) of the judged items, n ≥ 1.
        answers: (n,) whether the answer was yes.
        weights: (n,) items that each answer stands for.

    Raises:
        ValueError: there is no answer.
    """
    if not len(scores):
        raise ValueError("a calibration needs answers; judge some items first")
    at = np.append(np.asarray(scores, np.float64), [scores.max(), scores.min()])
    yes = np.append(weights * answers, [DOUBT, 0])
    no = np.append(weights * ~answers, [0, DOUBT])

    def cost(parameters: Numbers) -> float:
        logits = np.exp(parameters[0]) * at + parameters[1]
        unusual = (parameters[0] - np.log(USUAL_SLOPE)) ** 2 / (2 * SLOPE_SPREAD**2)
        return float(unusual - yes @ log_expit(logits) - no @ log_expit(-logits))

    prevalence = yes.sum() / (yes.sum() + no.sum())
    middle = np.quantile(at, 1 - prevalence)
    found = minimize(cost, np.array([np.log(USUAL_SLOPE), -USUAL_SLOPE * middle]), method="Nelder-Mead")
    return Calibration(float(np.exp(found.x[0])), float(found.x[1]))
