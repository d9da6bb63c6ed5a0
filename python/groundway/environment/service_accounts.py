"""Which pods get which role: the one rule for namespaces and service accounts, on AWS and inside Kubernetes."""

from typing import NamedTuple


class ServiceAccount(NamedTuple):
    """A Kubernetes service account. Its pods get the credentials of the role that it is bound to."""

    namespace: str
    name: str

    @property
    def subject(self) -> str:
        """Its name in the tokens that Kubernetes gives to its pods."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"


def workload(kind: str) -> ServiceAccount:
    """The service account of what the platform runs for its users: one namespace for each kind of work."""
    return ServiceAccount(f"groundway-{kind}", kind)


TRAINING = workload("training")
SERVING = workload("serving")
PIPELINES = workload("pipelines")
MONITORING = workload("monitoring")
KARPENTER = ServiceAccount("kube-system", "karpenter")
