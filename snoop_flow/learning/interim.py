"""INTERIM: replaced by the learning helper."""
from __future__ import annotations
from dataclasses import dataclass, field
from typing import Any
import numpy as np

@dataclass(frozen=True)
class CorpusStatistics:
    mean: Any
    covariance: Any
    count: int
    def arrays(self): return {"mean": self.mean, "covariance": self.covariance, "count": np.array([self.count])}
    @classmethod
    def from_arrays(cls, a): return cls(a["mean"], a["covariance"], int(a["count"][0]))

def corpus_statistics(blocks, shrinkage=0.1):
    X = np.concatenate(list(blocks)).astype(np.float64)
    m = X.mean(0); C = np.cov(X.T) if len(X) > 1 else np.eye(X.shape[1])
    C = C + shrinkage * np.trace(C) / len(C) * np.eye(len(C)) + 1e-9 * np.eye(len(C))
    return CorpusStatistics(m.astype(np.float32), C.astype(np.float32), len(X))

@dataclass(frozen=True)
class LinearModel:
    weights: Any
    bias: float
    def scores(self, X): return X @ self.weights + np.float32(self.bias)

def start_from_examples(positives, stats):
    d = positives.mean(0) - stats.mean
    w = np.linalg.solve(stats.covariance, d); w = (w / np.linalg.norm(w)).astype(np.float32)
    p = positives @ w; m = float(stats.mean @ w)
    return LinearModel(w, -float((p.mean() + m) / 2))

@dataclass(frozen=True)
class FitOptions:
    seed: int = 0

def fit(positives, negatives, background, stats, start=None, previous=None, options=FitOptions(), rng=None):
    if len(positives) == 0: raise ValueError("no positives")
    from sklearn.linear_model import LogisticRegression
    start = start or start_from_examples(positives, stats)
    s = start.scores(background); keep = s < np.quantile(s, 0.99)
    bg = background[keep]
    X = np.concatenate([positives, negatives, bg]) if len(negatives) else np.concatenate([positives, bg])
    y = np.r_[np.ones(len(positives)), np.zeros(len(X) - len(positives))]
    w = np.r_[np.full(len(positives), 10.), np.full(len(negatives), 10.), np.ones(len(bg))]
    w[y == 1] *= w[y == 0].sum() / w[y == 1].sum()
    m = LogisticRegression(C=10, max_iter=200).fit(X, y, sample_weight=w)
    return LinearModel(m.coef_[0].astype(np.float32), float(m.intercept_[0]))

@dataclass(frozen=True)
class Pool:
    scores: Any
    vectors: Any
    candidates: Any
    clusters: Any = None
    marked_clusters: Any = ()
    discovery_rate: float = 0.2

def _top(pool, key, count):
    rows = np.flatnonzero(pool.candidates)
    return rows[np.argsort(-key[rows], kind="stable")][:count]

def relevant(pool, count, rng): return _top(pool, pool.scores, count)
def ambiguous(pool, count, rng): return _top(pool, -np.abs(pool.scores), count)
def most_useful(pool, count, rng): return _top(pool, -np.abs(pool.scores), count)
def random(pool, count, rng):
    rows = np.flatnonzero(pool.candidates); return rng.permutation(rows)[:count]
discovery = random

def cluster(sample, k, rng): return sample[rng.permutation(len(sample))[:k]]
def assign(block, centres): return np.argmax(block @ centres.T, 1).astype(np.int32)

@dataclass(frozen=True)
class Rounds:
    average_precision: Any
    positives_found: Any
    milliseconds: Any

def simulate(*a, **k): raise NotImplementedError
