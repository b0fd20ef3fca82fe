#!/usr/bin/python3
"""Starts one foreign system at 198.18.5.2, or sets this kernel, says "ready", and leaves it running until it is ended.

For lab-run --serve. What cannot be started here is told in a file "lacks". Whatever is carried by a tap device is reached from the namespace that this begins in."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.dont_write_bytecode = True
import packages  # noqa: E402

DEVICE, OWN, ADDRESS, NETMASK, NETWORK = "system", "198.18.5.1", "198.18.5.2", "255.255.255.0", "198.18.5.0/24"
OWN6, ADDRESS6 = "2001:db8:5::1", "2001:db8:5::2"
PORT = 80
LONGEST_START = 60  # seconds

# What busybox does as the first process of a machine that has nothing else. Debian's kernel has IPv6 in a module.
MODULES = ("crc-ccitt.ko", "ipv6.ko")
INIT = f"""#!/bin/busybox sh
for module in {' '.join(MODULES)}; do /bin/busybox insmod /$module; done
/bin/busybox ip link set lo up
/bin/busybox ip link set vec0 up
/bin/busybox ip addr add {ADDRESS}/24 dev vec0
/bin/busybox ip -6 addr add {ADDRESS6}/64 dev vec0
/bin/busybox httpd -f -p {PORT}
"""


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def make_tap():
    ip(f"tuntap add dev {DEVICE} mode tap")
    ip(f"addr add {OWN}/24 dev {DEVICE}")
    # No wait for other owners of an address that was made up here.
    ip(f"-6 addr add {OWN6}/64 dev {DEVICE} nodad")
    ip(f"link set {DEVICE} up")


def kernel(place, settings):
    """This kernel itself, in the namespace of this process."""
    del place
    for setting in settings:
        name, _, value = setting.partition("=")
        with open(os.path.join("/proc/sys/net", name), "w") as file:
            file.write(value)


def uml(place, _):
    """Linux as a process (User-Mode Linux), whose files are a folder."""
    make_tap()
    root = os.path.join(place, "root")
    for folder in ("bin", "dev", "proc", "sys", "tmp"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy(packages.find("busybox-static", "usr/bin/busybox"), os.path.join(root, "bin"))
    for module in MODULES:
        if found := packages.find("user-mode-linux", f"usr/lib/uml/modules/*/kernel/**/{module}"):
            shutil.copy(found, root)
    with open(os.path.join(root, "init"), "w") as init:
        init.write(INIT)
    os.chmod(os.path.join(root, "init"), 0o755)
    return subprocess.Popen(
        [packages.find("user-mode-linux", "usr/bin/linux.uml"), "mem=64M", "rootfstype=hostfs", f"rootflags={root}", "rw",
         "init=/init", f"vec0:transport=tap,ifname={DEVICE},depth=128", f"uml_dir={place}", "con=null", "con0=null,fd:1",
         "noreboot", "panic=1"], cwd=place, env={**os.environ, "TMPDIR": place, "HOME": place}, **quiet(place))


def lwip(place, _):
    """lwIP, linked to a program that carries its frames."""
    make_tap()
    library = packages.find("liblwip-dev", "usr/lib/*/liblwip.so.0")
    program = os.path.join(place, "lwip")
    made = subprocess.run(["cc", "-std=gnu17", "-O1", "-isystem", packages.find("liblwip-dev", "usr/include/lwip"),
                           os.path.join(HERE, "lwip.c"), "-o", program, library, f"-Wl,-rpath,{os.path.dirname(library)}"],
                          check=False, capture_output=True, text=True)
    if made.returncode != 0:
        raise OSError(f"it does not compile: {(made.stderr.strip().splitlines() or ['cc says nothing'])[0]}")
    return subprocess.Popen([program, DEVICE, ADDRESS, NETMASK], **quiet(place))


# The host of a virtual network: its loopback is what the guest reaches at the gateway's address.
BEHIND = f"""
ip link set lo up
{sys.executable} -c 'import os, socket
os.closerange(3, 256)  # the end of a pipe among them, by which it is known whether slirp4netns lives
listener = socket.create_server(("127.0.0.1", {PORT}), backlog=512)
while True: listener.accept()[0].close()' &
exec "$@"
"""


def slirp(place, _):
    """libslirp, in a namespace of its own without any way out; this one is its guest's."""
    network = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    library = packages.find("slirp4netns", "usr/lib/*/libslirp.so.0")
    known, told = os.pipe()
    process = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", BEHIND, "sh", packages.find("slirp4netns", "usr/bin/slirp4netns"),
         f"--cidr={NETWORK}", "--disable-dns", f"--ready-fd={told}", "--netns-type=path", f"/proc/self/fd/{network}", DEVICE],
        env={**os.environ, "LD_LIBRARY_PATH": os.path.dirname(library)}, pass_fds=(network, told), **quiet(place))
    os.close(told)
    if not os.read(known, 1):  # it has ended
        raise OSError(last_words(place))
    ip(f"addr add {OWN}/24 dev {DEVICE}")
    ip(f"link set {DEVICE} up")
    return process


def quiet(place):
    log = open(os.path.join(place, "log"), "w")
    return {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}


def last_words(place):
    said = open(os.path.join(place, "log"), errors="replace").read().split("\n")
    return next((line for line in reversed(said) if line.strip()), "it said nothing")[:300]


def wait_for(process, place, addresses):
    """Until it accepts connections."""
    end = time.monotonic() + LONGEST_START
    for address in addresses:
        while True:
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as asked:
                asked.settimeout(1)
                if asked.connect_ex((address, PORT)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > end:
                raise OSError(f"it does not answer: {last_words(place)}")
            time.sleep(0.05)  # there is no event for another system's socket


SYSTEMS = {"kernel": (kernel, ()), "uml": (uml, (ADDRESS, ADDRESS6)), "lwip": (lwip, (ADDRESS,)), "slirp": (slirp, (ADDRESS,))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--place", required=True, metavar="FOLDER", help="an empty one, for its files")
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="of this kernel, below /proc/sys/net")
    options = parser.parse_args()
    start, addresses = SYSTEMS[options.system]
    try:
        process = start(options.place, options.settings)
        wait_for(process, options.place, addresses)
    except (OSError, subprocess.CalledProcessError) as why:
        with open(os.path.join(options.place, "lacks"), "w") as file:
            file.write(str(why))
    print("ready", flush=True)
    while True:
        time.sleep(3600)  # lab-run ends it, and what it has started


if __name__ == "__main__":
    main()
