"""INTERIM by the lead so that others can run; the learning helper replaces everything in this folder freely."""
from snoop_flow.learning.interim import *  # noqa
