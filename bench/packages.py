"""Debian packages whose files are used without being installed: nothing that they bring is set up or started.

Each is unpacked into a folder of its own below ~/.cache/portolan/servers/packages ($PORTOLAN_SERVERS says another place
than ~/.cache/portolan/servers), beside the list of those it needs and this machine has not installed."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

SIMULATED = re.compile(r"^Inst (\S+) ")
# Merged with /usr on Debian 12, while packages still name both.
MERGED = ("bin", "sbin", "lib")


def folder():
    """Where they are, as packaging/packages.sh has it."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(os.environ.get("PORTOLAN_SERVERS") or os.path.join(cache, "portolan", "servers"), "packages")


def installed_version(package):
    """"" where it is not installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", package], capture_output=True,
                          text=True, check=False)
    state, _, version = done.stdout.partition(" ")
    return version if state == "installed" else ""


def needs(package):
    """The unpacked packages that `package` consists of, itself first; none where it is installed, None where it is
    neither."""
    if installed_version(package):
        return []
    try:
        names = open(os.path.join(folder(), package, ".needs")).read().split()
    except FileNotFoundError:
        return None
    return names if all(os.path.exists(os.path.join(folder(), name, ".version")) for name in names) else None


def find(package, pattern):
    """The first file of `package`, or of those it needs, that this pattern names (usr/bin/NAME); None where there is none."""
    roots = [os.path.join(folder(), name) for name in needs(package) or []] + ["/"]
    return next((found for root in roots for found in sorted(glob.glob(os.path.join(root, pattern), recursive=True))), None)


def version(package):
    """Debian's version of the files that are used."""
    return installed_version(package) or open(os.path.join(folder(), package, ".version")).read()


def upstream(of_debian):
    """What the authors call that version: without Debian's epoch, revision and marks of repacking."""
    without_epoch = of_debian.split(":", 1)[-1]
    without_revision = without_epoch.rsplit("-", 1)[0]
    return re.split(r"[+~](?:dfsg|ds|repack|really|debian|git|\d{8})|\.dfsg", without_revision)[0]


def fetch(package):
    """Makes sure that `package` is there; why it is not, or ""."""
    if needs(package) is not None:
        return ""
    planned = subprocess.run(["apt-get", "-s", "-y", "--no-install-recommends", "install", package], capture_output=True,
                             text=True, check=False)
    names = [match[1] for line in planned.stdout.splitlines() if (match := SIMULATED.match(line))]
    if planned.returncode != 0 or package not in names:
        return planned.stderr.strip().splitlines()[-1] if planned.stderr.strip() else "apt-get does not know it"
    names = [package] + sorted(set(names) - {package})
    missing = [name for name in names if not os.path.exists(os.path.join(folder(), name, ".version"))]
    os.makedirs(folder(), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=folder()) as work:
        if missing:
            got = subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *missing], cwd=work,
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if got.returncode != 0:
                return got.stderr.strip().splitlines()[-1]
        for file in [name for name in os.listdir(work) if name.endswith(".deb")]:
            unpack(os.path.join(work, file), work)
    with open(os.path.join(folder(), package, ".needs"), "w") as list_:
        list_.write("\n".join(names) + "\n")
    return ""


def fetch_all(packages):
    """Each of them once; what cannot be had is said."""
    for package in sorted(set(packages)):
        if why := fetch(package):
            print(f"{package}: {why}", file=sys.stderr)


def unpack(file, work):
    shown = subprocess.run(["dpkg-deb", "-W", "--showformat=${Package} ${Version}", file], capture_output=True, text=True,
                           check=True)
    name, its_version = shown.stdout.split()
    into = os.path.join(work, name)
    for merged in MERGED:
        os.makedirs(os.path.join(into, "usr", merged))
        os.symlink(f"usr/{merged}", os.path.join(into, merged))
    files = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", file], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", into, "--no-same-owner", "--keep-directory-symlink"], stdin=files.stdout, check=True)
    if files.wait() != 0:
        raise subprocess.CalledProcessError(files.returncode, files.args)
    with open(os.path.join(into, ".version"), "w") as said:
        said.write(its_version)
    shutil.rmtree(os.path.join(folder(), name), ignore_errors=True)
    os.rename(into, os.path.join(folder(), name))
