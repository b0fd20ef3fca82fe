#include "explain/first_words.h"

#include <array>

namespace portolan::explain {
namespace {

constexpr std::string_view web = "HEAD / HTTP/1.0\r\n\r\n";

struct Words {
  std::string_view service;
  std::string_view words;
};
constexpr std::array known{
    Words{"echo", "portolan\r\n"},                           // RFC 862
    Words{"finger", "\r\n"},                                 // RFC 1288: who is logged in
    Words{"gopher", "\r\n"},                                 // RFC 1436: the menu
    Words{"ipp", web},                                       // RFC 8010: carried by HTTP
    Words{"rtsp", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"},  // RFC 2326 §10.1
};

}  // namespace

std::string_view first_words(std::string_view service) {
  // Of HTTP over TLS the client begins as well, but with more than a line.
  if (service.starts_with("http") && !service.starts_with("https")) return web;
  for (const Words& one : known) {
    if (one.service == service) return one.words;
  }
  return "";
}

}  // namespace portolan::explain
