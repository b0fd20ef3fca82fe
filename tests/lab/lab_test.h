// The frame of every lab test: a lab, the program under test, and the comparison of every port.
//
// PORTOLAN_PROGRAM in the environment names another program than the one just built. Where that is
// called nmap it is spoken to as nmap: the same tests then show that the lab tells the truth.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chart.h"
#include "lab/lab.h"

namespace portolan::lab_test {

using namespace std::chrono_literals;

class LabTest : public testing::Test {
 protected:
  void SetUp() override;
};

bool program_is_nmap();

// "portolan scan WORDS" or "nmap WORDS".
lab::Command scan_command(const std::vector<std::string>& words);

// Scans from `host` and reads the chart; fails the test when the program does not succeed, says
// anything on standard error, or takes longer than `longest`.
Chart scan(const lab::Host& host, std::vector<std::string> words, lab::Command with = {.words = {}},
           std::chrono::milliseconds longest = 120s);

// What is true of a host's ports; those not listed are `rest`.
struct Truth {
  std::map<std::uint16_t, Answer> ports;
  Answer rest{"closed", "reset"};
};

// Every difference between what was said of the ports first to last and what is true, one a line.
std::string differences(const Chart& chart, std::string_view address, std::uint16_t first, std::uint16_t last,
                        const Truth& truth);

// Scans a host at `address` that limits its ICMP errors. On a busy machine questions leave late, so that a few ports
// may stay hidden (open|filtered though they are closed): then the report says so, and nothing else is false.
void expect_limited_host_told_truly(const lab::Host& scanner, std::vector<std::string> words, std::string_view address,
                                    std::uint16_t first, std::uint16_t last, const Truth& truth);

// What a scanner sent of all that has arrived: without the multicast reports that every kernel sends
// when a device comes up.
std::vector<lab::Arrival> probes_seen(lab::Sniffer& sniffer);

// The last byte of the address asked for, in ARP and IPv4; nothing for IPv6.
std::optional<unsigned> last_byte_asked(const lab::Arrival& arrival);

// A file in a folder of its own that is removed with the test.
class Scratch {
 public:
  Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  [[nodiscard]] std::string path(std::string_view name) const;
  std::string write(std::string_view name, std::string_view text) const;
  [[nodiscard]] std::string read(std::string_view name) const;

 private:
  std::string folder_;
};

}  // namespace portolan::lab_test
