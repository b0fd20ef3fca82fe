#!/usr/bin/python3
"""Starts servers on this host, says "ready", and leaves them running until it is ended; for lab-run --serve.

Each has a file system of its own: its packages' files over this machine's, and empty places to write in. It is an
ordinary user there, or root where it has to be several, and sees nothing else of what others do."""

import argparse
import json
import os
import selectors
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import packages  # noqa: E402
from servers import FIRST_MUTE, SERVERS  # noqa: E402

TARGET = "198.18.0.2"
LONGEST_START = 120  # seconds, for all together

# In a mount namespace of its own; $USR, $ETC and $VAR name the layers of packages, in whose folder this begins.
WORLD = r"""
set -e
mount --make-rprivate /
hostname box
mount -t tmpfs lab "$ROOT"
mkdir "$ROOT/usr" "$ROOT/etc" "$ROOT/var" "$ROOT/run" "$ROOT/tmp" "$ROOT/proc" "$ROOT/dev" "$ROOT/sys" "$ROOT/old" \
      "$ROOT/run/lab" "$ROOT/above" "$ROOT/above/etc" "$ROOT/above/work"
for link in bin sbin lib lib32 lib64; do [ ! -L /$link ] || cp -d /$link "$ROOT/"; done
if [ -n "$USR" ]; then
  mount -t overlay lab -o "lowerdir=$USR/usr,userxattr" "$ROOT/usr"
else
  mount --rbind /usr "$ROOT/usr"
fi
cd "$ROOT/above/etc"
printf '%s\n' "$USERS" >passwd
printf '%s\n' "$GROUPS_" >group
printf '127.0.0.1 localhost\n198.18.0.1 asks.example.net\n198.18.0.2 box.example.net box\n' >hosts
: >resolv.conf
cd "$OLDPWD"
mount -t overlay lab -o "lowerdir=$ETC/etc,upperdir=$ROOT/above/etc,workdir=$ROOT/above/work,userxattr" "$ROOT/etc"
for var in $VAR; do cp -r "$var/." "$ROOT/var/"; done
mkdir -p "$ROOT/var/lib" "$ROOT/var/log" "$ROOT/var/cache" "$ROOT/var/spool" "$ROOT/var/tmp" "$ROOT/var/mail"
ln -s /run "$ROOT/var/run"
chmod 1777 "$ROOT/tmp" "$ROOT/var/tmp"
mount -t proc lab "$ROOT/proc" 2>/dev/null || mount --rbind /proc "$ROOT/proc"
for place in dev sys; do mount --rbind /$place "$ROOT/$place"; done
cat >"$ROOT/run/lab/conf"
cd "$ROOT"
pivot_root . old
umount -l /old
cd /run/lab
export HOME=/run/lab D=/run/lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
if [ -n "$ROOT_STAYS" ]; then exec sh -c "$START"; fi
exec unshare --user --map-user=1000 --map-group=1000 sh -c "$START"
"""
# Whom servers want to be.
NAMES = """lab Debian-exim smmta smmsp _rpc nobody nogroup sshd mysql postgres daemon mail news postfix postdrop adm tty
utmp lp lpadmin cyrus courier""".split()


def users(number):
    """Lines of passwd and of group: all of them are `number`, or everybody has another."""
    numbers = {"root": 0, **{name: number or 64000 + index for index, name in enumerate(NAMES)}}
    return ("\n".join(f"{name}:x:{of}:{of}::/run/lab:/bin/sh" for name, of in numbers.items()),
            "\n".join(f"{name}:x:{of}:" for name, of in numbers.items()))


def is_really_root():
    """Root, and every user is known here: programs may become others."""
    return os.geteuid() == 0 and open("/proc/self/uid_map").read().split()[2] == "4294967295"



class Server:
    """One that is started, and what came of it."""

    def __init__(self, entry, place):
        self.entry = entry
        self.lacks = ""
        self.process = None
        layers = []
        for package in entry.packages:
            needed = packages.needs(package)
            if needed is None:
                self.lacks = f"the package {package} is missing"
                return
            layers += [name for name in needed if name not in layers]
        if entry.root and not is_really_root():
            self.lacks = "it runs as root only"
            return
        self.version = packages.version(entry.packages[0])
        self.log = os.path.join(place, entry.name + ".log")
        root = os.path.join(place, entry.name)
        os.mkdir(root)

        def layers_with(folder):
            return [f"{name}/{folder}" for name in layers if os.path.isdir(os.path.join(packages.folder(), name, folder))]

        passwd, group = users(0 if entry.root else 1000)
        environment = {**os.environ, "ROOT": root, "PORT": str(entry.port), "USERS": passwd, "GROUPS_": group,
                       "ROOT_STAYS": "yes" if entry.root else "",
                       "USR": ":".join([*layers_with("usr"), ""]) if layers_with("usr") else "",
                       "ETC": ":".join([*layers_with("etc"), ""]), "VAR": " ".join(layers_with("var")),
                       "START": entry.start}
        os.makedirs(packages.folder(), exist_ok=True)
        with open(self.log, "w") as log:
            # A group of its own: some end theirs.
            self.process = subprocess.Popen(["unshare", "--mount", "--uts", "sh", "-c", WORLD], cwd=packages.folder(), stdout=log,
                                            stderr=log, env=environment, stdin=subprocess.PIPE, text=True,
                                            start_new_session=True)
        self.process.stdin.write(entry.conf.replace("@PORT@", str(entry.port)))
        self.process.stdin.close()

    def ready(self):
        """None as long as it is not known."""
        if self.lacks:
            return False
        if self.process.poll() is not None:
            self.lacks = f"it ended: {self.last_words()}"
            return False
        with socket.socket() as asked:
            asked.settimeout(1)
            return True if asked.connect_ex((TARGET, self.entry.port)) == 0 else None

    def last_words(self):
        said = open(self.log, errors="replace").read().split("\n")
        return next((line for line in reversed(said) if line.strip()), "it said nothing")[:300]


def wait_for(servers):
    waiting, end = list(servers), time.monotonic() + LONGEST_START
    while waiting and time.monotonic() < end:
        waiting = [server for server in waiting if server.ready() is None]
        time.sleep(0.05)  # there is no event for another process's socket
    for server in waiting:
        server.lacks = f"it does not listen: {server.last_words()}"


def be_mute(count, watched):
    """Ports where connections are accepted and nothing is said."""
    for port in range(FIRST_MUTE, FIRST_MUTE + count):
        listener = socket.create_server(("", port), backlog=512)
        listener.setblocking(False)
        watched.register(listener, selectors.EVENT_READ, "listener")


def hold(watched):
    while True:
        for key, _ in watched.select():
            if key.data == "listener":
                connection, _ = key.fileobj.accept()
                connection.setblocking(False)
                watched.register(connection, selectors.EVENT_READ, "connection")
                continue
            try:
                gone = not key.fileobj.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                gone = True
            if gone:
                watched.unregister(key.fileobj)
                key.fileobj.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--place", required=True, metavar="FOLDER", help="an empty one, for logs and mount points")
    parser.add_argument("--mute", type=int, default=0, metavar="N", help="and N ports that say nothing")
    parser.add_argument("names", nargs="*", help="which servers; all, where none is named")
    options = parser.parse_args()
    watched = selectors.DefaultSelector()
    be_mute(options.mute, watched)
    servers = [Server(entry, options.place) for entry in SERVERS if not options.names or entry.name in options.names]
    wait_for(servers)
    truth = {server.entry.name: {"lacks": server.lacks} if server.lacks else {"version": server.version}
             for server in servers}
    with open(os.path.join(options.place, "truth.json"), "w") as file:
        json.dump(truth, file)
    print("ready", flush=True)
    hold(watched)


if __name__ == "__main__":
    main()
