"""Embedding sets on disk: sealed shards that never change, read through memory maps."""

from snoop_flow.vectors.derived import Derived, derive
from snoop_flow.vectors.reaching import Reached
from snoop_flow.vectors.scanning import Scan
from snoop_flow.vectors.sets import VectorSet, state_of
from snoop_flow.vectors.shards import ShardFile, file_digest, read_shard, usable, write_shard

__all__ = [
    "Derived",
    "Reached",
    "Scan",
    "ShardFile",
    "VectorSet",
    "derive",
    "file_digest",
    "read_shard",
    "state_of",
    "usable",
    "write_shard",
]
