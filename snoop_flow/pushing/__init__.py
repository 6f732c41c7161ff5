"""Pushing: published annotations → an annotation server elsewhere, or a folder; safe to repeat."""

from snoop_flow.pushing.running import PUSH, push, push_targets

__all__ = ["PUSH", "push", "push_targets"]
