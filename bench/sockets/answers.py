"""What portolan, ss and netstat say of the same sockets, in one form, so that it can be compared.

A TCP or UDP socket is (protocol, state, local, remote, pids), a UNIX socket (protocol, state, path, inode, pids);
packet and netlink sockets are left out, because every program has some of its own."""

import collections
import json
import re

STATES = {"ESTAB": "ESTABLISHED", "TIME_WAIT": "TIME-WAIT", "CLOSE_WAIT": "CLOSE-WAIT", "FIN_WAIT1": "FIN-WAIT-1",
          "FIN_WAIT2": "FIN-WAIT-2", "SYN_SENT": "SYN-SENT", "SYN_RECV": "SYN-RECV", "LAST_ACK": "LAST-ACK",
          "LISTENING": "LISTEN", "CONNECTED": "ESTABLISHED", "": "UNCONN"}
NOBODY = frozenset()


def ip_end(text):
    """The three programs differ in how they write "any address" and "any port"."""
    address, _, port = text.rpartition(":")
    address = address.strip("[]")
    return f"{'*' if address in ('', '0.0.0.0', '::', '*') else address}:{port}" if text != "-" else "*:*"


def state(text):
    return STATES.get(text, text)


def read_ss(lines):
    """`ss -an` or `ss -anp`, the first line left out."""
    kinds = {"u_str", "u_dgr", "u_seq"}
    for line in lines:
        words = line.split()
        pids = frozenset(map(int, re.findall(r"pid=(\d+)", line)))
        if words[0] in ("tcp", "udp"):
            yield words[0], state(words[1]), ip_end(words[4]), ip_end(words[5]), pids
        elif words[0] in kinds:
            yield "unix", state(words[1]), "" if words[4] == "*" else words[4], int(words[5]), pids


def read_netstat(lines):
    """`netstat -an` or `netstat -anp`."""
    unix = re.compile(r"unix +\d+ +\[[^]]*\] +\S+ +([A-Z]*) +(\d+) *(-|\d+/\S+)? *(\S*)$")
    for line in lines:
        line = line.rstrip()
        if match := unix.match(line):
            status, inode, holder, path = match.groups()
            pids = frozenset([int(holder.split("/")[0])]) if holder and holder != "-" else NOBODY
            yield "unix", state(status), path, int(inode), pids
        elif line.startswith(("tcp", "udp")):
            words = line.split()
            has_state = len(words) > 5 and words[5].isupper()
            holder = re.search(r" (\d+)/\S+$", line)
            pids = frozenset([int(holder[1])]) if holder else NOBODY
            yield words[0][:3], state(words[5] if has_state else ""), ip_end(words[3]), ip_end(words[4]), pids


def read_table(lines):
    """The rows that `portolan sockets` prints: without inodes."""
    for line in lines:
        words = line.split()
        if words[0] in ("tcp", "udp"):
            holder = re.search(r"/(\d+)(\+\d+)?$", words[7]) if len(words) > 7 else None
            pids = frozenset([int(holder[1])]) if holder else NOBODY
            yield words[0], words[1], ip_end(words[4]), ip_end(words[5]), pids
        elif words[0] == "unix":
            holder = re.search(r"/(\d+)(\+\d+)?$", words[7]) if len(words) > 7 else None
            pids = frozenset([int(holder[1])]) if holder else NOBODY
            yield "unix", words[1], "" if words[4].startswith("#") else words[4], 0, pids


def read_json(lines):
    for line in lines:
        record = json.loads(line)
        if record["record"] != "socket":
            continue
        pids = frozenset(holder["pid"] for holder in record.get("holders", []))
        if record["proto"] in ("tcp", "udp"):
            ends = ip_end(record["local"]), ip_end(record.get("remote", "-"))
            yield record["proto"], record["state"], *ends, pids
        elif record["proto"] == "unix":
            path = record.get("path", "").replace("\0", "@")
            yield "unix", record["state"], path, record["inode"], pids


def inodes_of_ss(lines):
    """`ss -tune`: what tells one TCP or UDP socket from another."""
    for line in lines:
        words = line.split()
        if words[0] in ("tcp", "udp"):
            match = re.search(r" ino:(\d+)", line)
            yield words[0], ip_end(words[4]), ip_end(words[5]), int(match[1]) if match else 0


def inodes_of_json(lines):
    for line in lines:
        record = json.loads(line)
        if record["record"] == "socket" and record["proto"] in ("tcp", "udp"):
            yield record["proto"], ip_end(record["local"]), ip_end(record.get("remote", "-")), record.get("inode", 0)


def without_pids(sockets):
    return [socket[:4] + (NOBODY,) for socket in sockets]


def without_unix_inodes(sockets):
    return [socket if socket[0] != "unix" else socket[:3] + (0, socket[4]) for socket in sockets]


def differences(one, said_by_one, other, said_by_other):
    """Sentences about what only one of the two says."""
    first, second = collections.Counter(said_by_one), collections.Counter(said_by_other)
    sentences = []
    for name, extra in ((one, first - second), (other, second - first)):
        if extra:
            sentences.append(f"{sum(extra.values())} sockets are told by {name} only, {next(iter(extra))} first")
    return sentences


def counts(sockets):
    """How many of each protocol and state."""
    return dict(collections.Counter((socket[0], socket[1]) for socket in sockets))
