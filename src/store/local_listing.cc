#include <vector>

#include "store/local_listing_internal.h"
#include "store/local_names_internal.h"

namespace tarn::store {
namespace {

/// One listing under way. Keys are visited in order.
///
/// Names in a directory come sorted, but a directory `a` stands for keys `a/…`, which come after
/// the file `a.b`: a directory waits until all names before `a/` are done.
class Walk {
 public:
  Walk(os::Files& files, const std::string& root, const std::string& prefix,
       const std::string& after, std::string_view delimiter, size_t keys_max)
      : files_(files),
        root_(root),
        prefix_(prefix),
        after_(after),
        delimiter_(delimiter),
        keys_max_(keys_max) {}

  /// in  base: the keys' common beginning in this directory: empty, or ends with `/`
  Status Visit(const std::string& base) {
    const auto names = files_.List(base.empty() ? root_ : root_ + "/" + Trimmed(base));
    if (!names && names.error().kind() == ErrorKind::kNotFound) return {};  // removed meanwhile
    if (!names) return std::unexpected(names.error());
    std::vector<std::string>
        waiting;  // directories as `base/name/`, each a prefix of the one before
    for (size_t i = 0; i < names->size() && !full_; ++i) {
      const std::string key = base + (*names)[i];
      while (!waiting.empty() && waiting.back() < key) TRY(VisitLast(&waiting));
      if (!MayHold(key) || key == kTemporaryDirectory) continue;
      const auto info = files_.Stat(root_ + "/" + key);
      if (!info && info.error().kind() == ErrorKind::kNotFound) continue;
      if (!info) return std::unexpected(info.error());
      if (info->is_directory) {
        waiting.push_back(key + "/");
      } else {
        Take(key, *info);
      }
    }
    while (!waiting.empty()) TRY(VisitLast(&waiting));
    return {};
  }

  Listing Finish() && { return std::move(listing_); }

 private:
  static std::string Trimmed(const std::string& base) { return base.substr(0, base.size() - 1); }

  Status VisitLast(std::vector<std::string>* waiting) {
    const std::string directory = std::move(waiting->back());
    waiting->pop_back();
    return full_ || IsPast(directory) ? Status() : Visit(directory);
  }

  /// True where all keys that start with this are listed already or lie before `after`.
  bool IsPast(const std::string& start) const {
    if (!cut_.empty() && start.starts_with(cut_)) return true;
    return start <= after_ && !after_.starts_with(start);
  }

  /// True where the name, as an object or as a directory, may be or hold a key to list.
  bool MayHold(const std::string& key) const {
    if (!key.starts_with(prefix_) && !prefix_.starts_with(key + "/")) return false;
    return key > after_ || !IsPast(key + "/");
  }

  void Take(const std::string& key, const os::FileInfo& info) {
    if (!key.starts_with(prefix_) || key <= after_) return;
    if (!cut_.empty() && key.starts_with(cut_)) return;
    const size_t at = delimiter_.empty() ? std::string::npos : key.find(delimiter_, prefix_.size());
    const std::string item = at == std::string::npos ? key : key.substr(0, at + delimiter_.size());
    if (at != std::string::npos) {
      cut_ = item;
      if (item == after_) return;  // the page before ended with this prefix
    }
    if (listing_.objects.size() + listing_.prefixes.size() >= keys_max_) {
      full_ = true;
      listing_.next = last_;
      return;
    }
    last_ = item;
    if (at != std::string::npos) {
      listing_.prefixes.push_back(item);
    } else {
      listing_.objects.push_back(ObjectOf(key, info));
    }
  }

  os::Files& files_;
  const std::string& root_;
  const std::string& prefix_;
  const std::string& after_;
  const std::string_view delimiter_;
  const size_t keys_max_;

  Listing listing_;
  std::string last_;  ///< the item listed last
  std::string cut_;   ///< the prefix that the delimiter cut off last
  bool full_ = false;
};

}  // namespace

ObjectInfo ObjectOf(std::string key, const os::FileInfo& info) {
  return {.key = std::move(key),
          .size = info.size,
          .etag = Format("{:x}-{:x}-{:x}", info.size, info.modified_us, info.inode),
          .modified_us = info.modified_us};
}

Result<Listing> ListTree(os::Files& files, const std::string& root, const std::string& prefix,
                         const std::string& after, std::string_view delimiter, size_t keys_max) {
  Walk walk(files, root, prefix, after, delimiter, keys_max);
  // Nothing outside the prefix's own directory can match. A prefix with `..` matches no key.
  const size_t slash = prefix.rfind('/');
  const std::string base = slash == std::string::npos ? "" : prefix.substr(0, slash + 1);
  if (!base.empty() && !CheckKey(base.substr(0, base.size() - 1))) return Listing();
  TRY(walk.Visit(base));
  Listing listing = std::move(walk).Finish();
  if (!listing.objects.empty() || !listing.prefixes.empty()) return listing;
  const auto bucket = files.Stat(root);  // nothing in it, or nothing there
  const bool is_gone =
      bucket ? !bucket->is_directory : bucket.error().kind() == ErrorKind::kNotFound;
  if (is_gone) return Fail(ErrorKind::kNotFound, "the bucket's directory '{}' is gone", root);
  return listing;
}

}  // namespace tarn::store
