// Where tests find what they read and run. The paths are compiled into one file only: in every command line they would
// keep a compiler cache from serving another clone.
#pragma once

#include <string>

namespace portolan::test {

// The root of the source tree, without a slash at its end.
std::string source_directory();
// The program that was just built; PORTOLAN_PROGRAM in the environment names another one. "" in a build without it.
std::string program();
// lab/sctp_peer.cpp; "" in a build without the lab.
std::string sctp_peer();

}  // namespace portolan::test
