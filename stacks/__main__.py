"""The app that `cdktf synth`, `cdktf deploy` and `cdktf destroy` run: `python -m stacks`."""

import sys

from groundway.errors import GroundwayError


def main() -> int:
    try:
        from stacks.app import synthesize

        synthesize()
    except GroundwayError as e:
        e.show()
        return e.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
