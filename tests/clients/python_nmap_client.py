"""Drives whatever `nmap` is first on PATH through python3-nmap, as its users do. Status 77: not installed."""

import sys

try:
    import nmap
except ImportError:
    print("python3-nmap is not installed")
    sys.exit(77)


def check_scan():
    scanner = nmap.PortScanner()
    assert scanner.nmap_version() > (7, 0), scanner.nmap_version()
    scanner.scan("127.0.0.1", "20-25,80,443,8000-8010", arguments="-sS -n")
    assert scanner.all_hosts() == ["127.0.0.1"], scanner.all_hosts()
    host = scanner["127.0.0.1"]
    assert host.state() == "up"
    assert host.all_protocols() == ["tcp"]
    states = {port: host["tcp"][port]["state"] for port in host.all_tcp()}
    assert [port for port, state in states.items() if state == "open"] == [22, 80, 443], states
    assert host["tcp"][22]["name"] == "ssh"
    assert host["tcp"][22]["reason"] == "syn-ack"
    assert host.has_tcp(80) and not host.has_tcp(81)
    # nmap's own option parser moves the targets to the end; nobody should depend on that.
    words = ["nmap", "-oX", "-", "-p", "20-25,80,443,8000-8010", "-sS", "-n", "127.0.0.1"]
    assert sorted(scanner.command_line().split()) == sorted(words), scanner.command_line()
    assert scanner.scaninfo()["tcp"]["method"] == "syn", scanner.scaninfo()
    assert scanner.scaninfo()["tcp"]["services"] == "20-25,80,443,8000-8010"
    stats = scanner.scanstats()
    assert (stats["uphosts"], stats["downhosts"], stats["totalhosts"]) == ("1", "0", "1"), stats
    assert "127.0.0.1;;;tcp;22;ssh;open;" in scanner.csv(), scanner.csv()


def check_ping_scan():
    scanner = nmap.PortScanner()
    scanner.scan("127.0.0.1-3", arguments="-sn -n")
    assert sorted(scanner.all_hosts()) == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert all(scanner[host].state() == "up" for host in scanner.all_hosts())


def check_list_scan():
    scanner = nmap.PortScanner()
    scanner.scan("127.0.0.0/30", arguments="-sL -n")
    assert scanner.all_hosts() == [f"127.0.0.{last}" for last in range(4)], scanner.all_hosts()


def check_connect_scan():
    scanner = nmap.PortScanner()
    scanner.scan("127.0.0.1", "22,23", arguments="-sT -Pn -n")
    assert scanner["127.0.0.1"]["tcp"][23]["state"] == "closed"
    assert scanner["127.0.0.1"]["tcp"][23]["reason"] == "conn-refused"


def check_system():
    scanner = nmap.PortScanner()
    scanner.scan("127.0.0.1", "21,22", arguments="-O -n")
    host = scanner["127.0.0.1"]
    assert {(port["state"], port["portid"]) for port in host["portused"]} >= {("open", "22"), ("closed", "21")}
    first = host["osmatch"][0]
    assert first["name"].startswith("Linux") and 50 < int(first["accuracy"]) < 100, first
    assert first["osclass"][0]["osfamily"] == "Linux", first
    assert first["osclass"][0]["cpe"] == ["cpe:/o:linux:linux_kernel"], first


def check_yield():
    hosts = [host for host, _ in nmap.PortScannerYield().scan("127.0.0.1-2", "22", arguments="-n -sS")]
    assert hosts == ["127.0.0.1", "127.0.0.2"], hosts


def check_bad_port():
    scanner = nmap.PortScanner()
    scanner.scan("127.0.0.1", "1-70000", arguments="-n")
    assert scanner.all_hosts() == []
    assert scanner.scaninfo()["error"], scanner.scaninfo()


for name, check in list(globals().items()):
    if name.startswith("check_"):
        check()
        print(name, "holds")
