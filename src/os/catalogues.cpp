#include "os/catalogues.h"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace portolan::os {

Result<catalog::Services> read_services() {
  const auto path = find_data_file("services");
  if (!path) return fail(path.error());
  const auto text = read_file(*path);
  if (!text) return fail(text.error());
  auto services = catalog::Services::parse(*text);
  if (!services) return fail(services.error().code, fmt::format("{}: {}", *path, services.error().message));
  return services;
}

Result<catalog::Descriptions> read_descriptions(std::optional<MappedFile>& text) {
  const auto file = find_data_file("descriptions");
  if (!file) return catalog::Descriptions::parse("");
  auto opened = MappedFile::open(*file);
  if (!opened) return fail(opened.error());
  text.emplace(std::move(*opened));
  auto descriptions = catalog::Descriptions::parse(text->text());
  if (!descriptions) {
    return fail(descriptions.error().code, fmt::format("{}: {}", *file, descriptions.error().message));
  }
  return descriptions;
}

VendorLists::VendorLists() {
  const std::string directory{vendor_file.substr(0, vendor_file.rfind('/') + 1)};
  for (const char* name : {"oui.txt", "mam.txt", "oui36.txt", "iab.txt"}) {
    auto file = MappedFile::open(directory + name);
    if (!file) continue;
    files_.push_back(std::move(*file));
    if (files_.size() == 1) {
      vendors_ = catalog::Vendors::parse(files_.back().text());
    } else {
      vendors_.add(files_.back().text());
    }
  }
}

}  // namespace portolan::os
