"""An emulated AWS on 127.0.0.1: a moto server in layers, one idea a module.

server (HTTP) -> control (`/groundway/...`) -> gate (one request at a time) -> accounts (whose request) -> idempotency
(a create is carried out once) -> state_locks (a dead Terraform holds no lock) -> recorded (what moto lacks)
-> moto with its patches.
Run it with `groundway local up`.
"""
