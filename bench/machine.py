"""What every benchmark says first: which machine, which program."""

import os
import platform
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED = 77  # what the lab's programs and ctest call a test that cannot run here


def described(program):
    """One line: processors, kernel, the version of `program`, the commit."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True,
                            check=False).stdout.strip()
    ours = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return (f"{os.cpu_count()} x {model}, Linux {platform.release()}; {ours.splitlines()[0] if ours else 'portolan'}"
            f"{', commit ' + commit if commit else ''}")
