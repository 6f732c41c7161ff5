"""Query strategies for small pools: GAL and Uncertainty Herding.

Both weigh every candidate against every other, so they choose from at most `small_pool.MOST` candidates, which the
class's own scores put forward. They are plain functions `(pool, count, rng) → rows`, see `snoop_flow.learning.Pool`.
"""
