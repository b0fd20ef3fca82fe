"""Reads the XML of `-A` at the path that is given through python3-libnmap. Status 77: not installed."""

import sys

try:
    from libnmap.parser import NmapParser
except ImportError:
    print("python3-libnmap is not installed")
    sys.exit(77)

report = NmapParser.parse_fromfile(sys.argv[1])
host = report.hosts[0]
service = host.get_service(8443)
assert (service.service, service.tunnel, service.state) == ("http", "ssl", "open"), service.get_dict()
assert service.service_dict["method"] == "probed" and service.service_dict["conf"] == "10", service.service_dict
scripts = {script["id"]: script for script in service.scripts_results}
subject = scripts["ssl-cert"]["elements"]["subject"]
assert subject["commonName"] == "mail.example", scripts
assert host.os_fingerprinted and host.os_match_probabilities(), "no system"
