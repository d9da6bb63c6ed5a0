"""Makes the fixtures of the runtime's tests importable here: small models, releases of them, an emulated AWS."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "groundway"))
sys.path.insert(0, str(Path(__file__).parent))
