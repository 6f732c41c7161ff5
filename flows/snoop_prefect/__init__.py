"""Prefect for snoop-flow: the verbs as flows, a server and runner for a workspace, and schedules.

The only room that imports Prefect. Listing the plugin's commands and launching a job stay light: they talk to the
server by HTTP, and Prefect itself is imported only by what serves, schedules or runs.
"""
