"""`small_bill`, for every test of the bill."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
