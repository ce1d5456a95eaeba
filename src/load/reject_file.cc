#include "load/reject_file.h"

#include "base/json.h"
#include "codec/text.h"

namespace tarn::load {
namespace {

void AppendLine(const std::string& input, const schema::Reject& reject, std::string* lines) {
  Json line = Json::MakeObject({{"file", input},
                                {"position", static_cast<int64_t>(reject.lsn.number())},
                                {"reason", schema::ReasonName(reject.reason)}});
  if (!reject.path.empty()) line.Set("path", reject.path);
  line.Set("message", reject.message);
  if (codec::IsUtf8(reject.raw)) {
    line.Set("raw", reject.raw);
  } else {
    line.Set("raw_base64", codec::EncodeBase64(reject.raw));
  }
  *lines += line.Dump();
  *lines += '\n';
}

}  // namespace

Result<std::unique_ptr<RejectFile>> RejectFile::Make(const std::string& path, os::Files& files) {
  std::unique_ptr<os::File> file;
  if (!path.empty()) file = TRY(files.Open(path, os::OpenMode::kCreateNew));
  return std::unique_ptr<RejectFile>(new RejectFile(std::move(file)));
}

Status RejectFile::Add(const std::string& input, std::span<const schema::Reject> rejects) {
  std::string lines;
  if (file_ != nullptr) {
    for (const schema::Reject& reject : rejects) AppendLine(input, reject, &lines);
  }
  MutexLock lock(mutex_);
  if (count_ == 0) {
    const schema::Reject& reject = rejects.front();
    first_ = Format("{}, byte {}: {}{}{}", input, reject.lsn.number(), reject.path,
                    reject.path.empty() ? "" : ": ", reject.message);
  }
  count_ += rejects.size();
  if (file_ == nullptr) return {};
  TRY(file_->WriteAt(size_, lines));
  size_ += lines.size();
  return {};
}

Status RejectFile::Finish() {
  if (file_ == nullptr) return {};
  return file_->Sync();
}

uint64_t RejectFile::count() {
  MutexLock lock(mutex_);
  return count_;
}

std::string RejectFile::first() {
  MutexLock lock(mutex_);
  return first_;
}

}  // namespace tarn::load
