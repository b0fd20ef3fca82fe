// Real sockets on loopback: second questions are asked and answered, and nobody is waited for in turn.
#include "os/identify/datagram_talks.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>

#include "identify/transcript.h"
#include "os/sockets/socket_address.h"
#include "payload/registry.h"

namespace portolan::os {
namespace {

const net::IpAddress loopback = net::IpAddress::v4(0x7f000001);

// Gives what it gets, with a bit set that makes an answer of a DNS question.
class Mirror {
 public:
  Mirror() {
    socket_ = FileDescriptor{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const SocketAddress any = socket_address(loopback, net::Port{0});
    EXPECT_EQ(::bind(socket_.get(), any.get(), any.size), 0);
    sockaddr_in own{};
    socklen_t size = sizeof own;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
    port_ = net::Port{ntohs(own.sin_port)};
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Mirror() { finish(); }
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  [[nodiscard]] net::Port port() const { return port_; }
  int finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return heard_;
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd watched{socket_.get(), POLLIN, 0};
      if (::poll(&watched, 1, 20) <= 0) continue;
      char piece[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t count =
          ::recvfrom(socket_.get(), piece, sizeof piece, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= 2) continue;
      ++heard_;
      piece[2] = static_cast<char>(0x84);
      (void)::sendto(socket_.get(), piece, static_cast<std::size_t>(count), 0, reinterpret_cast<sockaddr*>(&from),
                     size);
    }
  }

  FileDescriptor socket_;
  net::Port port_{0};
  std::atomic<bool> stop_ = false;
  int heard_ = 0;
  std::thread thread_;
};

DatagramTarget dns_at(net::Port port) {
  const std::string question = identify::question_of(payload::dns);
  std::string answer = question;
  answer[2] = static_cast<char>(0x84);
  return {.at = {.address = loopback, .port = port, .name = {}, .interface = {}}, .first = {question, answer}};
}

std::vector<DatagramTalks::Done> all_of(DatagramTalks& talks) {
  std::vector<DatagramTalks::Done> all;
  while (talks.left() > 0) {
    for (auto& done : talks.work(-1)) all.push_back(std::move(done));
  }
  return all;
}

TEST(DatagramTalks, FurtherQuestionsAreAskedOnceAndAreInTheTranscript) {
  Mirror server;
  DatagramTalks talks{{.only_reads = false, .keeps_transcripts = true}};
  talks.add(dns_at(server.port()));
  const auto done = all_of(talks);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().service.name, "domain");
  EXPECT_EQ(server.finish(), 2) << "version.bind and id.server";
  const auto transcript = identify::read_transcript(done.front().transcript);
  ASSERT_TRUE(transcript) << done.front().transcript;
  EXPECT_TRUE(transcript->by_datagrams);
  EXPECT_GE(transcript->lines.size(), 6U) << done.front().transcript;
  EXPECT_NE(done.front().transcript.find("version"), std::string::npos);
}

TEST(DatagramTalks, WhoOnlyReadsSendsNothing) {
  Mirror server;
  DatagramTalks talks{{.only_reads = true, .keeps_transcripts = false}};
  talks.add(dns_at(server.port()));
  const auto done = all_of(talks);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().service.name, "domain");
  EXPECT_EQ(done.front().transcript, "");
  EXPECT_EQ(server.finish(), 0);
}

TEST(DatagramTalks, MachinesAreNamedByWhatTheyHaveSaid) {
  Mirror server;
  DatagramTalks talks{{}};
  DatagramTarget machine = dns_at(server.port());
  machine.at.manner = identify::Manner::listen;
  talks.add(std::move(machine));
  const auto done = all_of(talks);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().service.name, "domain");
  EXPECT_EQ(server.finish(), 0);
}

TEST(DatagramTalks, ASilentPortIsAskedUntilItUnderstands) {
  Mirror server;
  DatagramTalks talks{{.only_reads = false, .keeps_transcripts = true}};
  DatagramTarget silent = dns_at(server.port());
  silent.first = {};
  silent.openings = identify::openings_for(server.port(), 7);
  talks.add(std::move(silent));
  const auto done = all_of(talks);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().service.name, "domain");
  const auto transcript = identify::read_transcript(done.front().transcript);
  ASSERT_TRUE(transcript) << done.front().transcript;
  ASSERT_GE(transcript->lines.size(), 2U);
  EXPECT_EQ(transcript->lines[0].what, identify::TranscriptLine::What::said);
  EXPECT_EQ(transcript->lines[1].what, identify::TranscriptLine::What::heard);
}

TEST(DatagramTalks, APortThatHasClosedMeanwhileKeepsItsName) {
  net::Port port{0};
  {
    Mirror server;
    port = server.port();
  }
  DatagramTalks talks{{}};
  for (int i = 0; i < 200; ++i) talks.add(dns_at(port));
  const auto done = all_of(talks);
  ASSERT_EQ(done.size(), 200U);
  for (const auto& one : done) EXPECT_EQ(one.service.name, "domain");
}

}  // namespace
}  // namespace portolan::os
