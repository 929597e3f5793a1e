"""The set-up script: one clear sentence for whatever goes wrong."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools/venv.py"


@pytest.fixture
def venv():
    specification = importlib.util.spec_from_file_location("venv_tool", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        (
            "NewConnectionError: Failed to establish a new connection",
            "check the network connection",
        ),
        ("Error: Command [...] -m ensurepip returned non-zero exit status 1", "python3-venv"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
            "not the one that requirements.lock pins",
        ),
        ("noise\nERROR: something else\nmore", "pip ended with code 1: ERROR: something else"),
        ("", "pip ended with code 1: no message"),
    ],
)
def test_a_failed_command_is_explained_in_one_sentence(venv, output, sentence):
    with pytest.raises(SystemExit) as stopped:
        venv.explain(output.splitlines(), 1)
    message = str(stopped.value)
    assert message.startswith("Set-up stopped: ")
    assert sentence in message
    assert "\n" not in message


def test_a_python_that_is_too_old_is_refused(venv, monkeypatch):
    monkeypatch.setattr(venv.sys, "version_info", (3, 8, 1))
    monkeypatch.setattr(venv.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed and this is 3\.8"):
        venv.find_python()


def test_a_newer_python_on_the_path_is_found(venv, monkeypatch):
    monkeypatch.setattr(venv.sys, "version_info", (3, 8, 1))
    monkeypatch.setattr(venv.shutil, "which", {"python3.12": "/somewhere/python3.12"}.get)
    assert venv.find_python() == "/somewhere/python3.12"


def test_too_little_disk_is_noticed_before_anything_is_installed(venv, monkeypatch, tmp_path):
    usage = type("Usage", (), {"free": 10**9})
    monkeypatch.setattr(venv.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SystemExit, match=r"3 GB of disk are needed .* and 1\.0 GB are free"):
        venv.main(str(tmp_path / "venv"))
    assert not (tmp_path / "venv").exists()


def test_without_a_network_the_script_says_so(tmp_path):
    """Run it for real, against an index that nobody serves."""
    (tmp_path / "requirements.lock").write_text(f"nothing==1.0 --hash=sha256:{'0' * 64}\n")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "venv"],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_RETRIES": "0",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 1
    assert "the packages could not be downloaded; check the network connection" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "venv/.ready").exists()


def test_the_lock_file_has_hashes_and_no_urls():
    lock = (SCRIPT.parents[1] / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "file:" not in lock
    pins = [line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    assert all(line.endswith("\\") for line in pins)  # a hash follows
