"""Instance types with accelerators that a GPU pool may name. Data only.

Memory is GiB per accelerator; `efa` is the number of Elastic Fabric Adapters, one a network card.
Sources: https://aws.amazon.com/ec2/instance-types/ (accelerated computing) and the EC2 user guide (EFA, maximize
network bandwidth on accelerated instance types), read 2026-11.
"""

from dataclasses import dataclass
from typing import Literal

Vendor = Literal["nvidia", "neuron"]
# What a pod asks for, which is also the taint that keeps everything else away from the nodes that have it.
RESOURCES: dict[Vendor, str] = {"nvidia": "nvidia.com/gpu", "neuron": "aws.amazon.com/neuron"}
MIG = frozenset({"a100", "a100-80gb", "h100", "h200", "b200"})


@dataclass(frozen=True)
class Accelerator:
    vendor: Vendor
    kind: str
    count: int
    memory_gib: int
    efa: int = 0

    @property
    def mig(self) -> bool:
        """Whether one accelerator can be cut into instances with memory of their own."""
        return self.kind in MIG


ACCELERATORS: dict[str, Accelerator] = {
    "g4dn.xlarge": Accelerator("nvidia", "t4", 1, 16),
    "g4dn.2xlarge": Accelerator("nvidia", "t4", 1, 16),
    "g4dn.4xlarge": Accelerator("nvidia", "t4", 1, 16),
    "g4dn.8xlarge": Accelerator("nvidia", "t4", 1, 16, efa=1),
    "g4dn.12xlarge": Accelerator("nvidia", "t4", 4, 16, efa=1),
    "g4dn.16xlarge": Accelerator("nvidia", "t4", 1, 16, efa=1),
    "g5.xlarge": Accelerator("nvidia", "a10g", 1, 24),
    "g5.2xlarge": Accelerator("nvidia", "a10g", 1, 24),
    "g5.4xlarge": Accelerator("nvidia", "a10g", 1, 24),
    "g5.8xlarge": Accelerator("nvidia", "a10g", 1, 24, efa=1),
    "g5.12xlarge": Accelerator("nvidia", "a10g", 4, 24, efa=1),
    "g5.16xlarge": Accelerator("nvidia", "a10g", 1, 24, efa=1),
    "g5.24xlarge": Accelerator("nvidia", "a10g", 4, 24, efa=1),
    "g5.48xlarge": Accelerator("nvidia", "a10g", 8, 24, efa=1),
    "g6.xlarge": Accelerator("nvidia", "l4", 1, 24),
    "g6.2xlarge": Accelerator("nvidia", "l4", 1, 24),
    "g6.4xlarge": Accelerator("nvidia", "l4", 1, 24),
    "g6.8xlarge": Accelerator("nvidia", "l4", 1, 24, efa=1),
    "g6.12xlarge": Accelerator("nvidia", "l4", 4, 24, efa=1),
    "g6.16xlarge": Accelerator("nvidia", "l4", 1, 24, efa=1),
    "g6.24xlarge": Accelerator("nvidia", "l4", 4, 24, efa=1),
    "g6.48xlarge": Accelerator("nvidia", "l4", 8, 24, efa=1),
    "g6e.xlarge": Accelerator("nvidia", "l40s", 1, 48),
    "g6e.2xlarge": Accelerator("nvidia", "l40s", 1, 48),
    "g6e.4xlarge": Accelerator("nvidia", "l40s", 1, 48),
    "g6e.8xlarge": Accelerator("nvidia", "l40s", 1, 48, efa=1),
    "g6e.12xlarge": Accelerator("nvidia", "l40s", 4, 48, efa=1),
    "g6e.16xlarge": Accelerator("nvidia", "l40s", 1, 48, efa=1),
    "g6e.24xlarge": Accelerator("nvidia", "l40s", 4, 48, efa=2),
    "g6e.48xlarge": Accelerator("nvidia", "l40s", 8, 48, efa=4),
    "p4d.24xlarge": Accelerator("nvidia", "a100", 8, 40, efa=4),
    "p4de.24xlarge": Accelerator("nvidia", "a100-80gb", 8, 80, efa=4),
    "p5.4xlarge": Accelerator("nvidia", "h100", 1, 80, efa=1),
    "p5.48xlarge": Accelerator("nvidia", "h100", 8, 80, efa=32),
    "p5e.48xlarge": Accelerator("nvidia", "h200", 8, 141, efa=32),
    "p5en.48xlarge": Accelerator("nvidia", "h200", 8, 141, efa=16),
    "p6-b200.48xlarge": Accelerator("nvidia", "b200", 8, 179, efa=8),
    "inf2.xlarge": Accelerator("neuron", "inferentia2", 1, 32),
    "inf2.8xlarge": Accelerator("neuron", "inferentia2", 1, 32),
    "inf2.24xlarge": Accelerator("neuron", "inferentia2", 6, 32),
    "inf2.48xlarge": Accelerator("neuron", "inferentia2", 12, 32),
    "trn1.2xlarge": Accelerator("neuron", "trainium", 1, 32),
    "trn1.32xlarge": Accelerator("neuron", "trainium", 16, 32, efa=8),
    "trn1n.32xlarge": Accelerator("neuron", "trainium", 16, 32, efa=16),
    "trn2.48xlarge": Accelerator("neuron", "trainium2", 16, 96, efa=16),
}
