"""A page of a few claims and made-up results, and a headless Chromium driven over its DevTools pipe."""

import fcntl
import json
import os
import select
import shutil
import signal
import struct
import time
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from paper.document.sources import Sources, check_proofs
from paper.report.page import page
from proofs.book import Ledger
from proofs.claim import Evidence, Finding, Target
from proofs.grades import Grade
from proofs.ledger import LEDGER
from sims.harness.results import write_results

CLAIMS = LEDGER.closure(["T1.variance", "T1.covariance", "T1.nested", "T1.normalised", "L2.linear"])
AGAIN = replace(LEDGER.claim("T1.nested"), id="T1.again", title="Shares its certificate with another claim")
LITTLE = Ledger((*(LEDGER.claim(each) for each in CLAIMS), AGAIN))
DECISION = "| condition | outcome |\n|:---|:---|\n| The proofs are *clean*. | met |\n\nDecision: **go on**."
TITLES = {"theorem1": "Theorem 1 & its figures", "theorem2": "Theorem 2, not simulated"}
WAIT = 30.0
"""Seconds after which a silent browser is a failure."""


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def decision():
    """The Go/No-Go conditions in Markdown."""
    return DECISION


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """An output folder with one part, two measured points, one table and two figures."""
    folder = tmp_path_factory.mktemp("results")
    part, figures = folder / "quick" / "theorem1", folder / "quick" / "figures"
    (part / "points").mkdir(parents=True)
    figures.mkdir()
    data = xr.Dataset({"value": ("point", np.arange(3.0))})
    for seed, seconds in ((3, 100.0), (4, 80.0)):
        write_results(part / "points" / f"{seed}.nc", data, {"seed": seed}, seconds=seconds)
    write_results(part / "table-overlaps.nc", data, {"table": "overlaps", "seed": 3})
    for name, size in (("theorem1_interference", (70, 40)), ("theorem1_forgetting", (30, 20))):
        (figures / f"{name}.pdf").write_bytes(b"%PDF")
        (figures / f"{name}.png").write_bytes(png(*size))
    return folder


@pytest.fixture(scope="session")
def sources(results) -> Sources:
    proofs = check_proofs(LITTLE)
    claim = LITTLE.claim("T1.covariance")
    simulated = Evidence(
        claim.id, claim.fingerprint, Grade.MONTE_CARLO, Target.EXACT, Finding.HOLDS, "<b>p & q</b>: 0 of 4 rejected"
    )
    lapsed = Evidence(claim.id, "0" * 16, Grade.MONTE_CARLO, Target.EXACT, Finding.FAILS, "an earlier wording")
    certified = [each for one in LITTLE.claims for each in one.evidence(proofs)]
    judgements = LITTLE.judge([*certified, simulated, lapsed])
    figures = {path.stem: path for path in (results / "quick" / "figures").glob("*.pdf")}
    return Sources("quick", LITTLE, judgements, proofs, {}, figures)


@pytest.fixture(scope="session")
def text(sources, results) -> str:
    return page(sources, results, TITLES, DECISION)


@dataclass
class Browser:
    """Headless Chromium with one page, over the pipe of the DevTools protocol (messages end with a zero byte)."""

    program: str
    profile: Path
    events: list[dict[str, Any]] = field(default_factory=list)
    session: str = ""

    def __post_init__(self) -> None:
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        # out of the way of 3 and 4, which the child has to find them at
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (commands, answers)]
        null = os.open(os.devnull, os.O_RDWR)
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--window-size=1200,900")
        arguments = [self.program, *flags, f"--user-data-dir={self.profile}", "about:blank"]
        redirected = [
            (os.POSIX_SPAWN_DUP2, each, to) for each, to in ((ends[0], 3), (ends[1], 4), (null, 1), (null, 2))
        ]
        self._pid = os.posix_spawn(self.program, arguments, os.environ, file_actions=redirected, setpgroup=0)
        for each in (commands, answers, null, *ends):
            os.close(each)
        self._buffer, self._number = b"", 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result, keeping the events that come before it."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        os.write(self._write, json.dumps({**message, **({"sessionId": self.session} if self.session else {})}).encode())
        os.write(self._write, b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url: str) -> None:
        """Load a page; return when it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not self.seen("Page.loadEventFired"):
            self.events.append(self._next())

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page; return its value (a promise's when it is settled)."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def seen(self, *methods: str) -> list[dict[str, Any]]:
        """Return the parameters of the events of some kinds."""
        return [each["params"] for each in self.events if each.get("method") in methods]

    def close(self) -> None:
        """End the browser, by force if it does not answer."""
        self.session = ""
        try:
            self.call("Browser.close")
            deadline = time.monotonic() + 5
            while os.waitpid(self._pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > deadline:
                    raise TimeoutError
                time.sleep(0.02)
        except (AssertionError, OSError, TimeoutError):
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._read)
        os.close(self._write)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._read], [], [], WAIT)[0], f"the browser said nothing for {WAIT:.0f} s"
            received = os.read(self._read, 1 << 20)
            assert received, "the browser ended"
            self._buffer += received
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, names) if path), None)
    if program is None:
        pytest.skip(f"none of {', '.join(names)} is installed (Debian: apt install chromium)")
    opened = Browser(program, tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()
