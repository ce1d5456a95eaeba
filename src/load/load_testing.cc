#include "load/load_testing.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tarn::load {

TestDirectory::TestDirectory() {
  char name[] = "/tmp/tarn-load-XXXXXX";
  path_ = ::mkdtemp(name);
}

TestDirectory::~TestDirectory() { std::filesystem::remove_all(path_); }

std::string TestDirectory::Write(const std::string& name, const std::string& bytes) const {
  std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
  std::ofstream(Path(name), std::ios::binary) << bytes;
  return Path(name);
}

std::vector<std::string> TestDirectory::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_))
    names.push_back(entry.path().string().substr(path_.size() + 1));
  std::ranges::sort(names);
  return names;
}

std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every) {
  std::string lines;
  for (uint64_t n = begin; n < end; ++n) {
    if (bad_every != 0 && n % bad_every == bad_every - 1) {
      lines += "no json\n";
      continue;
    }
    lines += Format("{{\"n\":{},\"part\":\"p{}\",\"text\":\"{}\"}}\n", n, n % 5,
                    std::string(n * 7919 % 400, 'x'));
  }
  return lines;
}

}  // namespace tarn::load
