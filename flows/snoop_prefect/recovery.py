"""Flow runs whose process died: Prefect alone would leave them running for ever, or crashed.

The catalogue knows what they had done, so they are started again and do the rest. What dies again and again (an image
that kills the decoder, too little memory) is given up after some tries, and its job is kept as failed.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import AwaitingRetry, Cancelled, Crashed

TRIES = 3
GiveUp = Callable[[FlowRun, str], None]
log = logging.getLogger(__name__)


class Recovery:
    """Starts flow runs again whose process died."""

    def __init__(self, client: PrefectClient, give_up: GiveUp) -> None:
        """Begin now; `give_up` is told of a run that died too often, and the reason to show."""
        self._client = client
        self._give_up = give_up
        self._since = datetime.now(UTC)
        self._deaths: Counter[UUID] = Counter()

    async def after_restart(self) -> None:
        """Start again what an earlier runner left, and drop all but the latest of the runs that came due meanwhile."""
        for run in await self._read(StateType.RUNNING, StateType.PENDING):
            if run.run_count < TRIES:
                await self._start_again(run)
            else:
                await self._client.set_flow_run_state(run.id, Crashed(message="its runner stopped"), force=True)
                self._give_up(run, _reason(run.run_count))
        for run in await self._read(StateType.CANCELLING):
            await self._client.set_flow_run_state(run.id, Cancelled(), force=True)
        await self._drop_missed()

    async def look(self) -> None:
        """Start again what crashed since this runner started."""
        for run in await self._read(
            StateType.CRASHED, end_time=FlowRunFilterEndTime.model_validate({"after_": self._since})
        ):
            self._deaths[run.id] += 1  # a run that was given up stays crashed and is met again at each look
            if self._deaths[run.id] < TRIES:
                await self._start_again(run)
            elif self._deaths[run.id] == TRIES:
                self._give_up(run, _reason(TRIES))

    async def _start_again(self, run: FlowRun) -> None:
        log.warning("flow run %s: its process died; it goes on with what is left", run.name)
        await self._client.set_flow_run_state(run.id, AwaitingRetry(), force=True)

    async def _drop_missed(self) -> None:
        due = FlowRunFilterExpectedStartTime.model_validate({"before_": self._since})
        late = await self._read(StateType.SCHEDULED, expected_start_time=due)
        seen: set[UUID | None] = set()
        for run in sorted(late, key=lambda run: run.expected_start_time or self._since, reverse=True):
            if run.auto_scheduled and run.deployment_id in seen:
                await self._client.delete_flow_run(run.id)
            seen.add(run.deployment_id)

    async def _read(self, *states: StateType, **more: Any) -> Sequence[FlowRun]:
        wanted = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))
        runs: list[FlowRun] = []
        while page := await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=wanted, **more), limit=200, offset=len(runs)
        ):
            runs += page
        return runs


def _reason(deaths: int) -> str:
    return (
        f"its process died {deaths} times, perhaps for lack of memory or on one broken image; what is done is kept, "
        "so start it again when that is mended"
    )
