// In which order a port is asked.
#include "identify/openings.h"

#include <gtest/gtest.h>

#include <string>

#include "identify/registry.h"

namespace portolan::identify {
namespace {

const Reader& reader_of(std::string_view name) {
  for (const Reader* const reader : registry) {
    if (reader->name == name) return *reader;
  }
  ADD_FAILURE() << "there is no reader " << name;
  return *registry.front();
}

// "http tls postgresql ..."; TLS has no reader.
std::string names_of(Openings openings, std::size_t most) {
  std::string names;
  for (; !openings.is_empty() && most > 0; --most) {
    const Opening next = openings.take();
    names += (names.empty() ? "" : " ") + std::string{next.reader == nullptr ? "tls" : next.reader->name};
  }
  return names;
}

Openings planned(std::uint16_t port, int intensity = 7, bool in_tls = false) {
  Openings openings;
  openings.plan({.port = net::Port{port}, .readers = registry, .intensity = intensity, .in_tls = in_tls});
  return openings;
}

constexpr std::uint16_t odd_port = 40'111;

TEST(Openings, HttpIsFirstWhereNothingHintsAtTheProtocol) {
  EXPECT_EQ(names_of(planned(odd_port), 2), "http tls");
  EXPECT_TRUE(planned(odd_port).next().is_alone());
  EXPECT_EQ(names_of(planned(odd_port, 7, true), 1), "http");
  EXPECT_EQ(names_of(planned(odd_port, 2), 9), "http tls");
  EXPECT_EQ(names_of(planned(odd_port, 0), 9), "");
  EXPECT_EQ(names_of(planned(6379), 3), "redis http tls");
  EXPECT_FALSE(planned(80).next().is_alone()) << "it is hinted at";
  EXPECT_EQ(names_of(planned(443), 1), "tls");
}

TEST(Openings, WhoWouldHaveDoneTheSameIsAskedFirst) {
  const Reader& http = reader_of("http");
  Openings closes = planned(odd_port);
  EXPECT_EQ(closes.take().reader, &http);
  closes.note_foreign(&http, Foreign::ends);
  EXPECT_EQ(names_of(closes, 1), "tls");
  (void)closes.take();
  closes.note_foreign(nullptr, Foreign::ends);
  EXPECT_EQ(names_of(closes, 2), "postgresql ldap");
  Openings resets = planned(odd_port);
  (void)resets.take();
  resets.note_foreign(&http, Foreign::resets);
  (void)resets.take();
  resets.note_foreign(nullptr, Foreign::ends);
  EXPECT_EQ(names_of(resets, 1), "mqtt");
  Openings waits = planned(odd_port);
  (void)waits.take();
  waits.note_foreign(&http, Foreign::waits);
  EXPECT_EQ(names_of(waits, 1), "dns") << "before TLS, which waits for nobody";
}

TEST(Openings, WhatOthersDidTellsNothingAndOnlyTheFirstCounts) {
  Openings openings = planned(odd_port);
  const std::string before = names_of(openings, 20);
  openings.note_foreign(&reader_of("redis"), Foreign::waits);
  EXPECT_EQ(names_of(openings, 20), before);
  openings.note_foreign(&reader_of("http"), Foreign::waits);
  const std::string after = names_of(openings, 20);
  openings.note_foreign(&reader_of("http"), Foreign::resets);
  EXPECT_EQ(names_of(openings, 20), after);
}

TEST(Openings, WhoMayBeThereIsNextOnce) {
  Openings openings = planned(odd_port);
  (void)openings.take();
  openings.ask_next(reader_of("clamd"));
  EXPECT_EQ(openings.take().reader, &reader_of("clamd"));
  const std::size_t left = openings.left();
  openings.ask_next(reader_of("clamd"));
  openings.ask_next(reader_of("ssh"));
  EXPECT_EQ(openings.left(), left) << "it was asked, and SSH has no question";
  openings.drop_rest();
  EXPECT_TRUE(openings.is_empty());
}

}  // namespace
}  // namespace portolan::identify
