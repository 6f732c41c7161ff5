"""The one way out: fetching under a policy that no address, redirect or slow body can get around."""

from snoop_flow.fetching.addresses import check_url, is_public
from snoop_flow.fetching.fetcher import Fetcher
from snoop_flow.fetching.policy import Fetched, FetchPolicy
from snoop_flow.fetching.profiles import HostProfile, profile_of, read_profiles, shipped_profiles, workspace_profiles
from snoop_flow.fetching.turns import HostState, Turns

__all__ = [
    "FetchPolicy",
    "Fetched",
    "Fetcher",
    "HostProfile",
    "HostState",
    "Turns",
    "check_url",
    "is_public",
    "profile_of",
    "read_profiles",
    "shipped_profiles",
    "workspace_profiles",
]
