#include "run/talk.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "os/talk/begin_tls.h"
#include "os/talk/datagram_talk.h"
#include "os/talk/dial.h"
#include "os/talk/stream_socket.h"
#include "os/talk/stream_talk.h"
#include "os/talk/tls.h"
#include "os/wall_clock.h"
#include "talk/hex_lines.h"
#include "talk/inert.h"
#include "talk/listener.h"
#include "talk/transcript.h"
#include "talk/typed.h"

namespace portolan::run {
namespace {

using talk::Direction;

// The record of a talk, whose end on a full disk is not the talk's.
class Record {
 public:
  explicit Record(const TalkSurroundings& around) : output_{around.record}, remark_{around.remark} {}

  [[nodiscard]] bool is_kept() const { return output_ != nullptr; }
  void write(std::string_view line) {
    if (output_ == nullptr) return;
    auto done = output_->write(line);
    if (done) done = output_->flush();  // what is there is true whenever the program ends
    if (done) return;
    output_ = nullptr;
    remark_(said("{}; the record ends here, the talk goes on", done.error().message));
  }

 private:
  report::Output* output_;
  const std::function<void(std::string_view)>& remark_;
};

// Shows and records.
class Ear final : public talk::Listener {
 public:
  Ear(const TalkPlan& plan, const TalkSurroundings& around, Record& record)
      : plan_{plan}, around_{around}, record_{record} {}

  std::string typed(std::string_view bytes) override {
    return plan_.crlf ? line_ends_.with_cr(bytes) : std::string{bytes};
  }
  std::string sent(std::string_view bytes) override {
    note(Direction::sent, bytes);
    return plan_.hex ? in_hex(Direction::sent, bytes, sent_) : std::string{};
  }
  std::string received(std::string_view bytes) override {
    note(Direction::received, bytes);
    if (plan_.hex) return in_hex(Direction::received, bytes, received_);
    if (!around_.output_is_terminal) return std::string{bytes};
    std::string shown = inert_.show(bytes);
    if (plan_.udp) {  // a datagram stands by itself
      shown += inert_.rest();
      if (!shown.ends_with('\n')) shown += '\n';
    }
    return shown;
  }
  std::string ended() override { return inert_.rest(); }

 private:
  void note(Direction direction, std::string_view bytes) {
    if (record_.is_kept()) record_.write(talk::transcript_piece(os::wall_time(), direction, bytes));
  }
  [[nodiscard]] std::string in_hex(Direction direction, std::string_view bytes, std::uint64_t& offset) const {
    const std::uint64_t begin = plan_.udp ? 0 : offset;
    offset += bytes.size();
    return talk::hex_lines(direction, begin, bytes);
  }

  const TalkPlan& plan_;
  const TalkSurroundings& around_;
  Record& record_;
  talk::LineEnds line_ends_;
  talk::Inert inert_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

// What is said before TLS is recorded, and told where much is told.
class Preface final : public talk::Listener {
 public:
  Preface(const TalkPlan& plan, const TalkSurroundings& around, Record& record)
      : plan_{plan}, around_{around}, record_{record} {}

  std::string typed(std::string_view bytes) override { return std::string{bytes}; }
  std::string sent(std::string_view bytes) override { return tell(Direction::sent, "> ", bytes); }
  std::string received(std::string_view bytes) override { return tell(Direction::received, "< ", bytes); }
  std::string ended() override { return {}; }

 private:
  std::string tell(Direction direction, std::string_view mark, std::string_view bytes) {
    record_.write(talk::transcript_piece(os::wall_time(), direction, bytes));
    while (plan_.verbose && !bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      std::string_view line = bytes.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      around_.remark(fmt::format("{}{}", mark, escape_terminal(line)));
      bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    return {};
  }

  const TalkPlan& plan_;
  const TalkSurroundings& around_;
  Record& record_;
};

class Talk {
 public:
  Talk(const TalkPlan& plan, const TalkSurroundings& around) : plan_{plan}, around_{around}, record_{around} {}

  Result<void> run() {
    const auto transport = plan_.udp ? os::Transport::udp : os::Transport::tcp;
    const auto dialled = os::dial(plan_.place, plan_.addresses, plan_.port, transport, plan_.patience);
    if (!dialled) return fail(dialled.error());
    peer_ = os::address_and_port(dialled->address, plan_.port);
    if (plan_.verbose) around_.remark(plan_.udp ? said("datagrams go to {}", peer_) : said("connected to {}", peer_));
    record_.write(talk::transcript_head(os::wall_time(), plan_.name, peer_, plan_.udp ? "udp" : "tcp"));
    const auto done = plan_.udp ? by_datagrams(*dialled) : by_stream(*dialled);
    record_.write(talk::transcript_event(os::wall_time(), "end", done ? "in order" : cause_of(done.error())));
    return done;
  }

 private:
  Result<void> by_datagrams(const os::Dialled& dialled) {
    Ear ear{plan_, around_, record_};
    const auto told = os::talk_by_datagrams(dialled.socket.get(), peer_, plan_.patience, ear);
    if (!told) return fail(told.error());
    if (told->any_sent && !told->any_answer) {
      around_.remark(said("{0} has not answered within {1} s of the last line", peer_, seconds_of(plan_.patience)));
    }
    return {};
  }

  Result<void> by_stream(const os::Dialled& dialled) {
    if (plan_.tls || plan_.starttls != nullptr) {
      if (const auto done = begin_tls(dialled); !done) return done;
    }
    Ear ear{plan_, around_, record_};
    const auto end = os::talk_by_stream(dialled.socket.get(), tls_.get(), peer_, ear);
    if (!end) return fail(end.error());
    if (*end == os::TalkEnd::by_peer && around_.input_is_terminal) {
      around_.remark(said("{} has ended the connection", peer_));
    }
    return {};
  }

  Result<void> begin_tls(const os::Dialled& dialled) {
    const Instant deadline = os::deadline_in(plan_.patience);
    if (plan_.starttls != nullptr) {
      Preface preface{plan_, around_, record_};
      talk::Upgrade upgrade{*plan_.starttls,
                            {.host = plan_.name.empty() ? to_string(dialled.address) : plan_.name,
                             .own_address = to_string(dialled.own)}};
      const auto done = os::ask_for_tls(dialled.socket.get(), upgrade, preface, deadline);
      if (!done) {
        return no_tls(done.error(),
                      said("no TLS with {0} by {1}'s words: {2}", peer_, plan_.starttls->name, done.error().message));
      }
    }
    // RFC 6066 section 3: without the dot that ends a name.
    const std::string name = plan_.name.substr(0, plan_.name.find_last_not_of('.') + 1);
    auto tls = os::TlsSession::open({.name = name, .address = dialled.address, .check = plan_.check_certificate});
    if (!tls) return fail(tls.error());
    tls_ = std::move(*tls);
    const auto done = os::shake_hands(dialled.socket.get(), *tls_, deadline);
    const os::TlsFacts facts = tls_->facts();
    if (plan_.verbose && !facts.version.empty()) tell(facts);
    if (!facts.complaint.empty()) {
      if (const auto judged = judge(facts); !judged) return judged;
    }
    if (!done) return no_tls(done.error(), said("no TLS with {0}: {1}", peer_, done.error().message));
    record_.write(talk::transcript_event(os::wall_time(), "tls", fmt::format("{} {}", facts.version, facts.cipher)));
    return {};
  }

  // A certificate that does not convince.
  Result<void> judge(const os::TlsFacts& facts) {
    const std::string wrong =
        facts.subject.empty() ? said("the certificate of {0} is not to be trusted: {1}", plan_.place, facts.complaint)
                              : said("the certificate of {0} is not to be trusted: {1} (it is of {2})", plan_.place,
                                     facts.complaint, talk::told(facts.subject));
    if (!plan_.check_certificate) {
      around_.remark(said("{}; --insecure goes on with it", wrong));
      return {};
    }
    return fail({Errc::io,
                 said("{}; SSL_CERT_FILE=FILE names who else is trusted, --insecure goes on nevertheless", wrong),
                 "certificate"});
  }

  static std::unexpected<Error> no_tls(const Error& error, std::string sentence) {
    if (error.cause == "EINTR") return fail(error);
    return fail({error.code, std::move(sentence), error.cause.empty() ? "no-tls" : error.cause});
  }

  void tell(const os::TlsFacts& facts) const {
    around_.remark(said("{0} with {1}", facts.version, facts.cipher));
    if (facts.subject.empty()) return;
    around_.remark(said("certificate of {0}, issued by {1}, until {2}", talk::told(facts.subject),
                        talk::told(facts.issuer), talk::told(facts.expiry)));
  }

  const TalkPlan& plan_;
  const TalkSurroundings& around_;
  Record record_;
  std::string peer_;
  std::unique_ptr<os::TlsSession> tls_;
};

}  // namespace

Result<void> talk(const TalkPlan& plan, const TalkSurroundings& around) { return Talk{plan, around}.run(); }

}  // namespace portolan::run
