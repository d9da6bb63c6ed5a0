"""Start of the local cloud's provider, until its handshake: Terraform starts it two to four times a command.

Measured against a Python that only starts, and one that imports boto3 and makes one client, which a provider on boto3
would do at least. Three runs of each kind, the smallest counts. `make bench` runs it.
"""

import os
import resource
import subprocess
import sys

from groundway_local.provider.server import COOKIE

RUNS = 3
KINDS = {
    "python": ["-c", "print()"],
    "python and a boto3 client": ["-c", "import boto3; boto3.client('ec2', region_name='eu-west-1'); print()"],
    "the provider": ["-m", "groundway_local.provider"],
}


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time until the first line of output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, COOKIE[0]: COOKIE[1]}
    with subprocess.Popen([sys.executable, *arguments], env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        process.kill()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    best = {kind: min(cpu_seconds(arguments) for _ in range(RUNS)) for kind, arguments in KINDS.items()}
    for kind, seconds in best.items():
        print(f"start of {kind:<26} {seconds:6.2f} CPU-s")
    python, boto, provider = best.values()
    print(f"ratio: {provider / python:.1f} times a bare Python, {provider / boto:.2f} times one with a boto3 client")


if __name__ == "__main__":
    main()
