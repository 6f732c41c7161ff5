"""A primal L2-SVM: squared hinge loss, minimised by Newton steps whose systems are solved by conjugate gradients.

Source: Keerthi and DeCoste, "A modified finite Newton method for fast solution of large scale linear SVMs", JMLR 6,
2005. A few dozen passes over the rows suffice, fewer from a warm start. Rows are copied only where few of them lie
inside the margin: memory that is touched for the first time costs more than several products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

NEWTON_STEPS = 15
CONJUGATE_STEPS = 30
GRADIENT_SHARE = 1e-3  # of the gradient at zero; finer answers rank no better
SOLVE_SHARE = 0.1  # of the gradient, left over by one conjugate gradient solve
SMALLEST_STEP = 1e-3
WORTH_COPYING = 0.5  # share of the rows inside the margin, below which they alone are multiplied


@dataclass(frozen=True, slots=True)
class Problem:
    """½‖w − a‖² + ½ Σ cᵢ max(0, 1 − yᵢ(w·(xᵢ − μ) + b))².

    Attributes:
        blocks: (nⱼ, D) each, together the x.
        centre: (D,), the μ; it only helps the convergence and the meaning of b.
        signs: (n,) ±1, the y.
        costs: (n,) the c; 0 leaves a row out.
        anchor: (D,), the a, towards which w is pulled.
    """

    blocks: Sequence[Vector]
    centre: Vector
    signs: Vector
    costs: Vector
    anchor: Vector

    def margins(self, solution: Vector) -> Vector:
        """Decision values w·(x − μ) + b of the rows; a solution is w with b appended."""
        weights, offset = solution[:-1], solution[-1] - self.centre @ solution[:-1]
        return np.concatenate([rows @ weights for rows in self.blocks]) + np.float32(offset)

    def pull(self, residuals: Vector) -> Vector:
        """The transposed map: Σ rᵢ (xᵢ − μ, 1)."""
        total, pulled = residuals.sum(), np.zeros_like(self.centre)
        for rows, part in zip(self.blocks, np.split(residuals, self._ends), strict=True):
            pulled += part @ rows
        return np.append(pulled - total * self.centre, total).astype(np.float32)

    def active(self, margins: Vector) -> Problem:
        """The same with nothing but the rows inside the margin."""
        inside = self.signs * margins < 1
        if inside.mean() > WORTH_COPYING:
            return replace(self, costs=np.where(inside, self.costs, np.float32(0)))
        parts = np.split(inside, self._ends)
        blocks = [rows[part] for rows, part in zip(self.blocks, parts, strict=True)]
        return Problem(blocks, self.centre, self.signs[inside], self.costs[inside], self.anchor)

    @property
    def _ends(self) -> NDArray[np.intp]:
        return np.cumsum([len(rows) for rows in self.blocks])[:-1]

    def loss(self, solution: Vector, margins: Vector) -> float:
        """The objective."""
        slack = np.maximum(0, 1 - self.signs * margins)
        apart = solution[:-1] - self.anchor
        return 0.5 * (float(apart @ apart) + float(self.costs @ slack**2))


def minimise(problem: Problem, start: Vector) -> Vector:
    """The solution (w, b), (D + 1,) float32, from a start of that shape."""
    solution = start.astype(np.float32)
    margins = problem.margins(solution)
    floor = GRADIENT_SHARE * float(np.linalg.norm(_gradient(problem, np.zeros_like(solution), np.zeros_like(margins))))
    for _ in range(NEWTON_STEPS):
        gradient = _gradient(problem, solution, margins)
        if float(np.linalg.norm(gradient)) <= floor:
            break
        step = _newton_step(problem, margins, gradient)
        moved = _search(problem, solution, margins, step)
        if moved is None:
            break
        solution, margins = moved
    return solution


def _gradient(problem: Problem, solution: Vector, margins: Vector) -> Vector:
    slack = np.maximum(0, 1 - problem.signs * margins)
    gradient = -problem.pull(problem.costs * problem.signs * slack)
    gradient[:-1] += solution[:-1] - problem.anchor
    return gradient


def _newton_step(problem: Problem, margins: Vector, gradient: Vector) -> Vector:
    """Solve (I + XᵀCX) s = −gradient over the rows inside the margin."""
    active = problem.active(margins)
    ridge = np.ones_like(gradient)
    ridge[-1] = 1e-6  # the bias is free
    step = np.zeros_like(gradient)
    residual = -gradient
    direction = residual.copy()
    size = float(residual @ residual)
    enough = size * SOLVE_SHARE**2
    for _ in range(CONJUGATE_STEPS):
        product = ridge * direction + active.pull(active.costs * active.margins(direction))
        length = size / float(direction @ product)
        step += length * direction
        residual = residual - length * product
        smaller = float(residual @ residual)
        if smaller <= enough:
            break
        direction = residual + (smaller / size) * direction
        size = smaller
    return step


def _search(problem: Problem, solution: Vector, margins: Vector, step: Vector) -> tuple[Vector, Vector] | None:
    """Halve the step until the objective falls; None where it does not."""
    before = problem.loss(solution, margins)
    along = problem.margins(step)
    length = 1.0
    while length >= SMALLEST_STEP:
        moved, values = solution + length * step, margins + length * along
        if problem.loss(moved, values) < before:
            return moved.astype(np.float32), values.astype(np.float32)
        length /= 2
    return None
