// What a task has written: a file beside the plan, put by the first attempt that is done. From the
// manifests of all tasks the commit is made. docs/formats/derive.md has the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "os/files.h"
#include "schema/data_file.h"

namespace tarn::derive {

struct TaskCounts {
  uint64_t objects = 0;
  uint64_t bytes = 0;    ///< of the objects as they lie
  uint64_t records = 0;  ///< all of them: rows, skipped ones and rejects
  uint64_t rows = 0;
  uint64_t skipped = 0;  ///< that the class made no row of
  uint64_t rejects = 0;
  uint64_t skipped_bytes = 0;  ///< of damage
  uint64_t damaged = 0;        ///< frames, and objects that end early
  uint64_t hmac_failed = 0;    ///< frames left out: signed wrongly
  void Add(const TaskCounts& other);
  Json ToJson() const;  ///< a member each
  friend bool operator==(const TaskCounts&, const TaskCounts&) = default;
};

struct TaskManifest {
  std::string plan_id;
  size_t task = 0;
  std::string attempt;  ///< a uuid
  TaskCounts counts;
  std::vector<std::string> damage;  ///< a line for each object that has any
  schema::DataFiles rows;
  schema::DataFiles rejects;

  Json ToJson() const;  ///< with a checksum
  /// errors  kCorrupt
  static Result<TaskManifest> FromJson(const Json& json);
};

/// `<plan>.tasks/<plan id>-00007.json`: another plan may have lain at this path before.
std::string ManifestPath(const std::string& plan_path, const std::string& plan_id, size_t task);

/// returns  false: another attempt has put one before, and it stands
/// durable  when it returns true. errors  kIo
Result<bool> PutManifest(const TaskManifest& manifest, const std::string& plan_path,
                         os::Files& files);
/// errors  kNotFound, kCorrupt, kIo
Result<TaskManifest> ReadManifest(const std::string& plan_path, const std::string& plan_id,
                                  size_t task, os::Files& files);

}  // namespace tarn::derive
