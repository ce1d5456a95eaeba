#include "derive/datasets.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "base/units.h"
#include "crypto/digest.h"
#include "os/files.h"

namespace tarn::derive {

namespace {

constexpr size_t kPluginBytesMax = kGiB;
constexpr std::string_view kAbi = TARN_DERIVED_ABI " " __VERSION__;

/// What follows a code version where there are arguments: each with its length in front.
std::string HashOf(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& argument : arguments) text += Format("{}:{}", argument.size(), argument);
  return crypto::Hex(crypto::Sha256(text)).substr(0, 16);
}

std::string_view LastDlError() {
  const char* const text = dlerror();
  return text == nullptr ? "no reason is given" : text;
}

/// A function of a plug-in, by its name. returns  nullptr where it has none
template <class Function>
Function* FindFunction(void* handle, const char* name) {
  return reinterpret_cast<Function*>(dlsym(handle, name));
}

/// The classes of a shared object.
Result<const std::vector<DerivedStreamEntry>*> OpenPlugin(const std::string& path) {
  // A bare name would be looked for where libraries are.
  const std::string absolute = std::filesystem::absolute(path).string();
  void* const handle = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Fail(ErrorKind::kInvalid, "{}", LastDlError());
  auto* const abi = FindFunction<const char*()>(handle, "tarn_derived_abi");
  auto* const streams = FindFunction<void*()>(handle, "tarn_derived_streams");
  if (abi == nullptr || streams == nullptr) {
    return Fail(ErrorKind::kInvalid, "it is no plug-in: one of its sources needs {}",
                "TARN_DERIVED_PLUGIN()");
  }
  if (abi() != kAbi) {
    return Fail(
        ErrorKind::kUnsupported,
        "it is built for '{}', this Tarn takes '{}': build it again with this Tarn's header "
        "and that compiler",
        abi(), kAbi);
  }
  return static_cast<const std::vector<DerivedStreamEntry>*>(streams());
}

Status CheckNames(const std::vector<DerivedStreamEntry>& entries) {
  if (entries.empty()) {
    return Fail(ErrorKind::kInvalid, "it has no class: TARN_DERIVED_STREAM makes one known");
  }
  std::set<std::string_view> names;
  for (const DerivedStreamEntry& entry : entries) {
    if (!names.insert(entry.name).second) {
      return Fail(ErrorKind::kInvalid, "it has two classes with the name {}", entry.name);
    }
  }
  return {};
}

}  // namespace

Datasets::Datasets(std::string build_id) {
  sources_.push_back({.code_version = std::move(build_id), .entries = &DerivedStreams()});
}

Status Datasets::AddPlugin(const std::string& path) {
  if (std::ranges::contains(sources_, path, &Source::plugin)) return {};
  const auto add = [&]() -> Status {
    const std::string bytes = TRY(os::ReadFile(os::PosixFiles(), path, kPluginBytesMax));
    const auto* const entries = TRY(OpenPlugin(path));
    TRY(CheckNames(*entries));
    sources_.insert(
        sources_.begin(),
        {.plugin = path, .code_version = crypto::Hex(crypto::Sha256(bytes)), .entries = entries});
    return {};
  };
  return While(add(), "loading the plug-in {}", path);
}

std::vector<KnownDataset> Datasets::List() const {
  std::vector<KnownDataset> known;
  for (const Source& source : sources_) {
    for (const DerivedStreamEntry& entry : *source.entries) {
      if (std::ranges::find(known, entry.name, &KnownDataset::name) != known.end()) continue;
      known.push_back({.name = entry.name, .plugin = source.plugin});
    }
  }
  std::ranges::sort(known, {}, &KnownDataset::name);
  return known;
}

const DerivedStreamEntry* Datasets::Find(const std::string& name, const Source** source) const {
  for (const Source& candidate : sources_) {
    const auto found = std::ranges::find(*candidate.entries, name, &DerivedStreamEntry::name);
    if (found == candidate.entries->end()) continue;
    *source = &candidate;
    return &*found;
  }
  return nullptr;
}

Result<Dataset> Datasets::Make(const std::string& name, std::vector<std::string> arguments) const {
  const Source* source = nullptr;
  const DerivedStreamEntry* const entry = Find(name, &source);
  if (entry == nullptr) {
    std::string known;
    for (const KnownDataset& dataset : List()) known += (known.empty() ? "" : ", ") + dataset.name;
    return Fail(ErrorKind::kNotFound, "there is no dataset '{}'; there are: {}", name, known);
  }
  Dataset dataset{.name = name,
                  .arguments = std::move(arguments),
                  .plugin = source->plugin,
                  .code_version = source->code_version};
  if (!dataset.arguments.empty()) dataset.code_version += "+" + HashOf(dataset.arguments);
  const auto make = [&]() -> Status {
    dataset.stream =
        TRY(Guard(ErrorKind::kInvalid, [&] { return entry->make(dataset.arguments); }));
    const std::string json =
        TRY(Guard(ErrorKind::kInvalid, [&] { return dataset.stream->build_schema(); }));
    dataset.columns = TRY(While(schema::ParseAvroRecord(json), "its schema"));
    return {};
  };
  TRY(While(make(), "{}", name));
  return dataset;
}

}  // namespace tarn::derive
