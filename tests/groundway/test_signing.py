"""Signatures of model directories: what verifies, what does not, and that `model_signing` sees it the same way."""

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from groundway import signing
from groundway.errors import InvalidInput, Refused

PROGRAM = Path(__file__).parents[2] / ".venv-signing" / "bin" / "model_signing"
KEY, OTHER = signing.generate("models"), signing.generate("models")
PUBLIC = signing.public_of(KEY)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "model"
    (directory / "a").mkdir(parents=True)
    (directory / "model.skops").write_bytes(b"weights")
    (directory / "contract.json").write_text("{}")
    (directory / "a" / "deep.json").write_text("1")
    (directory / "a-b.json").write_text("2")
    return directory


def test_what_was_signed_verifies_wherever_it_lies(model: Path, tmp_path: Path) -> None:
    signature = signing.sign(model, KEY)
    signing.verify(model, signature, PUBLIC, "delays")
    signing.verify(model.rename(tmp_path / "elsewhere"), signature, PUBLIC, "delays")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: (m / "model.skops").write_bytes(b"other"), "model.skops was changed"),
        (lambda m: (m / "a/deep.json").unlink(), "a/deep.json is missing"),
        (lambda m: (m / "more.json").write_text("{}"), "more.json was added"),
        (lambda m: (m / ".gitignore").write_text("x"), ".gitignore was added"),
        (lambda m: (m / "contract.json").rename(m / "contract2.json"), "contract.json is missing"),
    ],
)
def test_a_changed_directory_is_refused_and_the_file_named(
    model: Path, change: Callable[[Path], Any], told: str
) -> None:
    signature = signing.sign(model, KEY)
    change(model)
    with pytest.raises(Refused, match=f"delays is not what was signed: {told}"):
        signing.verify(model, signature, PUBLIC, "delays")


def test_another_keys_signature_is_refused(model: Path) -> None:
    with pytest.raises(Refused, match=f"delays is not signed by the key {signing.fingerprint(PUBLIC)}"):
        signing.verify(model, signing.sign(model, OTHER), PUBLIC, "delays")


def test_a_payload_put_into_somebody_elses_envelope_is_refused(model: Path) -> None:
    mine, theirs = (json.loads(signing.sign(model, k)) for k in (KEY, OTHER))
    statement = json.loads(base64.b64decode(mine["dsseEnvelope"]["payload"]))
    statement["predicate"]["resources"][0]["digest"] = "0" * 64
    mine["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    theirs["verificationMaterial"] = mine["verificationMaterial"]
    for forged in (mine, theirs):
        with pytest.raises(Refused, match="not signed by the key"):
            signing.verify(model, json.dumps(forged).encode(), PUBLIC, "delays")


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b"\xff", b'{"dsseEnvelope": 1, "mediaType": 2}', b"[" * 100_000]
)
def test_what_is_no_signature_is_refused(model: Path, text: bytes) -> None:
    with pytest.raises(Refused, match="its signature cannot be read"):
        signing.verify(model, text, PUBLIC, "delays")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "https://slsa.dev/provenance/v1"),
        (("predicate", "serialization", "method"), "shards"),
        (("predicate", "serialization", "hash_type"), "blake2"),
        (("predicate", "resources"), []),
    ],
)
def test_a_statement_of_another_kind_is_refused_though_the_key_signed_it(
    model: Path, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], value: Any
) -> None:
    from groundway.signing import bundle

    def other(name: str, files: dict[str, str]) -> dict[str, Any]:
        statement = real(name, files)
        part = statement
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
        return statement

    real = bundle._statement
    with monkeypatch.context() as patch:
        patch.setattr(bundle, "_statement", other)
        signature = signing.sign(model, KEY)
    with pytest.raises(Refused, match="is of another kind"):
        signing.verify(model, signature, PUBLIC, "delays")


def test_a_second_signature_in_the_envelope_is_refused(model: Path) -> None:
    bundle = json.loads(signing.sign(model, KEY))
    bundle["dsseEnvelope"]["signatures"] *= 2
    with pytest.raises(Refused, match="its signature cannot be read"):
        signing.verify(model, json.dumps(bundle).encode(), PUBLIC, "delays")


def test_links_and_nothing_are_not_signed(model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="holds no file"):
        signing.sign(tmp_path / "empty", KEY)
    (model / "link.json").symlink_to(model / "contract.json")
    with pytest.raises(InvalidInput, match=r"link\.json is neither a file nor a directory"):
        signing.sign(model, KEY)


@pytest.mark.parametrize("key", ["", "no key", pytest.param(signing.generate("evidence"), id="ed25519")])
def test_a_key_of_another_kind_signs_nothing_and_is_not_told(model: Path, key: str) -> None:
    with pytest.raises(InvalidInput) as told:
        signing.sign(model, key)
    assert key.strip() not in told.value.message or not key


@pytest.mark.parametrize(
    "public", ["", "%", "AAAA", pytest.param(signing.public_of(signing.generate("evidence")), id="ed25519")]
)
def test_a_public_key_of_another_kind_verifies_nothing(model: Path, public: str) -> None:
    with pytest.raises(InvalidInput, match="is no public key"):
        signing.verify(model, signing.sign(model, KEY), public, "delays")


class TestModelSigning:
    """The reference implementation, in an environment of its own (`make setup-tests`)."""

    @pytest.fixture
    def keys(self, tmp_path: Path) -> tuple[Path, Path]:
        private, public = tmp_path / "key.pem", tmp_path / "public.pem"
        private.write_text(KEY)
        loaded = load_der_public_key(base64.b64decode(PUBLIC))
        public.write_bytes(loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return private, public

    def model_signing(self, *arguments: object) -> str:
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        return done.stdout + done.stderr

    def test_it_verifies_our_signature_and_refuses_a_changed_model(
        self, model: Path, keys: tuple[Path, Path], tmp_path: Path
    ) -> None:
        signature = tmp_path / "ours.sig"
        signature.write_bytes(signing.sign(model, KEY))
        verify = ("verify", "key", "--public_key", keys[1], "--signature", signature, model)
        told = self.model_signing(*verify)
        assert "Verification succeeded" in told
        assert "WARNING" not in told
        (model / "contract.json").write_text("changed")
        assert "Hash mismatch for 'contract.json'" in self.model_signing(*verify)

    def test_we_verify_its_signature_and_refuse_a_changed_model(
        self, model: Path, keys: tuple[Path, Path], tmp_path: Path
    ) -> None:
        signature = tmp_path / "theirs.sig"
        told = self.model_signing("sign", "key", "--private_key", keys[0], "--signature", signature, model)
        assert "Signing succeeded" in told
        signing.verify(model, signature.read_bytes(), PUBLIC, "delays")
        (model / "contract.json").write_text("changed")
        with pytest.raises(Refused, match=r"contract\.json was changed"):
            signing.verify(model, signature.read_bytes(), PUBLIC, "delays")
