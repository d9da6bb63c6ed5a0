"""The layers put together."""

import os
from dataclasses import dataclass
from functools import lru_cache

from groundway_local.emulator.accounts import accounts
from groundway_local.emulator.control import Control
from groundway_local.emulator.exchange import Handler, from_wsgi
from groundway_local.emulator.gate import GATE
from groundway_local.emulator.idempotency import Idempotency
from groundway_local.emulator.recorded import tables
from groundway_local.emulator.recorded.layer import Recorded
from groundway_local.emulator.state_locks import StateLocks

MOTO = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(1 << 40),  # objects stay in memory, no file each: a fork is safe
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "false",  # an account reaches its own buckets, whatever others' policies say
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    # nothing that moto might call must leave this machine's emulator
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Layers:
    """The outermost handler, and the layers that have something to remember."""

    handler: Handler
    intents: Idempotency
    locks: StateLocks
    recorded: Recorded


def build() -> Layers:
    """Everything between HTTP and moto's backends."""
    os.environ.update(MOTO)  # read by moto on import
    from groundway_local.emulator import patches

    patches.apply()
    recorded = Recorded(moto(), tables())
    locks = StateLocks(recorded)
    intents = Idempotency(locks)
    return Layers(GATE(Control(accounts(intents), intents, recorded.documents)), intents, locks, recorded)


def moto() -> Handler:
    """moto's server application: finds the service by the signature and dispatches."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    application = DomainDispatcherApplication(create_backend_app)
    # moto tries some 200 patterns a request; there are few hosts
    application.get_backend_for_host = lru_cache(maxsize=1024)(application.get_backend_for_host)
    return from_wsgi(application)
