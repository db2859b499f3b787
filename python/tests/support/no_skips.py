"""`pytest --no-skips`: a test that skips fails the run, unless allowed_skips.txt names it.

`pytest --without-oracles`: as if the packages were not there whose results the tests compare with.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

ALLOWED = Path(__file__).with_name("allowed_skips.txt")
ORACLES = [
    "pennylane",
    "qiskit",
    "qiskit_aer",
    "qiskit_ibm_runtime",
    "qiskit_qasm3_import",
    "qutip",
    "snntorch",
    "torch",
]


def allowed() -> set[str]:
    lines = ALLOWED.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


class NoSkips:
    """Notes what skips, and ends the session as failed where it may not."""

    def __init__(self) -> None:
        self.allowed = allowed()
        self.skipped: list[tuple[str, str]] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        if not {report.nodeid, report.nodeid.split("[")[0]} & self.allowed:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.skipped.append((report.nodeid, reason))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section(f"skipped, but not named in {ALLOWED.name}", red=True)
            for test, reason in self.skipped:
                terminalreporter.line(f"{test}: {reason}")


class WithoutOracles(MetaPathFinder):
    """An import of an oracle fails as that of a package which is not installed."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname.partition(".")[0] in ORACLES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips", action="store_true", help=f"fail where a test skips that {ALLOWED} has not"
    )
    parser.addoption("--without-oracles", action="store_true", help=f"without {', '.join(ORACLES)}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("no_skips"):
        config.pluginmanager.register(NoSkips())
    if config.getoption("without_oracles"):
        sys.meta_path.insert(0, WithoutOracles())
