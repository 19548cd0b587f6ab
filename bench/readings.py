"""How often a User-Agent alone is read right, on strings that other projects collected for their own tests.

Nobody wrote our rules from these. They are cut in two by a hash: one half may be looked at while rules are mended, the
other is only counted. Beside ours: is-bot, device-detector and ua-parser, asked the one question that all answer: does
a machine ask? They answer yes or no; ours may also say that it does not know. The strings come by the package
managers' ordinary clients into `OVERT_FIXTURES`, or a folder that is thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from overt.measure.classify import read_hit
from overt.measure.hit import Seen
from overt.measure.reading import Actor
from overt.measure.token import Kind

PYPI = ("crawlerdetect==0.4.2",)
NPM = ("woothee@1.11.1", "ua-parser@0.3.5", "user-agents@2.1.198")
DEVICES_KEPT = 40  # one in so many of crawlerdetect's 165,000 strings of people's devices, so that rivals end today

# Whose class the project's own label names. A family that is not here is left out.
MACHINES = frozenset(
    "YottaaMonitor RackspaceBot PingdomBot PhantomJS LinkedInBot Googlebot GooglePlusBot FacebookBot".split()
) | {"Python Requests", "PyAMF"}
MAIL = frozenset({"Outlook", "Airmail", "Thunderbird", "AppleMail", "Lightning"})
UNCLEAR = frozenset({"Other", "CFNetwork", "AdobeAIR"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One string: whose it is, by which project, and what that project says it is."""

    source: str
    label: str
    machine: bool
    agent: str

    @property
    def held_out(self) -> bool:
        return bool(blake2b(self.agent.encode(), digest_size=1).digest()[0] & 1)


Judge = Callable[[str], bool | None]


def run() -> None:
    """Print what each reads right, by class, in both halves."""
    with _folder() as folder:
        _fetch(folder)
        samples = [sample for source in SOURCES for sample in source(folder)]
    for held_out in (False, True):
        half = [sample for sample in samples if sample.held_out is held_out]
        print(f"\n{'held out' if held_out else 'looked at'}: {len(half)} strings; right, and wrong, in per cent")
        _show(half)
    _show_devices([sample for sample in samples if sample.source == "user-agents"])


def _show_devices(samples: Sequence[Sample]) -> None:
    """Kinds of device beside those that the visitors' list gives."""
    from overt.measure.uaparser import describe

    told = Counter((sample.label, describe(sample.agent).device.value) for sample in samples)
    for (label, device), count in sorted(told.items()):
        print(f"{label} is said to be a {device}: {count}")


def ours(agent: str) -> bool | None:
    """Ours, of a beacon's hit; None where it does not know. Proxies ask for people, prefetch is another question."""
    actor = read_hit(Seen(Kind.BEACON, "GET", "", agent)).actor
    return None if actor is Actor.UNKNOWN else actor is Actor.MACHINE


def _is_bot() -> Judge:
    from is_bot import Bots  # type: ignore[import-not-found, import-untyped, unused-ignore]

    bots = Bots()
    return lambda agent: bool(bots.is_bot(agent))


def _device_detector() -> Judge:
    from device_detector import DeviceDetector  # type: ignore[import-not-found, import-untyped, unused-ignore]

    return lambda agent: bool(DeviceDetector(agent).parse().is_bot())


def _ua_parser() -> Judge:
    from ua_parser import parse_device

    def judge(agent: str) -> bool:
        found = parse_device(agent)
        return found is not None and found.family == "Spider"

    return judge


JUDGES: dict[str, Callable[[], Judge]] = {
    "overt": lambda: ours,
    "is-bot": _is_bot,
    "device-detector": _device_detector,
    "ua-parser": _ua_parser,
}


def _show(samples: Sequence[Sample]) -> None:
    classes: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for sample in samples:
        classes[sample.source, sample.label, sample.machine].append(sample.agent)
    keys = sorted(classes, key=lambda key: (key[2], key[0], key[1]))
    told: dict[str, dict[tuple[str, str, bool], str]] = {}
    for name, make in JUDGES.items():
        try:
            judge = make()
        except ImportError:
            print(f"{name} is not installed: pip install 'overt[bench]'")
            continue
        begun = time.process_time()
        told[name] = {}
        for key in keys:
            answers = Counter(judge(agent) for agent in classes[key])
            right, wrong = (100 * answers[answer] / len(classes[key]) for answer in (key[2], not key[2]))
            told[name][key] = f"{right:5.1f} {wrong:5.1f}"
        spent = 1e6 * (time.process_time() - begun) / len(samples)
        print(f"{name}: {spent:.0f} us a string")
    print(f"{'':44} {'n':>6}  " + "  ".join(f"{name[:11]:>11}" for name in told))
    for key in keys:
        what = f"{'machine' if key[2] else 'person'}: {key[0]}, {key[1]}"
        print(f"{what:44} {len(classes[key]):>6}  " + "  ".join(f"{told[name][key]:>11}" for name in told))


def _crawlerdetect(folder: Path) -> Iterator[Sample]:
    found = sorted(folder.glob("crawlerdetect-[0-9]*.tar.gz"))
    if not found:
        return
    for name, machine in (("crawlers", True), ("devices", False)):
        for agent in sorted(set(_member(found[0], f"user_agent/{name}.txt").splitlines())):
            kept = (
                machine
                or not int.from_bytes(blake2b(agent.encode(), digest_size=4).digest(), "big") // 2 % DEVICES_KEPT
            )
            if agent.strip() and kept:
                yield Sample("CrawlerDetect", name, machine, agent)


def _woothee(folder: Path) -> Iterator[Sample]:
    for archive in folder.glob("woothee-[0-9]*.tgz"):
        with tarfile.open(archive) as tar:
            names = [name for name in tar.getnames() if "/testsets/" in name and name.endswith(".yaml")]
        for name in sorted(names):
            for agent, category in re.findall(
                r"^- target: ['\"](.*)['\"]\n(?:  [^c\n].*\n)*  category: (\w+)", _member(archive, name), re.MULTILINE
            ):
                if category not in ("misc", "UNKNOWN"):
                    yield Sample("Woothee", category, category == "crawler", agent)


def _browserscope(folder: Path) -> Iterator[Sample]:
    for archive in folder.glob("ua-parser-[0-9]*.tgz"):
        text = _member(archive, "/test_user_agent_parser.yaml")
        for agent, family in re.findall(
            r"user_agent_string: ['\"](.*)['\"]\n(?:    js_ua.*\n)?    family: '(.*)'", text
        ):
            if family in UNCLEAR:
                continue
            label = "machine" if family in MACHINES else "mail program" if family in MAIL else "browser"
            yield Sample("Browserscope", label, label == "machine", agent)


def _visitors(folder: Path) -> Iterator[Sample]:
    """Browsers of people who visited its author's customers, in the autumn of 2026, by the kind of device."""
    for archive in folder.glob("user-agents-[0-9]*.tgz"):
        rows = json.loads(_member(archive, "/user-agents.json"))
        for agent, category in sorted({(row["userAgent"], row["deviceCategory"]) for row in rows}):
            yield Sample("user-agents", category, False, agent)


SOURCES = (_crawlerdetect, _woothee, _browserscope, _visitors)


def _member(archive: Path, ending: str) -> str:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.endswith(ending) and (file := tar.extractfile(member)) is not None:
                return file.read().decode("utf-8", "replace")
    raise SystemExit(f"{archive.name} holds no {ending}")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    named = os.environ.get("OVERT_FIXTURES")
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
        yield Path(named)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def _fetch(folder: Path) -> None:
    """What is not there yet; what cannot be had is said, and the rest is counted."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", "."]
    wanted = [(package.replace("==", "-"), [*pip, package]) for package in PYPI]
    wanted += [(package.replace("@", "-"), ["npm", "pack", "--silent", package]) for package in NPM]
    for name, command in wanted:
        if not any(path.name.startswith(name) for path in folder.iterdir()):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(command, cwd=folder, timeout=120, capture_output=True, check=False)
        if not any(path.name.startswith(name) for path in folder.iterdir()):
            print(f"{name} could not be fetched; its strings are left out")
