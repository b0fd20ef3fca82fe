// netstat -s: the kernel's counters, in sentences where they have one.

#include "base/text.h"
#include "netstat/counter_sentences.h"
#include "netstat/kernel_text.h"
#include "netstat/view_text.h"
#include "netstat/views.h"

namespace portolan::netstat {
namespace {

// Writes sections one after another. Lines of a histogram stand deeper, and so does what follows them until the next
// sentence or the next section that is known.
class SectionPrinter {
 public:
  SectionPrinter(std::string& output, const ViewOptions& options) : output_{output}, options_{options} {}

  void print(const CounterSection& section) {
    const SectionKind kind = kind_of_section(section.title);
    if (kind != SectionKind::none) place_ = Telling::always;
    if (!is_wanted(kind)) return;
    append(output_, "{}:\n", shown(section.title));
    for (const Counter& counter : section.counters) print(section.title, counter);
  }

 private:
  [[nodiscard]] bool is_wanted(SectionKind kind) const {
    const bool all = !options_.tcp && !options_.udp && !options_.udplite && !options_.raw && !options_.sctp;
    switch (kind) {
      case SectionKind::none:
        return true;
      case SectionKind::raw:
        return all || options_.raw;
      case SectionKind::tcp:
        return all || options_.tcp;
      case SectionKind::udp:
        return all || options_.udp;
      case SectionKind::sctp:
        return all || options_.sctp;
    }
    return true;
  }

  [[nodiscard]] std::string_view indent() const {
    return place_ == Telling::arrived || place_ == Telling::left ? "        " : "    ";
  }

  void print(std::string_view section, const Counter& counter) {
    const CounterSentence* sentence = sentence_of(section, counter.name);
    if (sentence == nullptr) {
      if (counter.value != 0) append(output_, "{}{}: {}\n", indent(), shown(counter.name), counter.value);
      return;
    }
    if (sentence->telling == Telling::never) return;
    enter(sentence->telling);
    if (counter.value == 0 && sentence->telling != Telling::always) return;
    output_ += indent();
    append(output_, fmt::runtime(sentence->sentence), counter.value);
    output_ += '\n';
  }

  void enter(Telling place) {
    if (place == Telling::not_zero) place = Telling::always;
    if (place == place_) return;
    if (place != Telling::always) {
      append(output_, "{}ICMP {} histogram:\n", indent(), place == Telling::arrived ? "input" : "output");
    }
    place_ = place;
  }

  std::string& output_;
  const ViewOptions& options_;
  Telling place_ = Telling::always;  // or one of the two histograms
};

// False: what stands in it could not be made out to its end.
void print_rows(View& view, SectionPrinter& printer, std::string_view text, std::string_view path) {
  const CounterText parsed = parse_counter_rows(text);
  for (const CounterSection& section : parsed.sections) printer.print(section);
  if (!parsed.whole) complain(view, fmt::format("Problem while parsing {}", path));
}

void statistics4(View& view, const Machine& machine, const ViewOptions& options) {
  SectionPrinter printer{view.output, options};
  constexpr std::string_view snmp = "/proc/net/snmp";
  const auto basic = read(machine, snmp);
  if (!basic) return complain(view, basic.error());
  print_rows(view, printer, *basic, snmp);
  constexpr std::string_view netstat = "/proc/net/netstat";
  if (const auto extended = read(machine, netstat)) print_rows(view, printer, *extended, netstat);
  // There while the kernel speaks SCTP.
  if (const auto sctp = read(machine, "/proc/net/sctp/snmp")) {
    for (const CounterSection& section : parse_counter_lines(*sctp, "Sctp").sections) printer.print(section);
  }
}

// IPv6 counts no TCP of its own: net-tools shows that of both.
void statistics6(View& view, const Machine& machine, const ViewOptions& options) {
  SectionPrinter printer{view.output, options};
  if (const auto text = read(machine, "/proc/net/snmp6")) {
    for (const CounterSection& section : parse_counter_lines(*text).sections) printer.print(section);
  } else {
    complain(view, text.error());
  }
  const auto basic = read(machine, "/proc/net/snmp");
  if (!basic) return complain(view, basic.error());
  for (const CounterSection& section : parse_counter_rows(*basic).sections) {
    if (kind_of_section(section.title) == SectionKind::tcp) printer.print(section);
  }
}

}  // namespace

View statistics(const Machine& machine, const ViewOptions& options) {
  View view;
  if (options.inet || !options.inet6) statistics4(view, machine, options);
  if (options.inet6) statistics6(view, machine, options);
  return view;
}

}  // namespace portolan::netstat
