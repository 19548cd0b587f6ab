"""From settings to logins, certificates and credentials: wrong files are told at the start, secrets in no error."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from overt.cli.option import Settings
from overt.cli.route import make_limits, open_credential, open_logins, open_signer, open_tls, open_way_out, read_secret
from overt.cli.settings import load_settings
from overt.errors import Malformed
from overt.serve.hop import Tls
from overt.serve.login import hash_password
from tests.serve.cert import make_cert
from tests.serve.test_signature import pem


def settings(folder: Path, text: str) -> Settings:
    path = folder / "overt.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "overt-data").mkdir(exist_ok=True)
    return load_settings(path)


def test_a_password_comes_from_its_file(folder: Path) -> None:
    (folder / "overt-data").mkdir()
    (folder / "overt-data" / "secret").write_text("hunter22\n")
    found = open_credential(settings(folder, '[hop]\nuser = "me"\npassword_file = "secret"\nauth = "login"\n'))
    assert found is not None
    assert (found.user, found.password, found.way) == ("me", "hunter22", "login")
    assert "hunter22" not in repr(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[hop]\nuser = "me"\n', "needs hop.password_file"),
        ('[hop]\npassword = "x"\n', "hop.user"),
        ('[hop]\nuser = "me"\npassword = "x"\ntoken_command = ["/bin/true"]\n', "one of"),
        ('[hop]\nuser = "me"\npassword_file = "gone"\n', "cannot be read"),
        ('[hop]\nuser = "me"\ntoken_file = "gone"\n', "gone"),
    ],
)
def test_half_a_credential_is_told(folder: Path, text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        open_credential(settings(folder, text))


def test_without_a_credential_nothing_is_told_to_the_next_hop(folder: Path) -> None:
    assert open_credential(settings(folder, "")) is None


def test_users_need_a_certificate(folder: Path) -> None:
    users = f'[relay.users]\nann = "{hash_password("correct horse")}"\n'
    with pytest.raises(Malformed, match=r"relay\.tls_certificate"):
        open_logins(settings(folder, users))
    assert open_logins(settings(folder, "")) is None


def test_a_certificate_is_loaded_with_its_key_or_told_missing(folder: Path) -> None:
    cert = make_cert(folder)
    text = f'[relay]\ntls_certificate = "{cert.certificate}"\ntls_key = "{cert.key}"\n'
    assert open_tls(settings(folder, text)) is not None
    assert open_tls(settings(folder, "")) is None
    with pytest.raises(Malformed, match="go together"):
        open_tls(settings(folder, f'[relay]\ntls_certificate = "{cert.certificate}"\n'))
    with pytest.raises(Malformed, match="cannot be used"):
        open_tls(settings(folder, '[relay]\ntls_certificate = "no.pem"\ntls_key = "no.pem"\n'))


def test_the_way_out_knows_how_it_is_protected(folder: Path) -> None:
    out = open_way_out(settings(folder, '[relay]\nnext_hop = "smtp://mx.example.org"\n[hop]\ntls = "verify"\n'))
    assert (out.hop.host, out.hop.tls) == ("mx.example.org", Tls.VERIFY)
    with pytest.raises(Malformed, match=r"hop\.ca_file"):
        open_way_out(settings(folder, '[hop]\nca_file = "gone.pem"\n'))


def test_limits_are_the_settings(folder: Path) -> None:
    limits = make_limits(settings(folder, '[relay]\nmax_size = "1MiB"\nmax_connections = 7\n').relay)
    assert (limits.size, limits.connections) == (1_048_576, 7)


def test_a_secret_is_one_line(folder: Path) -> None:
    path = folder / "secret"
    path.write_text("a\nb\n")
    path.chmod(stat.S_IRUSR)
    with pytest.raises(Malformed, match="one line"):
        read_secret(path)


def test_a_signer_needs_all_three(folder: Path) -> None:
    assert open_signer(settings(folder, "")) is None
    with pytest.raises(Malformed, match="go together"):
        open_signer(settings(folder, '[dkim]\ndomain = "example.org"\n'))
    whole = '[dkim]\ndomain = "example.org"\nselector = "overt"\nkey = "dkim.pem"\n'
    with pytest.raises(Malformed, match=r"dkim\.key: .*dkim\.pem cannot be read"):
        open_signer(settings(folder, whole))
    (folder / "overt-data" / "dkim.pem").write_bytes(b"none")
    with pytest.raises(Malformed, match="dkim: that is no private key"):
        open_signer(settings(folder, whole))
    (folder / "overt-data" / "dkim.pem").write_bytes(pem(Ed25519PrivateKey.generate()))
    found = open_signer(settings(folder, whole))
    assert found is not None
    assert found.name == "overt._domainkey.example.org"
