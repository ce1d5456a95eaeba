#include "bench/set_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>

#include "bench/process.h"
#include "bench/row_proof.h"
#include "os/files.h"

namespace tarn::bench {
namespace {

constexpr uint64_t kRecordsMin = 10;
constexpr double kEventsPerSession = 7.6;  // about

class File {
 public:
  static Result<std::unique_ptr<File>> Make(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return std::unexpected(FromErrno(errno, path));
    return std::unique_ptr<File>(new File(file, path));
  }
  ~File() {
    if (file_ != nullptr) std::fclose(file_);
  }

  Status Write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return {};
    return std::unexpected(FromErrno(errno, path_));
  }
  Status Close() {
    std::FILE* const file = std::exchange(file_, nullptr);
    if (std::fclose(file) == 0) return {};
    return std::unexpected(FromErrno(errno, path_));
  }

 private:
  File(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  std::FILE* file_;
  const std::string path_;
};

Result<uint64_t> CountLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorKind::kIo, "{} cannot be read", path);
  std::string piece(1 << 20, '\0');
  uint64_t lines = 0;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    lines += static_cast<uint64_t>(std::count(piece.data(), piece.data() + file.gcount(), '\n'));
  }
  return lines;
}

Status MakeReferenceEvents(uint64_t records, const std::string& path, const Workplace& workplace) {
  const auto sessions = std::max(
      uint64_t{1}, static_cast<uint64_t>(static_cast<double>(records) / kEventsPerSession));
  const ProcessUse use = TRY(RunProcess({TRY(OwnProgram()), "generate", "sessions", "--sessions",
                                         Format("{}", sessions), "--seed", "1", "--out", path},
                                        workplace.output_file(), workplace.error_file()));
  if (use.exit_status == 0) return {};
  return Fail(ErrorKind::kIo, "the reference events were not made: {}",
              LastLine(workplace.error_file()));
}

Status Generate(const DataSet& set, uint64_t records, const std::string& path) {
  const std::unique_ptr<File> file = TRY(File::Make(path));
  TRY(set.generate(records, [&](std::string_view text) { return file->Write(text); }));
  return file->Close();
}

}  // namespace

DataSet ReferenceEvents() {
  return {.name = "events",
          .columns = "name string, tstamp timestamp, payload string, payload_md5 string",
          .partition_by = "name, month(tstamp) as m",
          .records = 760'000};
}

DataSet TypedEvents() {
  DataSet set = ReferenceEvents();
  set.name = "typed";
  set.columns =
      "name string, tstamp timestamp, payload json<dvce_os string, session_id string, metric "
      "string, value double, first_name string, last_name string, email string>, payload_md5 "
      "string";
  return set;
}

Result<SetFile> MakeSetFile(const DataSet& set, uint64_t records, double scale,
                            const Workplace& workplace) {
  SetFile file{.set = set, .path = workplace.PathOf(set.name + ".ndjson")};
  const auto scaled = static_cast<uint64_t>(static_cast<double>(set.records) * scale);
  const uint64_t wanted = records > 0 ? records : std::max(kRecordsMin, scaled);
  if (set.generate == nullptr) {
    TRY(MakeReferenceEvents(wanted, file.path, workplace));
  } else {
    TRY(Generate(set, wanted, file.path));
  }
  file.records = TRY(CountLines(file.path));
  file.bytes = TRY(os::PosixFiles().Stat(file.path)).size;
  Result<Json> digest = DigestOfInput(set, file.path, workplace);
  if (digest) file.digest = std::move(*digest);
  if (!digest) file.digest_failure = digest.error().message();
  return file;
}

Status RemoveSetFile(const SetFile& file) { return os::PosixFiles().Remove(file.path); }

Status WriteText(const std::string& path, std::string_view text) {
  const std::unique_ptr<File> file = TRY(File::Make(path));
  TRY(file->Write(text));
  return file->Close();
}

std::string LastLine(const std::string& path) {
  constexpr size_t kShownMax = 160;
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) last = line;
  }
  return last.substr(0, kShownMax);
}

}  // namespace tarn::bench
