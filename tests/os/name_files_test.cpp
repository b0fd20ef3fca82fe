#include "os/names/name_files.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "os/names/filter_names.h"
#include "os/names/resolve.h"
#include "os/names/reverse_names.h"
#include "os/names/service_names.h"
#include "os/names/system_names.h"
#include "private_network.h"

namespace portolan::os {
namespace {

// In a child in whose /etc this file is a FIFO that nobody writes to, and the only file.
void where_it_is_a_fifo(const std::string& name, const std::function<void()>& body) {
  in_private_network([&] {
    if (!has_own_mounts()) return;
    ASSERT_EQ(::mount("none", "/etc", "tmpfs", 0, nullptr), 0);
    ASSERT_EQ(::mkfifo(("/etc/" + name).c_str(), 0600), 0);
    body();
  });
}

std::string wait_for(ReverseNames& names, const net::IpAddress& address) {
  for (;;) {
    if (auto name = names.answer(address)) return *name;
    std::this_thread::yield();
  }
}

TEST(NameFiles, AFifoAmongThemKeepsNobodyWaitingForNamesOfHosts) {
  NEEDS_PRIVATE_NETWORK();
  for (const char* file : {"resolv.conf", "hosts", "nsswitch.conf"}) {
    SCOPED_TRACE(file);
    where_it_is_a_fifo(file, [] {
      const net::IpAddress address = *net::IpAddress::parse("198.18.0.1");
      for (const bool by_system : {false, true}) {
        const auto names = ReverseNames::open({.servers = {}, .system = by_system});
        ASSERT_TRUE(names.has_value());
        (*names)->ask(address);
        EXPECT_EQ(wait_for(**names, address), "");
      }
      const auto addresses = resolve("host.example");
      ASSERT_FALSE(addresses.has_value());
      EXPECT_EQ(addresses.error().message,
                "cannot resolve 'host.example': a file that is read for it, such as /etc/resolv.conf or /etc/hosts, is "
                "a FIFO");
      EXPECT_EQ(addresses.error().cause, "name-file-is-fifo");
      EXPECT_EQ(SystemNames{}.host(address), "");
      EXPECT_EQ(SystemNames{}.network(address), "");
    });
  }
}

TEST(NameFiles, AFifoAmongThemKeepsNobodyWaitingForOtherNames) {
  NEEDS_PRIVATE_NETWORK();
  for (const char* file : {"services", "protocols", "passwd", "nsswitch.conf"}) {
    SCOPED_TRACE(file);
    where_it_is_a_fifo(file, [] {
      EXPECT_EQ(ServiceNames{nullptr}.port_of(net::Protocol::tcp, "ssh"), std::nullopt);
      EXPECT_EQ(SystemNames{}.service("tcp", 22), "");
      EXPECT_EQ(SystemNames{}.ip_protocol(6), "");
      EXPECT_EQ(SystemNames{}.user(0), "");
      EXPECT_EQ(filter_names().user("root"), std::nullopt);
    });
  }
}

TEST(NameFiles, WhatIsReadForOtherNamesHindersNoLookUp) {
  NEEDS_PRIVATE_NETWORK();
  where_it_is_a_fifo("hosts", [] {
    EXPECT_TRUE(look_up_would_hang("hosts"));
    EXPECT_FALSE(look_up_would_hang("services"));
    EXPECT_FALSE(look_up_would_hang("passwd"));
  });
}

}  // namespace
}  // namespace portolan::os
