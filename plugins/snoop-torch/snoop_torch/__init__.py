"""What torch backbones share: model files, preprocessing, devices, precision, batch sizes.

Importing this package, or any module of it, does not import torch: that happens when a backbone is opened.
"""

from snoop_torch.backbone import Tower, opened
from snoop_torch.batching import BatchSize
from snoop_torch.files import Wanted, locate
from snoop_torch.libraries import load_torch
from snoop_torch.placing import Placement, place
from snoop_torch.preprocessing import Preparation
from snoop_torch.weights import digest_of, megabytes_of, weight_files

__all__ = [
    "BatchSize",
    "Placement",
    "Preparation",
    "Tower",
    "Wanted",
    "digest_of",
    "load_torch",
    "locate",
    "megabytes_of",
    "opened",
    "place",
    "weight_files",
]
