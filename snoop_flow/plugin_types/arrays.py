"""The arrays that plugins take and give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.intp]
Mask = NDArray[np.bool_]
