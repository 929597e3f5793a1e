"""Make the virtual environment that every make target runs in: ``python3 tools/venv.py .venv``.

Installs exactly what requirements.lock pins, then this project. Whatever goes wrong is said in one
sentence. Written so that an old Python can read it far enough to say that it is too old.
"""

import os
import shutil
import subprocess
import sys
import time

NEEDED = (3, 11)
NEEDED_BYTES = 3 * 10**9
LOCK = "requirements.lock"
NETWORK = (
    "NewConnectionError", "Name or service not known", "Temporary failure in name resolution",
    "Max retries exceeded", "ConnectTimeout", "Network is unreachable", "Connection refused",
    "ProxyError", "Failed to establish", "Connection broken", "Read timed out",
)  # fmt: skip


def stop(sentence):
    """End with one sentence."""
    sys.exit("Set-up stopped: " + sentence)


def find_python():
    """Return an interpreter that is new enough: this one, or a newer one on the path."""
    if sys.version_info >= NEEDED:
        return sys.executable
    if sys.version_info >= (3, 3):
        for minor in range(14, NEEDED[1] - 1, -1):
            path = shutil.which("python3.%d" % minor)
            if path:
                return path
    return stop(
        "Python %d.%d or newer is needed and this is %d.%d; install one and run "
        "`make PYTHON=/path/to/it`." % (NEEDED + sys.version_info[:2])
    )


def run(command, on_line):
    """Run a command, pass on each line of its output, and return all lines and the code."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        on_line(lines[-1])
    return lines, process.wait()


def explain(lines, code):
    """Turn the output of a failed command into one sentence and stop."""
    output = "\n".join(lines)
    if "No space left on device" in output or "Disk quota exceeded" in output:
        stop("the disk is full; free about 3 GB and run the same command again.")
    if any(sign in output for sign in NETWORK):
        stop(
            "the packages could not be downloaded; check the network connection (or the proxy) and "
            "run the same command again."
        )
    if "ensurepip" in output:
        stop(
            "this Python has no venv module; on Debian or Ubuntu install the package python3-venv "
            "and run the same command again."
        )
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        stop("a downloaded package is not the one that %s pins; nothing was installed." % LOCK)
    errors = [line for line in lines if line.upper().startswith("ERROR")] or lines[-1:]
    stop("pip ended with code %d: %s" % (code, errors[-1] if errors else "no message"))


def main(folder):
    """Create the environment, or bring it up to date."""
    started = time.time()
    python = find_python()
    free = shutil.disk_usage(".").free
    if free < NEEDED_BYTES:
        stop("3 GB of disk are needed for the packages and %.1f GB are free." % (free / 1e9))
    with open(LOCK) as lock:
        total = sum(1 for line in lock if "==" in line)
    print("Setting up %s with the %d pinned packages of %s (once)." % (folder, total, LOCK))

    lines, code = run([python, "-m", "venv", folder], str)
    if code:
        explain(lines, code)

    terminal = sys.stdout.isatty()
    count = [0]

    def show(line):
        words = line.split()
        if words[:1] == ["Collecting"]:
            count[0] += 1
            if terminal:
                print("\r\033[K[%d/%d] %s" % (count[0], total, words[1]), end="")
            elif count[0] % 20 == 0:
                print("[%d/%d] %s" % (count[0], total, words[1]))
        elif line.startswith("Installing collected packages") and count[0] > 1:
            print(("\r\033[K" if terminal else "") + "Downloaded; unpacking takes a minute.")
        sys.stdout.flush()

    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--no-input", "--retries", "2"]
    for arguments in (
        ["--require-hashes", "-r", LOCK],
        ["--no-deps", "--no-build-isolation", "-e", "."],
    ):
        lines, code = run(install + arguments, show)
        if code:
            if terminal:
                print()
            explain(lines, code)
    with open(os.path.join(folder, ".ready"), "w") as ready:
        ready.write("Written when everything was installed; make compares its time.\n")
    print("Ready: %s (%.0f s)." % (folder, time.time() - started))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as problem:
        stop("%s." % problem)
    except KeyboardInterrupt:
        stop("interrupted; run the same command again to go on.")
