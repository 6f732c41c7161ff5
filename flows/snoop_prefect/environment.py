"""Prefect's settings for one workspace: its own home, nothing from the user's profiles, no phoning home."""

from __future__ import annotations

from pathlib import Path

HOST = "127.0.0.1"


def prefect_environment(workspace: Path, port: int) -> dict[str, str]:
    """The environment in which the server, the runner and the flow runs of a workspace work.

    It must be set before Prefect is imported. The recorder's batches keep a server on SQLite from answering 503 while
    many task runs end at once.
    """
    home = workspace / "prefect"
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": api_url(port),
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": api_url(port),
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),  # the installation may be read-only
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "snoop_flow,snoop_iiif",
    }


def api_url(port: int) -> str:
    """Address of the API of a server on this machine."""
    return f"http://{HOST}:{port}/api"
