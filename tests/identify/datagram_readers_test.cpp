// What readers of datagrams make of answers that no server of ours gives: put together by the documents that the
// readers name, and of the scan's own questions.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "facts.h"
#include "identify/datagram_agenda.h"
#include "identify/readers/data/ber.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

using namespace std::string_literals;

// The scan's question is answered so, and the second one, which is returned, by `more`; none where that is empty.
struct Asked {
  model::ServiceRecord found;
  std::string second;
};
Asked answered_by(const payload::Payload& payload, std::string heard, const std::string& more = {}) {
  DatagramAgenda agenda{net::Port{payload.ports.front()}, {question_of(payload), std::move(heard)}, false};
  Asked asked;
  if (const auto second = agenda.act(Instant{})) {
    asked.second = *second;
    if (!more.empty()) agenda.on_heard(more, Instant{});
  }
  asked.found = agenda.found();
  return asked;
}

// The first bytes of the question, in which its number stands.
std::string number_of(const payload::Payload& payload, std::size_t size) {
  return question_of(payload).substr(0, size);
}

// The scan's own question has a number that nobody here knows, but it was said.
TEST(DatagramReader, CoapIsWhoGivesTheTokenBack) {
  const auto read = [](const std::string& heard) {
    const std::array turns{Turn{"D\x01\x9a\xaaTe\x9a\xaa\xbb.well-known\x04\x63ore\xc0"s, heard}};
    return udp_coap.read({.turns = turns, .port = net::Port{5060}}).is;
  };
  EXPECT_EQ(read("SIP/2.0 200 OK\r\nVia: x\r\n\r\n"), Reading::Is::no) << "its first letters pass for a head";
  EXPECT_EQ(read("dE\x9a\xaaTe\x9a\xaa\xff</>"s), Reading::Is::yes);
  EXPECT_EQ(read("p\0\x9a\xaa"s), Reading::Is::yes) << "a reset";
  EXPECT_EQ(read("p\0\x9a\xab"s), Reading::Is::no);
}

TEST(DatagramReader, MdnsNamesTheTypesOfServicesOnce) {
  const std::string types = question_of(payload::mdns).substr(12);
  const std::string pointer = "\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x0a"s;
  const std::string local = "\xc0\x23"s;  // "local" inside the question
  const std::string http = pointer + "\x00\x0d\x05_http\x04_tcp"s + local;
  const std::string answer = number_of(payload::mdns, 2) + "\x84\x00\x00\x01\x00\x03\x00\x00\x00\x00"s + types + http +
                             pointer + "\x00\x0c\x04_ipp\x04_tcp"s + local + http;
  const Asked asked = answered_by(payload::mdns, answer);
  EXPECT_EQ(asked.found.name, "mdns");
  EXPECT_EQ(asked.found.extra, "_http._tcp, _ipp._tcp");
  EXPECT_EQ(fact_of(asked.found, "dns-service-discovery/"), "_http._tcp");
  EXPECT_EQ(asked.second, "");
}

TEST(DatagramReader, WhatCannotBeReadIsClaimedForNobody) {
  for (const payload::Payload* payload : {&payload::dns, &payload::mdns, &payload::netbios_ns}) {
    SCOPED_TRACE(payload->name);
    const std::string number = number_of(*payload, 2);
    for (const std::string& answer : {number + "\x80\x01\x00\x00\xff\xff\x00\x00\x00\x00\xc0\x0c"s,
                                      number + "\x80\x01\x00\x00\x00\x01\x00\x00\x00\x00\x80\x01"s}) {
      EXPECT_EQ(answered_by(*payload, answer).found.name, "");
    }
    // That more was said than there was room for, it says itself (RFC 1035 section 4.1.1).
    EXPECT_NE(answered_by(*payload, number + "\x82\x01\x00\x00\x00\x01\x00\x00\x00\x00"s).found.name, "");
  }
}

// At a port that hints at nothing a text, or a byte that comes again and again, is no protocol's, whatever was asked.
TEST(DatagramReader, WhatAnswersAllQuestionsAlikeIsNamedByNone) {
  const std::string text = "error: unknown command received, please try again later, thank you and goodbye (E42)\n";
  for (const payload::Payload* payload : payload::registry) {
    for (const std::string& heard : {text, std::string(600, 'x'), std::string(48, '\xa7'), std::string(9, '\x01')}) {
      DatagramAgenda agenda{net::Port{40'111}, {question_of(*payload), heard}, true};
      (void)agenda.act(Instant{});
      EXPECT_EQ(agenda.found().name, "") << payload->name << " answered by " << heard.substr(0, 9);
      EXPECT_EQ(agenda.found().confidence, 0) << payload->name;
    }
  }
}

TEST(DatagramReader, NamesThatPointAtThemselvesHaveAnEnd) {
  const std::string loop = number_of(payload::mdns, 2) + "\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\xc0\x0c"s +
                           "\x00\x0c\x00\x01\x00\x00\x00\x0a\x00\x02\xc0\x0c"s;
  EXPECT_EQ(answered_by(payload::mdns, loop).found.name, "");
}

TEST(DatagramReader, NetbiosTellsHostWorkgroupAndAddress) {
  const auto name = [](std::string_view text, char suffix, const std::string& flags) {
    return std::string{text} + std::string(15 - text.size(), ' ') + suffix + flags;
  };
  const std::string table = "\x05"s + name("FILES", '\0', "\x04\x00"s) + name("FILES", '\x03', "\x04\x00"s) +
                            name("KIM", '\x03', "\x04\x00"s) + name("FILES", '\x20', "\x04\x00"s) +
                            name("OFFICE", '\0', "\x84\x00"s) + "\x02\x00\x00\x00\x00\x01"s + std::string(40, '\0');
  const std::string answer = number_of(payload::netbios_ns, 2) + "\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"s +
                             question_of(payload::netbios_ns).substr(12, 34) + "\x00\x21\x00\x01\x00\x00\x00\x00"s +
                             big(table.size(), 2) + table;
  const Asked asked = answered_by(payload::netbios_ns, answer);
  EXPECT_EQ(asked.found.name, "netbios-ns");
  EXPECT_EQ(asked.found.host_name, "FILES");
  EXPECT_EQ(asked.found.extra, "workgroup: OFFICE; MAC 02:00:00:00:00:01");
  EXPECT_EQ(fact_of(asked.found, "nbstat/server_name"), "FILES");
  EXPECT_EQ(fact_of(asked.found, "nbstat/mac.address"), "02:00:00:00:00:01");
  EXPECT_EQ(fact_of(asked.found, "nbstat/user"), "KIM");
  EXPECT_EQ(fact_of(asked.found, "nbstat/names."), "FILES<00> unique");
}

TEST(DatagramReader, NtpTellsItsVariables) {
  const std::string time = "\x24\x01\x00\xec"s + std::string(8, '\0') + "GPS\0"s + std::string(8, '\0') +
                           question_of(payload::ntp).substr(40, 8) + std::string(16, '\0');
  const std::string list =
      "version=\"ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)\",\r\nprocessor=\"x86_64\", "
      "system=\"Linux/5.10.0\", leap=0";
  const Asked asked =
      answered_by(payload::ntp, time, "\x16\x82\x00\x02\x00\x00\x00\x00\x00\x00"s + big(list.size(), 2) + list);
  EXPECT_EQ(asked.found.name, "ntp");
  EXPECT_EQ(asked.found.product, "ntpd");
  EXPECT_EQ(asked.found.version, "4.2.8p15");
  EXPECT_EQ(asked.found.system, "Linux");
  EXPECT_EQ(asked.found.extra, "v4; stratum 1; reference GPS; x86_64; Linux/5.10.0");
  EXPECT_EQ(fact_of(asked.found, "ntp-info/leap"), "0");
}

TEST(DatagramReader, SnmpEnginesOfOthersTellTheirEnterprise) {
  const std::string engine = element(0x04, "\x80\x00\x00\x09\x03\x00\x00\x00\x00\x00\x01"s);
  const std::string security = element(0x30, engine + "\x02\x01\x01\x02\x01\x01\x04\x00\x04\x00\x04\x00"s);
  const std::string question = question_of(payload::snmp_v3);
  const std::string header = question.substr(5, 18);  // with our number; no report asks for one
  std::string quiet = header;
  quiet[14] = '\0';
  const std::string answer = element(0x30, "\x02\x01\x03"s + quiet + element(0x04, security) + "\x30\x00"s);
  const Asked asked = answered_by(payload::snmp_v3, answer);
  EXPECT_EQ(asked.found.name, "snmp");
  EXPECT_EQ(asked.found.product, "");
  EXPECT_EQ(asked.found.extra, "SNMPv3; enterprise Cisco");
  EXPECT_EQ(fact_of(asked.found, "snmp-info/enterprise"), "Cisco");
  EXPECT_EQ(fact_of(asked.found, "snmp-info/engineIDFormat"), "mac");
  EXPECT_EQ(fact_of(asked.found, "snmp-info/engineIDData"), "00:00:00:00:00:01");
}

TEST(DatagramReader, SqlServersBrowserTellsTheFirstInstanceInFull) {
  const std::string list =
      "ServerName;HOST;InstanceName;SQL;IsClustered;No;Version;16.0.1000.6;tcp;1433;;"
      "ServerName;HOST;InstanceName;OLD;IsClustered;No;Version;10.50.1600.1;tcp;1435;;";
  const Asked asked = answered_by(payload::mssql_browser, "\x05"s + little(list.size(), 2) + list);
  EXPECT_EQ(asked.found.name, "ms-sql-m");
  EXPECT_EQ(asked.found.product, "Microsoft SQL Server");
  EXPECT_EQ(asked.found.version, "16.0.1000.6");
  EXPECT_EQ(asked.found.host_name, "HOST");
  EXPECT_EQ(asked.found.extra, "instance SQL; tcp 1433; instance OLD; 10.50.1600.1; tcp 1435");
  EXPECT_EQ(fact_of(asked.found, "ms-sql-info/OLD.Version"), "10.50.1600.1");
}

TEST(DatagramReader, IkeKnowsImplementationsByTheirNumbers) {
  const std::string spi = number_of(payload::ikev1, 8);
  const auto vendor = [](char next, const std::string& id) {
    return std::string{next} + '\0' + big(id.size() + 4, 2) + id;
  };
  const std::string body = vendor('\x0d', "\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb"s) +
                           vendor('\x0d', "\x09\x00\x26\x89\xdf\xd6\xb7\x12"s) +
                           vendor('\0', "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"s);
  const std::string answer =
      spi + "\x00\x00\x00\x00\x00\x00\x00\x01\x0d\x10\x02\x00\x00\x00\x00\x00"s + big(28 + body.size(), 4) + body;
  const Asked asked = answered_by(payload::ikev1, answer);
  EXPECT_EQ(asked.found.name, "isakmp");
  EXPECT_EQ(asked.found.product, "strongSwan");
  EXPECT_EQ(asked.found.extra, "IKEv1; XAUTH; dead peer detection");
  EXPECT_EQ(fact_of(asked.found, "ike-version/vendor_id"), "strongSwan");
  EXPECT_EQ(fact_of(asked.found, "ike-version/attributes."), "XAUTH");
}

TEST(DatagramReader, QuicListsItsVersionsWithoutThoseOfNobody) {
  const std::string question = question_of(payload::quic);
  const std::string id = question.substr(6, 8);
  const std::string answer = "\x80\x00\x00\x00\x00\x08"s + id + "\x08"s + id +
                             "\x6b\x33\x43\xcf\x00\x00\x00\x01\xff\x00\x00\x1dQ046\x1a\x2a\x3a\x4a"s;
  const Asked asked = answered_by(payload::quic, answer);
  EXPECT_EQ(asked.found.name, "quic");
  EXPECT_EQ(asked.found.extra, "versions 2, 1, draft-29, Q046");
}

TEST(DatagramReader, DtlsAsksForItsCookieOrRefuses) {
  const std::string verify =
      "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x17\x03\0\0\x0b\0\0\0\0\0\0\0\x0b\xfe\xff\x08"s + "12345678";
  EXPECT_EQ(answered_by(payload::dtls, verify).found.extra, "asks for a cookie");
  const std::string alert = "\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x02\x28"s;
  EXPECT_EQ(answered_by(payload::dtls, alert).found.extra, "refuses: alert 40");
  EXPECT_EQ(answered_by(payload::dtls, alert).found.name, "dtls");
}

TEST(DatagramReader, StunNamesItsSoftware) {
  const std::string software = "Coturn-4.5.2 'dan Eider'";
  const std::string answer = "\x01\x01"s + big(software.size() + 4, 2) + question_of(payload::stun).substr(4, 16) +
                             "\x80\x22"s + big(software.size(), 2) + software;
  const Asked asked = answered_by(payload::stun, answer);
  EXPECT_EQ(asked.found.name, "stun");
  EXPECT_EQ(asked.found.product, "Coturn");
  EXPECT_EQ(asked.found.version, "4.5.2");
}

TEST(DatagramReader, SsdpTellsSystemAndProgram) {
  const Asked asked = answered_by(payload::ssdp,
                                  "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: upnp:rootdevice\r\n"
                                  "SERVER: Linux/3.10.0 UPnP/1.0 MiniUPnPd/2.1\r\n"
                                  "LOCATION: http://198.18.0.2:5000/rootDesc.xml\r\n\r\n");
  EXPECT_EQ(asked.found.name, "upnp");
  EXPECT_EQ(asked.found.product, "MiniUPnPd");
  EXPECT_EQ(fact_of(asked.found, "upnp-info/Location"), "http://198.18.0.2:5000/rootDesc.xml");
  EXPECT_EQ(asked.found.version, "2.1");
  EXPECT_EQ(asked.found.system, "Linux");
  EXPECT_EQ(asked.found.confidence, documented);
}

TEST(DatagramReader, PlexIsNoUpnp) {
  const Asked asked = answered_by(payload::plex_gdm,
                                  "HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\nName: den\r\n"
                                  "Version: 1.32.5.7349-8f4248874\r\n\r\n");
  EXPECT_EQ(asked.found.name, "plex");
  EXPECT_EQ(asked.found.product, "Plex");
  EXPECT_EQ(asked.found.version, "1.32.5.7349-8f4248874");
  EXPECT_EQ(asked.found.host_name, "den");
}

TEST(DatagramReader, WsDiscoveryTellsWhatElementsSay) {
  std::string answer = question_of(payload::ws_discovery);
  const auto replace = [&answer](std::string_view what, std::string_view by) {
    answer.replace(answer.find(what), what.size(), by);
  };
  replace("<a:MessageID>", "<a:RelatesTo>");
  replace("</a:MessageID>", "</a:RelatesTo>");
  replace("<d:Probe/>", "<d:Types>wsdp:Device pub:Computer</d:Types><d:XAddrs>http://198.18.0.2:5357/</d:XAddrs>");
  const Asked asked = answered_by(payload::ws_discovery, answer);
  EXPECT_EQ(asked.found.name, "ws-discovery");
  EXPECT_EQ(asked.found.extra, "wsdp:Device pub:Computer; http://198.18.0.2:5357/");
  EXPECT_EQ(fact_of(asked.found, "wsdd-discover/Address"), "http://198.18.0.2:5357/");
}

TEST(DatagramReader, ACallThatSucceedsIsFollowedByTheListOfPrograms) {
  const std::string done = number_of(payload::rpcbind, 4) + "\0\0\0\x01"s + std::string(16, '\0');
  const Asked asked = answered_by(payload::rpcbind, done);
  EXPECT_EQ(asked.found.name, "rpcbind");
  EXPECT_EQ(asked.second, rpcbind.question({}).substr(4));
}

TEST(DatagramReader, DomainControllersAreAskedForTheirRootEntry) {
  const std::string id = question_of(payload::cldap).substr(2, 6);
  const std::string done = element(0x30, id + "\x65\x07\x0a\x01\x00\x04\x00\x04\x00"s);
  const std::string entry = element(
      0x64, element(0x04, "") + element(0x30, element(0x30, element(0x04, "vendorName") +
                                                                element(0x31, element(0x04, "Samba Team (x)")))));
  const Asked asked = answered_by(
      payload::cldap, done,
      element(0x30, "\x02\x01\x01"s + entry) + element(0x30, "\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00"s));
  EXPECT_EQ(asked.found.name, "ldap");
  EXPECT_EQ(asked.found.product, "Samba AD LDAP");
}

TEST(DatagramReader, CoapListsAreLeftWhereTheyAreCut) {
  const std::string head = "\x64\x45"s + question_of(payload::coap).substr(2, 6);
  const std::string whole = "\xff</a,b>;title=\"x,y\",</c>"s;
  const Asked uncut = answered_by(payload::coap, head + whole);
  EXPECT_EQ(uncut.second, "");
  EXPECT_EQ(uncut.found.extra, "resources: /a,b, /c");
  const Asked cut = answered_by(payload::coap, head + "\xd1\x0a\x08"s + whole);
  EXPECT_NE(cut.second, "");
  EXPECT_EQ(cut.found.extra, "resources: /a,b");
  EXPECT_EQ(answered_by(payload::coap, "\x64\x84"s + head.substr(2)).found.extra, "code 4.04");
}

// What goes on in another datagram, which is not waited for, ends nowhere.
TEST(DatagramReader, OfNtpsVariablesTheLastIsLeftWhereMoreFollow) {
  const std::string list = "version=\"ntpd 4.2.8p15\", clock=0xe8";
  const auto told = [&](const std::string& second) {
    return answered_by(payload::ntp_control, "\x16"s + second + question_of(payload::ntp_control).substr(2, 2) +
                                                 std::string(6, '\0') + big(list.size(), 2) + list)
        .found;
  };
  EXPECT_EQ(fact_of(told("\x82"), "ntp-info/clock"), "0xe8");
  EXPECT_EQ(fact_of(told("\xa2"), "ntp-info/clock"), "not told");
  EXPECT_EQ(told("\xa2").version, "4.2.8p15");
}

TEST(DatagramReader, NatPmpTellsTheAddressOutside) {
  // A server that knows the elder protocol alone refuses the younger one in its words (RFC 6886 §3.5).
  const Asked asked = answered_by(payload::pcp, "\x00\x80\x00\x01\x00\x00\x00\x07"s,
                                  "\x00\x80\x00\x00\x00\x00\x00\x07\xc6\x33\x64\x09"s);
  EXPECT_EQ(asked.second, question_of(payload::nat_pmp));
  EXPECT_EQ(asked.found.name, "nat-pmp");
  EXPECT_EQ(asked.found.extra, "external address 198.51.100.9");
  EXPECT_EQ(fact_of(asked.found, "nat-pmp-info/WAN IP"), "198.51.100.9");
  EXPECT_EQ(answered_by(payload::pcp, "\x02\x80\x00\x0c"s + std::string(20, '\0')).found.name, "pcp");
}

TEST(DatagramReader, ControllersThatKnowIpmiAreAskedHowOneLogsIn) {
  const std::string pong = "\x06\x00\xff\x06\x00\x00\x11\xbe\x40"s + number_of(payload::asf_rmcp, 10).substr(9) +
                           "\x00\x10\x00\x00\x11\xbe\x00\x00\x00\x00\x81\x00\x00\x00\x00\x00\x00\x00"s;
  const std::string sequence = question_of(payload::ipmi).substr(18, 1);
  const std::string capabilities = "\x06\x00\xff\x07\x00"s + std::string(8, '\0') + "\x10\x81\x1c\x63\x20"s + sequence +
                                   "\x38\x00\x01\x94\x00\x02\x00\x00\x00\x00\x00"s;
  const Asked asked = answered_by(payload::asf_rmcp, pong, capabilities);
  EXPECT_EQ(asked.second, question_of(payload::ipmi));
  EXPECT_EQ(asked.found.name, "asf-rmcp");
  EXPECT_EQ(asked.found.extra, "IPMI 2.0; authentication: MD5, password");
}

TEST(DatagramReader, SourceServersGetTheirNumberBack) {
  const std::string info =
      "\xff\xff\xff\xff"
      "I\x11"s +
      "One\0crossfire\0valve\0Half-Life 2\0"s +
      "\x46\x00\x03\x10\x00"
      "dl\x00\x01"
      "1.1.2.7\0"s;
  const Asked asked = answered_by(payload::a2s,
                                  "\xff\xff\xff\xff"
                                  "A\x01\x02\x03\x04"s,
                                  info);
  EXPECT_EQ(asked.second, question_of(payload::a2s) + "\x01\x02\x03\x04");
  EXPECT_EQ(asked.found.product, "Half-Life 2");
  EXPECT_EQ(asked.found.version, "1.1.2.7");
  EXPECT_EQ(asked.found.system, "Linux");
  EXPECT_EQ(asked.found.extra, "One; map crossfire; 3 of 16 players");
}

TEST(DatagramReader, Quake3TellsItsVersionWithItsStatus) {
  const std::string challenge = question_of(payload::quake3).substr(12);
  const Asked asked = answered_by(
      payload::quake3, "\xff\xff\xff\xffinfoResponse\n\\challenge\\"s + challenge + "\\hostname\\den\\gamename\\baseq3",
      "\xff\xff\xff\xffstatusResponse\n\\version\\ioq3 1.36_GIT linux-x86_64 Apr 25 2022\\mapname\\q3dm1\n");
  EXPECT_EQ(asked.found.name, "quake3");
  EXPECT_EQ(asked.found.product, "ioq3");
  EXPECT_EQ(asked.found.version, "1.36_GIT");
  EXPECT_EQ(asked.found.system, "Linux");
  EXPECT_EQ(asked.found.extra, "den; baseq3");
  EXPECT_EQ(fact_of(asked.found, "quake3-info/mapname"), "q3dm1");
}

TEST(DatagramReader, MinecraftTellsBothItsEditions) {
  const std::string question = question_of(payload::minecraft_bedrock);
  const std::string text = "MCPE;Den;527;1.19.1;0;10;13253860892328930865;Level;Survival;1;19132;19133;";
  const Asked bedrock =
      answered_by(payload::minecraft_bedrock, "\x1c"s + question.substr(1, 8) + std::string(8, 'g') +
                                                  question.substr(9, 16) + big(text.size(), 2) + text);
  EXPECT_EQ(bedrock.found.product, "Minecraft Bedrock");
  EXPECT_EQ(bedrock.found.version, "1.19.1");
  EXPECT_EQ(bedrock.found.extra, "Den; 0 of 10 players");

  const std::string session = question_of(payload::minecraft_query).substr(3, 4);
  const Asked java = answered_by(payload::minecraft_query, "\x09"s + session + "9513307\0"s,
                                 "\0"s + session + "splitnum\0\x80\0"s +
                                     "hostname\0A server\0version\0"
                                     "1.19.2\0plugins\0Paper on 1.19.2: a\0\0"s);
  EXPECT_EQ(java.second, "\xfe\xfd\0"s + session + "\x00\x91\x29\x5b"s + std::string(4, '\0'));
  EXPECT_EQ(java.found.product, "Minecraft");
  EXPECT_EQ(java.found.version, "1.19.2");
  EXPECT_EQ(java.found.extra, "A server; Paper on 1.19.2");
}

TEST(DatagramReader, MumbleAndAfsTellTheirVersions) {
  const Asked mumble = answered_by(payload::mumble, "\x00\x01\x03\x04"s + question_of(payload::mumble).substr(4, 8) +
                                                        "\0\0\0\x02\0\0\0\x64\0\x01\x19\x40"s);
  EXPECT_EQ(mumble.found.version, "1.3.4");
  EXPECT_EQ(mumble.found.extra, "2 of 100 users");
  const Asked afs = answered_by(payload::afs_rx, question_of(payload::afs_rx) + " OpenAFS 1.8.9\0\0"s);
  EXPECT_EQ(afs.found.product, "OpenAFS");
  EXPECT_EQ(afs.found.version, "1.8.9");
}

TEST(DatagramReader, MachinesSayWhatTheyAre) {
  const std::string question = question_of(payload::enip);
  const std::string name = "1756-EN2T/D";
  const std::string identity = "\x01\x00"s + std::string(16, '\0') + "\x01\x00\x0c\x00\xa6\x00\x0b\x04"s + "\x60\x30"s +
                               "\xef\xbe\xad\xde"s + static_cast<char>(name.size()) + name + "\x03";
  const std::string item = "\x01\x00\x0c\x00"s + little(identity.size(), 2) + identity;
  const Asked enip = answered_by(payload::enip, "\x63\x00"s + little(item.size(), 2) + question.substr(4) + item);
  EXPECT_EQ(enip.found.product, name);
  EXPECT_EQ(enip.found.version, "11.4");
  EXPECT_EQ(enip.found.extra, "vendor 1; device type 12; serial deadbeef");
  EXPECT_EQ(fact_of(enip.found, "enip-info/serialNumber"), "0xdeadbeef");
  EXPECT_EQ(fact_of(enip.found, "enip-info/productCode"), "166");

  const Asked ubiquiti =
      answered_by(payload::ubiquiti, "\x01\x00\x00\x1a\x0b\x00\x04roof\x03\x00\x06v8.7.1\x14\x00\x07LiteAP "s);
  EXPECT_EQ(ubiquiti.found.product, "Ubiquiti LiteAP");
  EXPECT_EQ(ubiquiti.found.host_name, "roof");
  EXPECT_EQ(ubiquiti.found.extra, "firmware v8.7.1");
  EXPECT_EQ(fact_of(ubiquiti.found, "ubiquiti-discovery/model"), "LiteAP");

  const Asked jellyfin =
      answered_by(payload::jellyfin, R"({"Address":"http://198.18.0.2:8096","Id":"1","Name":"den"})");
  EXPECT_EQ(jellyfin.found.product, "Jellyfin");
  EXPECT_EQ(jellyfin.found.host_name, "den");
}

TEST(DatagramReader, DisplayManagersSayWhetherTheyAreWilling) {
  const Asked asked = answered_by(payload::xdmcp, "\0\x01\0\x05\0\x12\0\0\0\x04host\0\x08Willing."s);
  EXPECT_EQ(asked.found.name, "xdmcp");
  EXPECT_EQ(asked.found.host_name, "host");
  EXPECT_EQ(asked.found.extra, "willing to log in; Willing.");
}

}  // namespace
}  // namespace portolan::identify
