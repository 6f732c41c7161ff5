from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Crashed, Running, Scheduled

from snoop_prefect import flows
from snoop_prefect.recovery import TRIES, Recovery

pytestmark = pytest.mark.usefixtures("prefect")


async def begun(client: PrefectClient, times: int) -> FlowRun:
    run = await client.create_flow_run(flows.index, parameters={"workspace": "nowhere"})
    for _ in range(times):
        await client.set_flow_run_state(run.id, Running(), force=True)
    return run


async def state_names(client: PrefectClient, runs: Sequence[FlowRun]) -> list[str]:
    states = [(await client.read_flow_run(run.id)).state for run in runs]
    return [str(state.name) for state in states if state]


def test_runs_that_an_earlier_runner_left_are_started_again() -> None:
    async def scene() -> tuple[list[str], list[UUID], UUID]:
        given_up: list[UUID] = []
        async with get_client() as client:
            left, worn, cancelling = [await begun(client, times) for times in (1, TRIES, 1)]
            await client.set_flow_run_state(cancelling.id, Cancelling(), force=True)
            await Recovery(client, lambda run, _: given_up.append(run.id)).after_restart()
            return await state_names(client, [left, worn, cancelling]), given_up, worn.id

    names, given_up, worn = asyncio.run(scene())

    assert names == ["AwaitingRetry", "Crashed", "Cancelled"]
    assert given_up == [worn]


def test_a_run_that_keeps_dying_is_given_up() -> None:
    async def scene() -> tuple[list[str], list[str]]:
        seen: list[str] = []
        reasons: list[str] = []
        async with get_client() as client:
            recovery = Recovery(client, lambda _, reason: reasons.append(reason))
            run = await begun(client, 1)
            for _ in range(TRIES + 1):
                await client.set_flow_run_state(run.id, Crashed(), force=True)
                await recovery.look()
                seen += await state_names(client, [run])
        return seen, reasons

    seen, reasons = asyncio.run(scene())

    assert seen == ["AwaitingRetry"] * (TRIES - 1) + ["Crashed", "Crashed"]
    assert [f"died {TRIES} times" in reason for reason in reasons] == [True]


def test_an_old_crash_is_left_alone() -> None:
    async def scene() -> list[str]:
        async with get_client() as client:
            run = await begun(client, 1)
            await client.set_flow_run_state(run.id, Crashed(), force=True)
            await Recovery(client, lambda run, reason: None).look()
            return await state_names(client, [run])

    assert asyncio.run(scene()) == ["Crashed"]


def test_a_run_queued_by_hand_is_never_dropped() -> None:
    async def scene() -> list[str]:
        past = datetime.now(UTC) - timedelta(hours=1)
        async with get_client() as client:
            runs = [
                await client.create_flow_run(
                    flows.index, parameters={"workspace": "nowhere"}, state=Scheduled(scheduled_time=past)
                )
                for _ in range(2)
            ]
            await Recovery(client, lambda run, reason: None).after_restart()
            return await state_names(client, runs)

    assert asyncio.run(scene()) == ["Scheduled", "Scheduled"]
