#include "identify/openings.h"

#include <algorithm>

namespace portolan::identify {
namespace {

constexpr int with_tls_and_http = 2;

bool has(std::span<const std::uint16_t> ports, net::Port port) {
  return std::ranges::find(ports, port.value()) != ports.end();
}

}  // namespace

bool is_hinted(const Reader& reader, net::Port port, bool in_tls) {
  return has(reader.ports, port) || (in_tls && has(reader.tls_ports, port));
}

bool is_tls_hinted(std::span<const Reader* const> readers, net::Port port) {
  return std::ranges::any_of(readers, [port](const Reader* reader) { return has(reader->tls_ports, port); });
}

void Openings::plan(const OpeningsWanted& wanted) {
  *this = {};
  const bool tls_hinted = is_tls_hinted(wanted.readers, wanted.port);
  if (!wanted.in_tls && tls_hinted) all_.push_back({nullptr, true});
  std::vector<const Reader*> others;
  for (const Reader* reader : wanted.readers) {
    if (reader->question == nullptr) continue;
    const bool is_common = reader->name == commonest
                               ? wanted.intensity >= with_tls_and_http
                               : wanted.intensity > with_tls_and_http && reader->rarity <= wanted.intensity;
    if (is_hinted(*reader, wanted.port, wanted.in_tls)) {
      all_.push_back({reader, true});
    } else if (is_common && !wanted.only_hints) {
      others.push_back(reader);
    }
  }
  // Who is told in the handshake what shall be spoken tells there whether he does.
  std::ranges::stable_sort(others, {}, [&wanted](const Reader* reader) {
    if (reader->name == commonest) return 0;
    return wanted.in_tls && !reader->alpn.empty() ? 1 : int{reader->rarity};
  });
  for (const Reader* reader : others) all_.push_back({reader});
  if (wanted.in_tls || tls_hinted || wanted.only_hints || wanted.intensity < with_tls_and_http) return;
  const auto web = std::ranges::find_if(
      all_, [](const Opening& one) { return one.reader != nullptr && one.reader->name == commonest; });
  all_.insert(web == all_.end() ? all_.begin() : web + 1, Opening{});
}

void Openings::put_first(const Opening& opening) {
  all_.insert(all_.begin() + static_cast<std::ptrdiff_t>(std::min(next_, all_.size())), opening);
}

// How much the servers of a protocol would have done otherwise than was seen.
int Openings::misfit(const Opening& opening) const {
  // TLS does not wait for the rest of what is no TLS.
  if (opening.reader == nullptr && !opening.hinted) return to_http_ == Foreign::waits ? 1 : -1;
  if (opening.hinted || opening.reader->name == commonest) return -1;
  const auto is_waiting = [](Foreign does) { return does == Foreign::waits; };
  const bool by_http = to_http_ && *to_http_ != opening.reader->to_http;
  const bool by_tls = to_tls_ && is_waiting(*to_tls_) != is_waiting(opening.reader->to_tls);
  return int{by_http} + int{by_tls};
}

void Openings::note_foreign(const Reader* asked, Foreign what) {
  if (asked != nullptr && asked->name != commonest) return;
  std::optional<Foreign>& seen = asked == nullptr ? to_tls_ : to_http_;
  if (seen || is_empty()) return;
  seen = what;
  std::ranges::stable_sort(all_.begin() + static_cast<std::ptrdiff_t>(next_), all_.end(), {},
                           [this](const Opening& opening) { return misfit(opening); });
}

void Openings::ask_next(const Reader& reader) {
  const auto is_its = [&reader](const Opening& one) { return one.reader == &reader; };
  const auto left = all_.begin() + static_cast<std::ptrdiff_t>(std::min(next_, all_.size()));
  if (reader.question == nullptr || std::any_of(all_.begin(), left, is_its)) return;
  const auto its = std::find_if(left, all_.end(), is_its);
  if (its != all_.end()) all_.erase(its);
  put_first({&reader, true});
}

}  // namespace portolan::identify
