"""Drives whatever `nmap` is first on PATH through python3-libnmap, as its users do. Status 77: not installed."""

import sys
import time

try:
    from libnmap.parser import NmapParser
    from libnmap.process import NmapProcess
except ImportError:
    print("python3-libnmap is not installed")
    sys.exit(77)


def check_scan():
    process = NmapProcess(targets="127.0.0.1", options="-sS -n -p 20-25,80,443")
    assert process.run() == 0, process.stderr
    assert process.stderr == "", process.stderr
    assert process.has_terminated() and process.state == process.DONE
    report = NmapParser.parse(process.stdout)
    assert report.scan_type == "syn"
    assert report.numservices == 8
    assert (report.hosts_up, report.hosts_down, report.hosts_total) == (1, 0, 1)
    host = report.hosts[0]
    assert host.address == "127.0.0.1" and host.is_up()
    assert sorted(host.get_open_ports()) == [(22, "tcp"), (80, "tcp"), (443, "tcp")]
    assert host.get_service(22).service == "ssh"
    assert host.get_service(22).reason == "syn-ack"
    assert host.get_service(21).state == "closed"
    assert process.version and process.elapsed and process.summary.startswith("Nmap done at")


def check_system():
    process = NmapProcess(targets="127.0.0.1", options="-O -n -p 21,22")
    assert process.run() == 0, process.stderr
    host = NmapParser.parse(process.stdout).hosts[0]
    assert host.os_fingerprinted
    first = host.os_match_probabilities()[0]
    assert first.name.startswith("Linux") and 50 < first.accuracy < 100, first
    assert first.osclasses[0].osfamily == "Linux", first
    assert {"state": "open", "proto": "tcp", "portid": "22"} in host.os_ports_used()
    assert (host.tcpsequence, host.ipsequence) == ("random", "All zeros")


def check_progress():
    # Slow enough that progress is told; what is told on the way must be of use.
    told = []

    def on_event(running):
        if running.current_task:
            told.append((running.current_task.name, float(running.progress)))

    process = NmapProcess(targets="127.0.0.1", options="-sS -n --max-rate 100 -p 1-300", event_callback=on_event)
    assert process.run() == 0, process.stderr
    assert any(0 < progress < 100 for _, progress in told), told[-5:]
    assert {"SYN Stealth Scan"} <= {name for name, _ in told}, {name for name, _ in told}


def check_background():
    process = NmapProcess(targets="127.0.0.1", options="-sT -n -p 22")
    process.run_background()
    while not process.has_terminated():
        time.sleep(0.01)
    assert process.is_successful()
    assert NmapParser.parse(process.stdout).hosts[0].get_open_ports() == [(22, "tcp")]


def check_diff():
    reports = []
    for ports in ("22,80", "22,80"):
        process = NmapProcess(targets="127.0.0.1", options=f"-sS -n -p {ports}")
        process.run()
        reports.append(NmapParser.parse(process.stdout))
    assert reports[0].hosts[0].diff(reports[1].hosts[0]).changed() == set()


def check_failure():
    process = NmapProcess(targets="127.0.0.1", options="-n -p 1-70000")
    assert process.run() == 1
    assert process.has_failed()
    assert process.stderr


for name, check in list(globals().items()):
    if name.startswith("check_"):
        check()
        print(name, "holds")
