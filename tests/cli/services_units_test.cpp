// portolan services where systemd seems to run: a mount namespace whose /run says so.
#ifdef PORTOLAN_HAS_PROGRAM

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lab/process.h"
#include "tests/places.h"

namespace portolan::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// Runs the program after `prepare`, where nothing that is mounted can be seen from outside. Lists this machine's own
// sockets, and sends nothing.
lab::Finished services_after(const std::string& prepare) {
  return lab::run({.words = {"unshare", "--map-root-user", "--mount", "sh", "-c",
                             "mount -t tmpfs none /run && " + prepare + " && exec \"$0\" services", test::program()}});
}

bool has_mount_namespaces() {
  return lab::run({.words = {"unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/run"}})
             .status == 0;
}

TEST(ServicesWithSystemd, DisabledSocketUnitIsListedWithItsFlags) {
  if (!has_mount_namespaces()) GTEST_SKIP() << "mount namespaces are not allowed here";
  const auto listed = services_after(
      "mkdir -p /run/systemd/system && "
      "printf '[Socket]\\nListenStream=127.0.0.1:1\\nListenStream=[::1]:1\\n[Install]\\nWantedBy=sockets.target\\n' "
      "> /run/systemd/system/portolan-test.socket");
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, ContainsRegex("tcpmux +tcp +1 +loopback +disabled,stopped +portolan-test\\.socket"));
}

TEST(ServicesWithSystemd, WithoutSystemdThereAreNoUnitsAndNoComplaints) {
  if (!has_mount_namespaces()) GTEST_SKIP() << "mount namespaces are not allowed here";
  const auto listed = services_after("true");
  EXPECT_EQ(listed.status, 0);
  EXPECT_THAT(listed.output, Not(HasSubstr("stopped")));
  EXPECT_THAT(listed.errors, Not(HasSubstr("systemctl")));
}

}  // namespace
}  // namespace portolan::cli

#endif
