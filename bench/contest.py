"""Programs that do the same in the same lab, one after the other: what benchmarks of scans have in common."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from machine import ROOT, SKIPPED


class NoLab(Exception):
    """No lab can be made here, or what it needs is not installed; the reason."""


@dataclass
class Measured:
    seconds: float = 0
    cpu: float = 0
    peak_mib: float = 0
    cut: bool = False
    wrong: list = field(default_factory=list)  # sentences; empty when all it said is true
    notes: list = field(default_factory=list)
    packets: int = 0  # that arrived at the far end of the wire
    busy: float = 0  # seconds in which any arrived

    def leaving(self):
        return self.packets / self.busy if self.busy else 0

    def overall(self):
        return self.packets / self.seconds if self.seconds else 0


def run_in_lab(name, lab, command, options, limit, seed, folder):
    """Runs `command` in the lab that these options of lab-run make: what it took, and the truth about the lab.

    `name` is the row's, for what is said when there is no such lab."""
    truth, usage = (os.path.join(folder, file) for file in ("truth", "usage"))
    lab = [options.lab_run, *lab, "--seed", str(seed), "--limit", str(limit), "--truth", truth, "--usage", usage]
    done = subprocess.run([*lab, "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == SKIPPED:
        raise NoLab(done.stderr.strip())
    if not os.path.exists(usage):
        sys.exit(f"{name}: {done.stderr.strip()}")
    used = json.load(open(usage))
    result = Measured(used["seconds"], used["cpu_seconds"], used["peak_kib"] / 1024, used["cut"],
                      packets=used["arrived"]["packets"], busy=used["arrived"]["busy"])
    for way in ("sent", "answered"):
        more = used.get(way, {}).get("overflowed", 0) + used.get(way, {}).get("refused", 0)
        if more:
            result.notes.append(f"the wire took {more} packets {way} less than it was given")
    if not result.cut and used["status"] != 0:
        result.wrong.append(f"status {used['status']}: {done.stderr.strip()}")
    return result, json.load(open(truth))


def middle(runs, what):
    values = [getattr(run, what) for run in runs]
    return statistics.median([value() if callable(value) else value for value in values])


def options_parser(text):
    """For the options that every benchmark has which this text describes."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    build = os.environ.get("PORTOLAN_BUILD", os.path.join(ROOT, "build"))
    parser.add_argument("--only", action="append", metavar="ROW", help="a row of the table; may be given again")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="the table shows medians of N runs")
    parser.add_argument("--skip-peer-over", "--skip-nmap-over", type=float, default=600, metavar="SECONDS",
                        help="a peer is stopped after so long; its ratio is then a lower bound, marked >")
    parser.add_argument("--without-peers", "--without-nmap", action="store_true",
                        help="portolan only: answers and times, no ratios")
    parser.add_argument("--smoke", action="store_true", help="tiny inputs, answers only; for the tests")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other open ports, other losses")
    parser.add_argument("--program", default=os.path.join(build, "portolan"), metavar="FILE")
    parser.add_argument("--lab-run", default=os.path.join(build, "lab", "lab-run"), metavar="FILE")
    return parser


def read_options(parser, all_rows, smoke_rows):
    """The command line, and which rows are to run. `parser` may be the benchmark's text, where it has no options of its own."""
    if isinstance(parser, str):
        parser = options_parser(parser)
    options = parser.parse_args()
    rows = smoke_rows if options.smoke else all_rows
    known = [row.name for row in rows]
    unknown = [name for name in options.only or [] if name not in known]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; rows: {', '.join(known)}")
    for program in (options.program, options.lab_run):
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is missing; build it, or say where it is")
    return options, [row for row in rows if not options.only or row.name in options.only]
