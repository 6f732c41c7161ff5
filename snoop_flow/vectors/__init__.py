"""Embedding sets on disk: sealed shards that never change, read through memory maps."""

from snoop_flow.vectors.derived import Derived, derive
from snoop_flow.vectors.sets import VectorSet, state_of
from snoop_flow.vectors.shards import ShardFile, file_digest, read_shard, write_shard

__all__ = ["Derived", "ShardFile", "VectorSet", "derive", "file_digest", "read_shard", "state_of", "write_shard"]
