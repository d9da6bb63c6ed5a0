"""HashiCorp's go-plugin: the handshake on standard output, a TLS certificate, and a gRPC server on a Unix socket."""

from __future__ import annotations

import base64
import datetime
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from groundway_local.provider.messages import ERROR, M, diagnostic
from groundway_local.provider.problem import Problem

COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
WORKERS = 16
ORPHAN_CHECK = 1.0  # seconds
RPCS = (
    "GetProviderSchema",
    "ValidateProviderConfig",
    "ConfigureProvider",
    "ValidateResourceConfig",
    "UpgradeResourceState",
    "ReadResource",
    "PlanResourceChange",
    "ApplyResourceChange",
    "ImportResourceState",
    "ValidateDataResourceConfig",
    "ReadDataSource",
    "StopProvider",
)


def serve(provider: Any) -> None:
    """Serve a provider (an object with a method per RPC, `method(request, response)`) until Terraform says stop."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.exit("This is a Terraform provider plugin: Terraform starts it, people do not.")
    import grpc

    stop = threading.Event()
    server = grpc.server(ThreadPoolExecutor(WORKERS))
    server.add_generic_rpc_handlers(_handlers(provider, stop))
    key, pem, der = _certificate()
    with tempfile.TemporaryDirectory(prefix="groundway-provider-") as directory:
        socket = os.path.join(directory, "socket")
        # gRPC cannot verify Terraform's own certificate (curve P-521): the directory keeps other users out instead.
        server.add_secure_port(f"unix:{socket}", grpc.ssl_server_credentials([(key, pem)]))
        server.start()
        address = base64.b64encode(der).decode().rstrip("=")
        sys.stdout.write(f"1|6|unix|{socket}|grpc|{address}\n")
        sys.stdout.flush()
        terraform = os.getppid()
        while not stop.wait(ORPHAN_CHECK) and os.getppid() == terraform:
            pass  # a Terraform that was killed says no goodbye
        server.stop(0.2)
    os._exit(0)  # Terraform has what it needs: do not wait for idle worker threads.


def _handlers(provider: Any, stop: threading.Event) -> tuple[Any, ...]:
    import grpc

    def identity(message: bytes) -> bytes:
        return message

    def shutdown(_request: bytes, _context: Any) -> bytes:
        stop.set()
        return b""

    def no_output(_request: bytes, _context: Any) -> Any:
        return iter(())

    handle = grpc.method_handlers_generic_handler
    unary, stream = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
    return (
        handle("tfplugin6.Provider", {name: _rpc(name, getattr(provider, name)) for name in RPCS}),
        handle("plugin.GRPCController", {"Shutdown": unary(shutdown, identity, identity)}),
        handle("plugin.GRPCStdio", {"StreamStdio": stream(no_output, identity, identity)}),
    )


def _rpc(name: str, method: Callable[[Any, Any], None]) -> Any:
    import grpc

    request, response = M.get(f"{name}Request", M["Empty"]), M[name]

    def call(message: Any, _context: Any) -> Any:
        out = response()
        try:
            method(message, out)
        except Problem as problem:
            out.diagnostics.append(diagnostic(ERROR, problem.summary, problem.detail, problem.path))
        except Exception as error:
            traceback.print_exc()
            out.diagnostics.append(diagnostic(ERROR, f"{name}: {type(error).__name__}", str(error)))
        return out

    def serialize(message: Any) -> bytes:
        return bytes(message.SerializeToString())

    return grpc.unary_unary_rpc_method_handler(call, request.FromString, serialize)


def _certificate() -> tuple[bytes, bytes, bytes]:
    """A throw-away key and self-signed certificate: key PEM, certificate PEM, certificate DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + 30 * day)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(pem), certificate.public_bytes(der)
