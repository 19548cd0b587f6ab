"""The built wheel does what a checkout does: nothing that the program reads was left out of it.

Installed into a folder of its own, with the dependencies that are here already: no index is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from overt import __version__
from overt.testing import make_mail

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
HIT = {"at": 1, "user_agent": GMAIL}
BEACON = "https://news.example.net/wf/open?upn=u001.Zm9vYmFyYmF6cXV4c2VjcmV0MTIzNDU2Nzg5MA"

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the wheel's content."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return folder


def overt(site: Path, folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the installed command; dependencies come from here, overt itself only from `site`."""
    # Folders of PYTHONPATH are read without their .pth files, so this checkout is not among them.
    paths = os.pathsep.join((str(site), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    code = "import sys; from overt.cli.main import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-S", "-P", "-c", code, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "HOME": str(folder)},
        cwd=folder,
        input=given,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def test_everything_beside_the_code_is_in_it(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    beside = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "overt").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert beside <= inside
    assert any(name.endswith("LICENSE") for name in inside)


def test_it_is_what_runs_and_knows_its_version(installed: Path, tmp_path: Path) -> None:
    ran = overt(installed, tmp_path, "--version")
    assert (ran.returncode, ran.stdout.decode().strip()) == (0, __version__)
    code = "import overt, sys; sys.stdout.write(overt.__file__)"
    paths = os.pathsep.join((str(installed), sysconfig.get_path("purelib")))
    found = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code],
        env={"PYTHONPATH": paths},
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )
    assert Path(found.stdout.decode()).is_relative_to(installed)


def test_it_reads_its_rules_and_cleans(installed: Path, tmp_path: Path) -> None:
    raw = make_mail(f'<p>Hello</p><img src="{BEACON}" width="1" height="1">')
    (tmp_path / "one.eml").write_bytes(raw)
    scanned = overt(installed, tmp_path, "scan", "--json", "one.eml")
    assert b'"class": "beacon"' in scanned.stdout, scanned.stderr
    cleaned = overt(installed, tmp_path, "clean", given=raw)
    assert b"news.example.net/wf/open" not in cleaned.stdout.replace(b"=\r\n", b"")
    assert b"Hello" in cleaned.stdout


def test_it_makes_its_database_and_its_words(installed: Path, tmp_path: Path) -> None:
    """Migrations, languages of the pages, clues: what is read when a sender uses it."""
    (tmp_path / "overt.toml").write_text('base_url = "https://t.example.org"\n')
    added = overt(installed, tmp_path, "consent", "add", "robin@example.org", "--reference", "form-1")
    assert added.returncode == 0, added.stderr
    for arguments, words in (
        (("policy", "--language", "de"), "Messung unserer E-Mails"),
        (("report",), "Nothing recorded yet"),
        (("classify", "-"), '"program": "Gmail"'),
    ):
        ran = overt(installed, tmp_path, *arguments, given=json.dumps(HIT).encode())
        assert ran.returncode == 0, ran.stderr
        assert words in ran.stdout.decode()
