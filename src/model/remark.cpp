#include "model/remark.h"

#include <algorithm>
#include <array>

namespace portolan::model {
namespace {

using Field = RemarkKind::Field;
using Type = RemarkKind::Type;

constexpr std::array rate{Field{"rate", Type::real}};
constexpr std::array gateway{Field{"gateway", Type::text}};
constexpr std::array question{Field{"question", Type::text}};
constexpr std::array unasked{Field{"ports", Type::number}, Field{"seconds", Type::number}};
constexpr std::array cause{Field{"cause", Type::text}};
constexpr std::array named{Field{"name", Type::text}};
constexpr std::array packets{Field{"packets", Type::number}};
constexpr std::array no_way{Field{"cause", Type::text}, Field{"target", Type::text}, Field{"interface", Type::text}};
constexpr std::array by_kernel{Field{"cause", Type::text}, Field{"target", Type::text}};
constexpr std::array unresolved{Field{"place", Type::text}, Field{"expression", Type::text}, Field{"cause", Type::text},
                                Field{"name", Type::text}};
constexpr std::array answered_for{Field{"mac", Type::text}, Field{"address", Type::text},
                                  Field{"question", Type::text}};
constexpr std::array again{Field{"name", Type::text}, Field{"target", Type::text}};
constexpr std::array pending{Field{"names", Type::number}, Field{"name", Type::text}};
constexpr std::array refused{Field{"probes", Type::number}, Field{"cause", Type::text}, Field{"target", Type::text}};
constexpr std::array protocol{Field{"protocol", Type::text}};
constexpr std::array hidden{Field{"processes", Type::number}, Field{"user", Type::number}};
constexpr std::array missing{Field{"namespace", Type::number}, Field{"cause", Type::text}};
constexpr std::array list{Field{"sockets", Type::text}};
constexpr std::array answers{Field{"answers", Type::number}, Field{"sockets", Type::text}};
constexpr std::array lines{Field{"lines", Type::number}, Field{"file", Type::text}};
constexpr std::array unlisted{Field{"cause", Type::text}, Field{"sockets", Type::text}};
constexpr std::array sentence{Field{"sentence", Type::text}};

constexpr std::array all_kinds{
    RemarkKind{RemarkCode::nothing_answered, "nothing-answered", {}},
    RemarkKind{RemarkCode::limits_answers, "limits-answers", rate},
    RemarkKind{RemarkCode::limits_errors, "limits-errors", rate},
    RemarkKind{RemarkCode::may_limit_errors, "may-limit-errors", {}},
    RemarkKind{RemarkCode::stopped_answering, "stopped-answering", {}},
    RemarkKind{RemarkCode::gateway_silent, "gateway-silent", gateway},
    RemarkKind{RemarkCode::link_address_silent, "link-address-silent", question},
    RemarkKind{RemarkCode::services_unknown, "services-unknown", unasked},
    RemarkKind{RemarkCode::no_way, "no-way", no_way},
    RemarkKind{RemarkCode::no_way_to_some, "no-way-to-some", no_way},
    RemarkKind{RemarkCode::refused_here, "refused-here", refused},
    RemarkKind{RemarkCode::dropped_here, "dropped-here", packets},
    RemarkKind{RemarkCode::answers_for_all, "answers-for-all", answered_for},
    RemarkKind{RemarkCode::sent_by_kernel, "sent-by-kernel", by_kernel},
    RemarkKind{RemarkCode::no_targets, "no-targets", {}},
    RemarkKind{RemarkCode::unresolved, "unresolved", unresolved},
    RemarkKind{RemarkCode::named_again, "named-again", again},
    RemarkKind{RemarkCode::names_pending, "names-pending", pending},
    RemarkKind{RemarkCode::connects_instead, "connects-instead", {}},
    RemarkKind{RemarkCode::routes_unknown, "routes-unknown", cause},
    RemarkKind{RemarkCode::packets_refused, "packets-refused", cause},
    RemarkKind{RemarkCode::connects_for_discovery, "connects-for-discovery", {}},
    RemarkKind{RemarkCode::no_tcp_ports, "no-tcp-ports", {}},
    RemarkKind{RemarkCode::no_udp_ports, "no-udp-ports", {}},
    RemarkKind{RemarkCode::no_ip_protocols, "no-ip-protocols", {}},
    RemarkKind{RemarkCode::other_protocol, "other-protocol", protocol},
    RemarkKind{RemarkCode::namespaces_hidden, "namespaces-hidden", hidden},
    RemarkKind{RemarkCode::namespace_missing, "namespace-missing", missing},
    RemarkKind{RemarkCode::list_changed, "list-changed", list},
    RemarkKind{RemarkCode::answers_not_understood, "answers-not-understood", answers},
    RemarkKind{RemarkCode::lines_not_understood, "lines-not-understood", lines},
    RemarkKind{RemarkCode::no_such_list, "no-such-list", list},
    RemarkKind{RemarkCode::failed_units_unknown, "failed-units-unknown", {}},
    RemarkKind{RemarkCode::ends_not_heard, "ends-not-heard", cause},
    RemarkKind{RemarkCode::short_ones_missing, "short-ones-missing", {}},
    RemarkKind{RemarkCode::lists_from_files, "lists-from-files", cause},
    RemarkKind{RemarkCode::processes_unknown, "processes-unknown", cause},
    RemarkKind{RemarkCode::proc_missing, "proc-missing", {}},
    RemarkKind{RemarkCode::networks_unknown, "networks-unknown", {}},
    RemarkKind{RemarkCode::registry_unknown, "registry-unknown", cause},
    RemarkKind{RemarkCode::namespace_gone, "namespace-gone", named},
    RemarkKind{RemarkCode::listeners_unknown, "listeners-unknown", unlisted},
    RemarkKind{RemarkCode::noted, "noted", sentence},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < all_kinds.size(); ++i) {
    if (static_cast<std::size_t>(all_kinds[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order(), "kind_of() takes the code for the place");

template <class T>
const T* value_at(const Remark& remark, std::size_t index) {
  return index < remark.values.size() ? std::get_if<T>(&remark.values[index]) : nullptr;
}

}  // namespace

std::string_view Remark::text(std::size_t index) const {
  const auto* value = value_at<std::string>(*this, index);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

std::uint64_t Remark::number(std::size_t index) const {
  const auto* value = value_at<std::uint64_t>(*this, index);
  return value == nullptr ? 0 : *value;
}

double Remark::real(std::size_t index) const {
  const auto* value = value_at<double>(*this, index);
  return value == nullptr ? 0 : *value;
}

std::span<const RemarkKind> remark_kinds() { return all_kinds; }

const RemarkKind& kind_of(RemarkCode code) { return all_kinds.at(static_cast<std::size_t>(code)); }

std::optional<RemarkCode> remark_named(std::string_view name) {
  const auto found = std::ranges::find(all_kinds, name, &RemarkKind::name);
  if (found == all_kinds.end()) return std::nullopt;
  return found->code;
}

}  // namespace portolan::model
