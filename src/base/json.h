// Writes JSON (RFC 8259) behind what a string holds already. Every JSON that portolan prints comes from here.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/escape.h"
#include "base/number_text.h"

namespace portolan {

// Puts the commas; that what is begun is also ended is the caller's. Holds nothing but the string, so that several may
// write to one after the other.
class JsonWriter {
 public:
  // `out` outlives the writer.
  explicit JsonWriter(std::string& out) : out_{out} {}

  void begin_object() { open('{'); }
  void end_object() { out_ += '}'; }
  void begin_array() { open('['); }
  void end_array() { out_ += ']'; }
  // What follows belongs to another text: a line of its own, as in NDJSON.
  void end_line() { out_ += '\n'; }

  // Names are the program's own words: nothing in them needs escaping.
  void name(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  void value(std::string_view text) {
    separate();
    append_json(out_, text);
  }
  void value(const char* text) { value(std::string_view{text}); }
  void value(std::same_as<bool> auto truth) {
    separate();
    out_ += truth ? "true" : "false";
  }
  void value(std::unsigned_integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    separate();
    append_number(out_, std::uint64_t{number});
  }
  // What is not finite becomes 0: JSON has no word for it.
  void value(double number) {
    separate();
    append_number(out_, number);
  }
  // What is JSON already: a number in a notation of one's own, an object made elsewhere.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }

  template <class T>
  void member(std::string_view name_of_it, const T& value_of_it) {
    name(name_of_it);
    value(value_of_it);
  }
  // Left out where there is nothing to say.
  void text_member(std::string_view name_of_it, std::string_view text) {
    if (!text.empty()) member(name_of_it, text);
  }
  // `fill` writes the members of an object, or the elements of a list.
  template <class Fill>
  void object(Fill fill) {
    begin_object();
    fill();
    end_object();
  }
  template <class Range, class Write>
  void array(const Range& elements, Write write) {
    begin_array();
    for (const auto& element : elements) write(element);
    end_array();
  }
  template <class Range>
  void array(const Range& elements) {
    array(elements, [this](const auto& element) { this->value(element); });
  }

 private:
  // Whatever stands before says whether a comma has to: no state needs to be kept.
  void separate() {
    if (out_.empty()) return;
    switch (out_.back()) {
      case '{':
      case '[':
      case ':':
      case '\n':
        return;
      default:
        out_ += ',';
    }
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
  }

  std::string& out_;
};

}  // namespace portolan
