#include "derive/task.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "columns/batch.h"
#include "columns/layout.h"
#include "derive/crash_note.h"
#include "derive/waiting_rejects.h"
#include "lake/table_writer.h"
#include "shape/shaper.h"

namespace tarn::derive {
namespace {

constexpr size_t kBatchBytes = 8 * kMiB;
constexpr size_t kBatchRows = 32'768;

/// Rows of one table on their way to files; the writer begins with the first ones.
class TableFiles {
 public:
  TableFiles(const OutputTable& table, store::Buckets::Place place, std::string stem,
             size_t memory_bytes_max)
      : table_(table),
        place_(std::move(place)),
        stem_(std::move(stem)),
        memory_bytes_max_(memory_bytes_max),
        batch_(columns::Layout::Make(table.schema)) {}

  columns::Batch& batch() { return batch_; }

  Status WriteBatch() {
    if (batch_.rows() == 0) return {};
    if (writer_ == nullptr) {
      lake::WriteOptions options;
      options.memory_bytes_max = memory_bytes_max_;
      options.row_group_bytes_max = std::min(options.row_group_bytes_max, memory_bytes_max_ / 4);
      writer_ = TRY(lake::TableWriter::Make(*place_.store, batch_.layout(), table_.spec,
                                            {place_.key, stem_}, options));
    }
    TRY(writer_->Append(batch_));
    batch_.Clear();
    return {};
  }

  Result<schema::DataFiles> Finish() {
    TRY(WriteBatch());
    if (writer_ == nullptr) return schema::DataFiles();
    return writer_->Finish();
  }

 private:
  const OutputTable& table_;
  const store::Buckets::Place place_;
  const std::string stem_;
  const size_t memory_bytes_max_;
  columns::Batch batch_;
  std::unique_ptr<lake::TableWriter> writer_;
};

/// Reads the task's objects, in order, and writes what becomes of their records.
class TaskRun : public RecordOutcomes {
 public:
  TaskRun(const Plan& plan, const TaskOptions& options, TableFiles& rows, TableFiles& rejects,
          store::ObjectStore& input, TaskManifest* manifest)
      : plan_(plan),
        task_(plan.tasks[options.task]),
        keys_(options.keys),
        rows_(rows),
        rejects_(rejects),
        input_(input),
        manifest_(*manifest) {}

  Status Run(const RowMaking& make_rows) {
    maker_ = TRY(
        While(make_rows(plan_.partitions[task_.partition], &rows_.batch()), "{}", plan_.dataset));
    for (const InputObject& object : task_.inputs) {
      TRY(While(ReadObject(object), "object {}/{}", plan_.input_bucket, object.key));
    }
    TRY(maker_->Flush(this));
    manifest_.rows = TRY(rows_.Finish());
    TRY(WriteRejects());
    manifest_.rejects = TRY(rejects_.Finish());
    return {};
  }

  void AddRow() override { ++manifest_.counts.rows; }
  void AddSkipped() override { ++manifest_.counts.skipped; }

  Status AddReject(const RecordOrigin& origin, std::string_view raw,
                   schema::Reject reject) override {
    ++manifest_.counts.rejects;
    reject.received_at_us = origin.modified_us;  // the same in each attempt
    reject.lsn = Lsn(origin.offset);
    reject.source = schema::Source::kFile;
    reject.message = Format("{}, byte {}: {}", *origin.object, origin.offset, reject.message);
    reject.raw = raw;
    waiting_rejects_.Add(std::move(reject));
    return waiting_rejects_.is_full() ? WriteRejects() : Status();
  }

 private:
  Status ReadObject(const InputObject& object) {
    const std::string& name = names_.emplace_back(Format("{}/{}", plan_.input_bucket, object.key));
    NoteObject(name);
    const auto records = TRY(ObjectRecords::Open(input_, plan_.input_bucket, object, keys_));
    ObjectRecord record;
    while (TRY(records->Next(&record))) {
      NoteOffset(record.offset);
      const RecordOrigin origin{&name, records->modified_us(), record.offset};
      TRY(While(Take(record, origin), "offset {}", record.offset));
    }
    ++manifest_.counts.objects;
    manifest_.counts.bytes += object.size;
    NoteDamage(records->damage(), object);
    return {};
  }

  Status Take(const ObjectRecord& record, const RecordOrigin& origin) {
    ++manifest_.counts.records;
    TRY(maker_->Add(record, origin, this));
    // To measure a batch is not for each row.
    constexpr uint64_t kRowsBetweenLooks = 64;
    if (manifest_.counts.rows < rows_seen_ + kRowsBetweenLooks) return {};
    rows_seen_ = manifest_.counts.rows;
    const columns::Batch& batch = rows_.batch();
    const bool is_full = batch.rows() >= kBatchRows || batch.data_bytes() >= kBatchBytes;
    return is_full ? rows_.WriteBatch() : Status();
  }

  Status WriteRejects() {
    shape::AppendRejects(waiting_rejects_.rejects(), &rejects_.batch());
    waiting_rejects_.Clear();
    return rejects_.WriteBatch();
  }

  void NoteDamage(const ObjectDamage& damage, const InputObject& object) {
    if (damage.skipped_bytes == 0 && damage.damaged == 0 && damage.hmac_failed == 0) return;
    manifest_.counts.skipped_bytes += damage.skipped_bytes;
    manifest_.counts.damaged += damage.damaged;
    manifest_.counts.hmac_failed += damage.hmac_failed;
    std::string line = Format("{}/{}: {} damaged, {} bytes skipped", plan_.input_bucket, object.key,
                              damage.damaged, damage.skipped_bytes);
    if (damage.hmac_failed > 0) line += Format(", {} signed wrongly", damage.hmac_failed);
    if (!damage.ended_by.empty()) line += "; it ends early: " + damage.ended_by;
    manifest_.damage.push_back(std::move(line));
  }

  const Plan& plan_;
  const Task& task_;
  const decode::HekaKeys* const keys_;
  TableFiles& rows_;
  TableFiles& rejects_;
  store::ObjectStore& input_;
  TaskManifest& manifest_;
  std::deque<std::string> names_;  // of the objects, for as long as a maker keeps their records
  std::unique_ptr<RowMaker> maker_;
  uint64_t rows_seen_ = 0;  // when the batch was measured last
  WaitingRejects waiting_rejects_;
};

void RemoveFiles(const schema::DataFiles& files, store::Buckets& buckets) {
  for (const schema::DataFile& file : files) {
    const auto place = buckets.Locate(file.uri);
    if (place) Ignore(place->store->Delete(place->key), "the commit removes it");
  }
}

}  // namespace

std::string FileStemOf(const Plan& plan) { return plan.id + "-"; }

Result<store::Buckets::Place> RowsPlace(const Plan& plan, store::Buckets& buckets) {
  return buckets.Locate(plan.rows.location);
}

Result<store::Buckets::Place> RejectsPlace(const Plan& plan, store::Buckets& buckets) {
  store::Buckets::Place place = TRY(buckets.Locate(plan.rejects.location));
  place.key += "/data";
  return place;
}

Result<TaskOutcome> RunTask(const Plan& plan, const RowMaking& make_rows,
                            const TaskOptions& options, const TaskPlace& place) {
  if (options.task >= plan.tasks.size()) {
    return Fail(ErrorKind::kInvalid, "the plan has no task {}: it has {}, from 0", options.task,
                plan.tasks.size());
  }
  TaskOutcome outcome;
  TaskManifest& manifest = outcome.manifest;
  manifest.plan_id = plan.id;
  manifest.task = options.task;
  manifest.attempt = os::RandomUuid(place.entropy);
  const std::string stem = Format("{}{:05}-{}", FileStemOf(plan), options.task, manifest.attempt);
  const size_t memory = std::max(options.memory_bytes_max, kTaskMemoryMin) / 4;
  TableFiles rows(plan.rows, TRY(RowsPlace(plan, place.buckets)), stem, memory * 3);
  TableFiles rejects(plan.rejects, TRY(RejectsPlace(plan, place.buckets)), stem, memory);
  store::ObjectStore* const input = TRY(place.buckets.Open(plan.input_bucket));
  TRY(TaskRun(plan, options, rows, rejects, *input, &manifest).Run(make_rows));
  outcome.is_first = TRY(PutManifest(manifest, options.plan_path, place.files));
  if (!outcome.is_first) {
    RemoveFiles(manifest.rows, place.buckets);
    RemoveFiles(manifest.rejects, place.buckets);
  }
  return outcome;
}

}  // namespace tarn::derive
