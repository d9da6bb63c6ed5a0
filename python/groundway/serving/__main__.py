"""`python -m groundway.serving SETTINGS`: what `groundway serve start` starts, with its settings as JSON."""

import os
import sys

# Before numpy and scikit-learn are loaded: one row gains nothing from more threads and waits for them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from groundway.errors import GroundwayError
from groundway.serving.server import run
from groundway.serving.settings import Settings

try:
    run(Settings.model_validate_json(sys.argv[1]))
except GroundwayError as e:
    e.show()
    sys.exit(e.exit_code)
