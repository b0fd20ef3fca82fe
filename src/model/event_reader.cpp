#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "model/json_fields.h"
#include "model/schema_1.h"

namespace portolan::model {
namespace {

// Fills a record from an object. Remembers the first field that is missing or makes no sense.
class FieldReader {
 public:
  explicit FieldReader(const JsonValue& object) : object_{object} {}

  template <class T>
  void member(std::string_view name, T& field) {
    const JsonValue* found = object_.member(name);
    if (found == nullptr || !read(*found, field)) refuse(name);
  }
  template <class T>
  void optional(std::string_view name, T& field) {
    if (const JsonValue* found = object_.member(name); found != nullptr && !read(*found, field)) refuse(name);
  }
  template <class T>
  void derived(std::string_view /*name*/, const T& /*field*/) {}
  template <class Fill>
  void group(std::string_view name, Fill fill) {
    const JsonValue* found = object_.member(name);
    if (found == nullptr) return refuse(name);
    FieldReader inside{*found};
    fill(inside);
    if (!inside.refused().empty()) refuse(inside.refused());
  }

  // "" where every field was read.
  [[nodiscard]] std::string_view refused() const { return refused_; }

  static bool read(const JsonValue& value, bool& field) { return take(value.truth(), field); }
  static bool read(const JsonValue& value, double& field) { return take(value.real(), field); }
  static bool read(const JsonValue& value, std::string& field) {
    if (value.text() != nullptr) field = *value.text();
    return value.text() != nullptr;
  }
  template <std::integral Number>
  static bool read(const JsonValue& value, Number& field) {
    const auto whole = value.whole();
    if (!whole || !std::in_range<Number>(*whole)) return false;
    field = static_cast<Number>(*whole);
    return true;
  }
  static bool read(const JsonValue& value, net::IpAddress& field) {
    return value.text() != nullptr && take(net::IpAddress::parse(*value.text()), field);
  }
  static bool read(const JsonValue& value, net::Mac& field) {
    return value.text() != nullptr && take(net::parse_mac(*value.text()), field);
  }
  static bool read(const JsonValue& value, net::Port& field) {
    std::uint16_t number = 0;
    if (!read(value, number)) return false;
    field = net::Port{number};
    return true;
  }
  static bool read(const JsonValue& value, net::PortSet& field) {
    return value.text() != nullptr && take(net::parse_port_set(*value.text()), field);
  }
  static bool read(const JsonValue& value, WallTime& field) {
    return value.text() != nullptr && take(parse_rfc3339(*value.text()), field);
  }
  static bool read(const JsonValue& value, Duration& field) {
    return value.number() != nullptr && take(parse_seconds(value.number()->text), field);
  }
  // A reason that a later version gave is none that this one could tell.
  static bool read(const JsonValue& value, Reason& field) {
    field = Reason::none;
    if (value.text() == nullptr) return false;
    for (unsigned i = 0; i <= UINT8_MAX; ++i) {
      const auto reason = static_cast<Reason>(i);
      if (word_of(reason) != *value.text()) continue;
      field = reason;
      break;
    }
    return true;
  }
  template <class E>
    requires std::is_enum_v<E>
  static bool read(const JsonValue& value, E& field) {
    if (value.text() == nullptr) return false;
    for (std::size_t i = 0; i < value_count<E>; ++i) {
      if (word_of(static_cast<E>(i)) != *value.text()) continue;
      field = static_cast<E>(i);
      return true;
    }
    return false;
  }
  template <class T>
  static bool read(const JsonValue& value, std::optional<T>& field) {
    return read(value, field.emplace());
  }
  template <class T>
  static bool read(const JsonValue& value, Boxed<T>& field) {
    return read(value, field.emplace());
  }
  static bool read(const JsonValue& value, std::vector<Remark>& field) {
    if (value.array() == nullptr) return false;
    for (const JsonValue& element : *value.array()) {
      if (auto remark = read_remark(element)) field.push_back(std::move(*remark));
    }
    return true;
  }
  template <class T>
  static bool read(const JsonValue& value, std::vector<T>& field) {
    if (value.array() == nullptr) return false;
    field.reserve(value.array()->size());
    return std::ranges::all_of(*value.array(),
                               [&field](const JsonValue& element) { return read(element, field.emplace_back()); });
  }
  template <class T>
  static bool read(const JsonValue& value, T& record) {
    FieldReader fields{value};
    describe(fields, record);
    return fields.refused().empty();
  }

  // nullopt for a code that this version does not know.
  static std::optional<Remark> read_remark(const JsonValue& value) {
    const JsonValue* code = value.member("code");
    const auto known = code == nullptr || code->text() == nullptr ? std::nullopt : remark_named(*code->text());
    if (!known) return std::nullopt;
    Remark remark{*known};
    const JsonValue* values = value.member("values");
    for (const RemarkKind::Field& field : kind_of(*known).values) {
      const JsonValue* found = values == nullptr ? nullptr : values->member(field.name);
      remark.values.push_back(remark_value(field.type, found == nullptr ? JsonValue{} : *found));
    }
    return remark;
  }

 private:
  // Of the type that the code promises, whatever stands there.
  static Remark::Value remark_value(RemarkKind::Type type, const JsonValue& value) {
    switch (type) {
      case RemarkKind::Type::number:
        return value.whole().value_or(0);
      case RemarkKind::Type::real:
        return value.real().value_or(0);
      case RemarkKind::Type::text:
        break;
    }
    return value.text() == nullptr ? std::string{} : *value.text();
  }
  template <class Found, class T>
  static bool take(Found found, T& field) {
    if (!found) return false;
    field = std::move(*found);
    return true;
  }
  void refuse(std::string_view name) {
    if (refused_.empty()) refused_ = name;
  }

  const JsonValue& object_;
  std::string_view refused_;  // points to a literal
};

using Read = Result<std::optional<Event>>;

template <class T>
Read read_as(const JsonValue& object) {
  T record{};
  FieldReader fields{object};
  describe(fields, record);
  if (fields.refused().empty()) return Event{std::move(record)};
  return fail(Errc::parse, fmt::format("the field '{}' of a '{}' record is missing or makes no sense", fields.refused(),
                                       record_name<T>));
}
template <>
Read read_as<Remark>(const JsonValue& object) {
  auto remark = FieldReader::read_remark(object);
  if (!remark) return std::nullopt;
  return Event{std::move(*remark)};
}

template <class T>
bool read_if_named(std::string_view record, const JsonValue& object, Read& result) {
  if (record != record_name<T>) return false;
  result = read_as<T>(object);
  return true;
}

// Nothing for a record that a later version has added.
template <class... Types>
Read read_event(std::string_view record, const JsonValue& object, const std::variant<Types...>* /*of*/) {
  Read result = std::nullopt;
  (void)(read_if_named<Types>(record, object, result) || ...);
  return result;
}

// Whether the stream is of the first schema, which had a number instead of a name.
Result<bool> is_schema_1(const JsonValue& start) {
  const JsonValue* schema = start.member("schema");
  if (schema == nullptr) return fail(Errc::parse, "a 'start' record without a schema");
  if (schema->whole() == 1) return true;
  if (schema->text() != nullptr && *schema->text() == scan_schema) return false;
  const std::string shown = schema->text() == nullptr ? "of another kind" : escape_terminal(*schema->text());
  return fail(Errc::unsupported, fmt::format("the schema is {}, and this version reads {}", shown, scan_schema));
}

}  // namespace

Result<std::vector<Event>> EventReader::read(std::string_view line) {
  auto object = parse_json(line);
  if (!object) return fail(object.error());
  const JsonValue* record = object->member("record");
  if (record == nullptr || record->text() == nullptr) return fail(Errc::parse, "an object without 'record'");
  if (*record->text() == record_name<ScanStarted>) {
    const auto first = is_schema_1(*object);
    if (!first) return fail(first.error());
    schema_1_ = *first;
  }
  if (schema_1_) bring_up_to_date(*object);
  const std::string name = *object->member("record")->text();
  if (name == record_name<Resumed>) {
    ports_.clear();
    return std::vector<Event>{};
  }
  auto event = read_event(name, *object, static_cast<const Event*>(nullptr));
  if (!event) return fail(event.error());
  if (!*event) return std::vector<Event>{};
  if (auto* host = std::get_if<HostRecord>(&**event)) return host_with_ports(std::move(*host));
  if (const auto* open = std::get_if<OpenPort>(&**event)) {
    ports_[open->host].push_back(open->port);
    if (open->port.state != PortState::open) return std::vector<Event>{};
  }
  std::vector<Event> events;
  events.push_back(std::move(**event));
  return events;
}

Result<std::vector<Event>> EventReader::host_with_ports(HostRecord host) {
  if (auto entry = ports_.extract(host.address)) {
    host.ports = std::move(entry.mapped());
    const auto place = [](const PortRecord& port) { return std::pair{port.protocol, port.port}; };
    // Of a port that was told twice the later one knows more.
    std::ranges::reverse(host.ports);
    std::ranges::stable_sort(host.ports, {}, place);
    const auto repeated = std::ranges::unique(host.ports, {}, place);
    host.ports.erase(repeated.begin(), repeated.end());
  }
  std::vector<Event> events;
  events.emplace_back(std::move(host));
  return events;
}

}  // namespace portolan::model
