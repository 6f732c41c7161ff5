"""The one way out: fetching under a policy that no address, redirect or slow body can get around."""

from snoop_flow.fetching.addresses import check_url, is_public
from snoop_flow.fetching.fetcher import Fetcher
from snoop_flow.fetching.policy import Fetched, FetchPolicy

__all__ = ["FetchPolicy", "Fetched", "Fetcher", "check_url", "is_public"]
