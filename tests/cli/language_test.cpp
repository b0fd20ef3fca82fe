// The language of the program, as its user's environment has it.
#ifdef PORTOLAN_HAS_PROGRAM

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "cli/command.h"
#include "lab/process.h"
#include "probe/registry.h"
#include "tests/places.h"
#include "tests/report/tools.h"

namespace portolan::cli {
namespace {

using Words = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::StartsWith;

const Environment french{{"LC_ALL", "fr_FR.UTF-8"}};

lab::Finished portolan(Words words, const Environment& environment, const std::string& program = test::program()) {
  words.insert(words.begin(), program);
  return lab::run({.words = std::move(words), .environment = environment});
}

std::string help_in(const Environment& environment) { return portolan({"help"}, environment).output; }

TEST(Language, IsTheEnvironmentsByTheRulesOfGettext) {
  const std::string english = "usage: ";
  const std::string of_france = "utilisation : ";
  EXPECT_THAT(help_in({}), StartsWith(english));
  EXPECT_THAT(help_in(french), StartsWith(of_france));
  EXPECT_THAT(help_in({{"LC_ALL", ""}, {"LC_MESSAGES", "fr_CA.UTF-8"}, {"LANG", "C"}}), StartsWith(of_france));
  EXPECT_THAT(help_in({{"LC_ALL", ""}, {"LC_MESSAGES", ""}, {"LANG", "fr"}}), StartsWith(of_france));
  EXPECT_THAT(help_in({{"LC_ALL", ""}, {"LC_MESSAGES", "C"}, {"LANG", "fr_FR.UTF-8"}}), StartsWith(english));
  EXPECT_THAT(help_in({{"LC_ALL", "C"}, {"LANGUAGE", "fr"}}), StartsWith(english));
  EXPECT_THAT(help_in({{"LC_ALL", "POSIX"}, {"LANGUAGE", "fr"}}), StartsWith(english));
  EXPECT_THAT(help_in({{"LC_ALL", "en_GB.UTF-8"}, {"LANGUAGE", "tlh:fr"}}), StartsWith(of_france));
  EXPECT_THAT(help_in({{"LC_ALL", "fr_FR.UTF-8"}, {"LANGUAGE", "tlh"}}), StartsWith(english));
  EXPECT_THAT(help_in({{"LC_ALL", "tlh"}}), StartsWith(english));
}

TEST(Language, HelpFitsATerminalAndIsNowhereEnglish) {
  for (const Command* command : commands()) {
    const auto told = portolan({"help", std::string{command->name}}, french);
    EXPECT_EQ(told.status, 0) << told.errors;
    EXPECT_THAT(told.output, StartsWith("utilisation"));
    std::istringstream lines{told.output};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
    const HelpPage page = command->page();
    EXPECT_THAT(told.output, testing::Not(HasSubstr(std::string{page.about.front().substr(0, 20)})));
  }
  std::istringstream lines{help_in(french)};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
}

TEST(Language, ErrorsAreInItToo) {
  EXPECT_EQ(portolan({"sacn"}, french).errors,
            "portolan: commande inconnue « sacn » ; vouliez-vous dire `portolan scan` ?\n");
  EXPECT_THAT(portolan({"ports", "99999"}, french).errors, HasSubstr("les ports vont de 0 à 65535"));
  EXPECT_THAT(portolan({"who", "127.0.0.1"}, french).errors, HasSubstr("ne nomme aucun port"));
}

// Whatever ends a command is told in it, down to the words of the kernel.
TEST(Language, ErrorsOfEveryKindAreInIt) {
  const report::testing::Folder folder;
  const auto error = [](Words words) { return portolan(std::move(words), french).errors; };
  EXPECT_THAT(error({"talk"}), HasSubstr("avec qui ?"));
  EXPECT_THAT(error({"talk", "198.18.0.1"}), HasSubstr("ne nomme aucun port"));
  EXPECT_THAT(error({"talk", "--udp", "--tls", "127.0.0.1:1"}), HasSubstr("TLS passe par des connexions"));
  EXPECT_THAT(error({"talk", "--starttls", "smpt", "127.0.0.1:1"}), HasSubstr("vouliez-vous dire smtp ?"));
  EXPECT_THAT(error({"talk", "--record", "/dev/stdout", "127.0.0.1:1"}),
              HasSubstr("--record /dev/stdout : la sortie standard montre le dialogue"));
  EXPECT_THAT(error({"talk", "-w", "long", "127.0.0.1:1"}), HasSubstr("n'est pas une durée"));
  EXPECT_THAT(error({"talk", "--record", folder.file("no/such"), "127.0.0.1:1"}),
              HasSubstr("impossible d'écrire dans « " + folder.file("no/such") + " » : Aucun fichier ou dossier"));
  EXPECT_THAT(error({"talk", "127.0.0.1:1"}),
              HasSubstr("impossible de se connecter à 127.0.0.1:1 : la connexion a été refusée : rien n'y écoute"));
  EXPECT_THAT(error({"scan", "--max-rate", "0", "198.18.0.1"}), HasSubstr("n'est pas un débit"));
}

TEST(Language, PortsAndWhoSpeakIt) {
  EXPECT_THAT(portolan({"ports", "0"}, french).output, HasSubstr("aucun service ne peut l'avoir"));
  EXPECT_THAT(portolan({"who", "/nonexistent/socket"}, french).output,
              HasSubstr("personne n'écoute sur /nonexistent/socket\nil n'y a pas de socket de ce nom\n"));
}

// All that --offline can show: each technique with each state that it can come to.
std::vector<Words> explanations() {
  std::vector<Words> all;
  for (const probe::Probe* probe : probe::registry) {
    for (const char* state : {"open", "closed", "filtered", "open-filtered", "up", "down"}) {
      all.push_back({"explain", "--offline", state, "--technique", std::string{probe->name}});
    }
  }
  all.push_back({"explain", "--offline", "up"});
  all.push_back({"explain", "--offline", "down"});
  all.push_back({"explain", "--offline", "open", "-6"});
  return all;
}

TEST(Language, ExplanationsSpeakItAndFitATerminal) {
  std::size_t pages = 0;
  for (const Words& words : explanations()) {
    const auto page = portolan(words, french);
    if (page.output.empty()) continue;
    ++pages;
    EXPECT_THAT(page.output, HasSubstr("Ce que signifient les paquets"));
    EXPECT_THAT(page.output, HasSubstr("\nRésultat : "));
    // A label that is too long for its arrow.
    EXPECT_THAT(page.output, testing::Not(HasSubstr("... ---")));
    std::istringstream lines{page.output};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
  }
  EXPECT_GE(pages, 40U);
  EXPECT_THAT(portolan({"explain", "--offline", "open"}, french).output,
              HasSubstr("quelque chose écoute sur le port 80/tcp"));
  EXPECT_THAT(portolan({"explain", "300.1.1.1:22"}, french).errors, HasSubstr("n'est pas un octet d'adresse IPv4"));
  EXPECT_THAT(portolan({"explain", "--offline", "sideways"}, french).errors,
              HasSubstr("n'est pas l'un de : open, closed"));
}

TEST(Language, WhatProgramsReadIsTheSameInAll) {
  for (const Words& words : std::vector<Words>{{"help", "--man"},
                                               {"help", "--completion"},
                                               {"help", "--messages"},
                                               {"--version"},
                                               {"ports", "--json", "0", "443"},
                                               {"who", "--json", "/nonexistent/socket"},
                                               {"scan", "-n", "-p", "70000", "198.18.0.1"},
                                               {"explain", "--json", "--offline", "open", "--technique", "udp"},
                                               {"explain", "--json", "--offline", "down"},
                                               {"nmap", "-h"},
                                               {"nmap", "--bogus"}}) {
    const auto english = portolan(words, {});
    const auto other = portolan(words, french);
    EXPECT_EQ(other.output, english.output) << testing::PrintToString(words);
    // Beside records there may be a note for people.
    if (english.output.empty()) {
      EXPECT_EQ(other.errors, english.errors) << testing::PrintToString(words);
    }
    EXPECT_EQ(other.status, english.status);
  }
}

TEST(Language, UnderTheNamesOfOthersIsEnglish) {
  const report::testing::Folder folder;
  for (const char* name : {"nmap", "netstat"}) {
    std::filesystem::create_symlink(test::program(), folder.file(name));
    EXPECT_EQ(portolan({"--bogus"}, french, folder.file(name)).errors,
              portolan({"--bogus"}, {}, folder.file(name)).errors);
    EXPECT_EQ(portolan({"--help"}, french, folder.file(name)).output,
              portolan({"--help"}, {}, folder.file(name)).output);
  }
}

}  // namespace
}  // namespace portolan::cli

#endif
