// What is to be found behind a transcript, by the names that stand there ("= product OpenSSH").
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "identify/details.h"
#include "model/service.h"

namespace portolan::identify {

inline std::string fact_of(const model::ServiceRecord& found, std::string_view name) {
  if (name == "service") return found.name;
  if (name == "product") return found.product;
  if (name == "version") return found.version;
  if (name == "extra") return found.extra;
  if (name == "host") return found.host_name;
  if (name == "system") return found.system;
  if (name == "device") return found.device;
  if (name == "confidence") return std::to_string(found.confidence);
  if (name == "cpe") return found.cpes.empty() ? "" : found.cpes.front();
  if (name == "tls") return !found.tls ? "no" : found.tls->starttls ? "starttls" : "yes";
  if (name == "alpn") return found.tls ? found.tls->alpn : "";
  // "http-title/title": of what is told beside; "ftp-syst/" where the key is empty.
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return "no such fact";
  const auto told = std::ranges::find_if(found.details, [&](const model::ServiceDetail& detail) {
    return detail.topic == name.substr(0, slash) && detail.key == name.substr(slash + 1);
  });
  return told == found.details.end() ? "not told" : told->value;
}

inline void expect_known_topics(const model::ServiceRecord& found) {
  EXPECT_LE(found.details.size(), most_details);
  for (const model::ServiceDetail& detail : found.details) {
    EXPECT_TRUE(std::ranges::find(topics(), detail.topic, &Topic::name) != topics().end()) << detail.topic;
  }
}

}  // namespace portolan::identify
