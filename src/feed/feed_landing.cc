// A source's objects on their way into the table: many in one commit, with what is known of each.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "feed/feed.h"
#include "feed/object_fate.h"
#include "load/load_worker.h"

namespace tarn::feed {
namespace {

/// In a row: then the store has trouble, not the objects.
constexpr size_t kUnreadObjectsMax = 100;

lake::WriteOptions WriteOptionsFor(const FeedOptions& options, const std::string& compression) {
  lake::WriteOptions write;
  write.compression = compression == "none" ? codec::Compression::kNone : codec::Compression::kZstd;
  write.memory_bytes_max = options.memory_bytes_max / 4 * 3;
  write.row_group_bytes_max = std::min(write.row_group_bytes_max, options.memory_bytes_max / 4);
  return write;
}

}  // namespace

/// What one commit is made of.
struct Feed::Landing {
  std::string load_id;
  load::LoadWorker& worker;
  std::vector<catalog::SourceProgress> steps;
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t dead_letters = 0;
  size_t unread = 0;  // in a row

  void Step(const ListedObject& object, ObjectFate::Kind kind, uint64_t position, int64_t now_us) {
    steps.push_back({std::nullopt,
                     {.uri = ObjectUri(object.bucket, object.info.key),
                      .size_bytes = object.info.size,
                      .position = position,
                      .hash = ObjectFate{kind, object.info.etag}.ToText(),
                      .first_seen_us = now_us,
                      .load = load_id}});
  }
};

/// Land what waits. An error leaves nothing of it; the next look tries again.
Status Feed::Land(Pass& pass) {
  if (pass.waiting.empty()) return {};
  const std::string load_id = Format("{:016x}", place_.entropy.Random64());
  const load::WorkerContext context{*pass.table, place_.buckets,
                                    WriteOptionsFor(options_, pass.compression), load_id};
  load::LoadWorker worker(context, 0);
  Landing landing{.load_id = load_id, .worker = worker};
  TRY(load::RunMarked({place_.catalog, place_.buckets, place_.files, place_.marks_directory},
                      *pass.table, load_id, [&] { return LandObjects(pass, landing); }));
  pass.waiting.clear();
  pass.waiting_bytes = 0;
  return {};
}

Status Feed::LandObjects(Pass& pass, Landing& landing) {
  for (const ListedObject& object : pass.waiting) {
    if (pass.stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    TRY(LandObject(object, pass, landing));
    if (landing.unread == kUnreadObjectsMax) break;
  }
  if (landing.steps.empty()) return {};
  std::vector<load::WorkerFiles> files;
  files.push_back(TRY(landing.worker.EndPortion()));
  const load::CommittedFiles committed =
      TRY(load::CommitFiles(place_.catalog, *pass.table, std::move(files), landing.steps));
  Count(landing, committed);
  return {};
}

/// Make rows of an object, or a dead letter. One that cannot be read for now is left to the next
/// look, and keeps no other.
Status Feed::LandObject(const ListedObject& object, Pass& pass, Landing& landing) {
  const std::string uri = ObjectUri(object.bucket, object.info.key);
  const auto read = RawObject::Read(object, options_.object_bytes_max, pass.stop);
  if (!read) {
    if (read.error().kind() == ErrorKind::kCancelled) return std::unexpected(read.error());
    ++landing.unread;
    if (pass.trouble)
      pass.trouble = Fail(read.error().kind(), "reading {}: {}", uri, read.error().message());
    return {};
  }
  landing.unread = 0;
  if (read->state() == RawObject::State::kChanged) return {};  // the next listing has it as it is
  if (read->state() == RawObject::State::kDamaged) {
    const Status kept = dead_letters_.Keep(object, read->reason(), pass.now_us, pass.stop);
    if (!kept && kept.error().kind() == ErrorKind::kCancelled) return kept;
    if (!kept && pass.trouble)
      pass.trouble =
          Fail(kept.error().kind(), "keeping {} as a dead letter: {}", uri, kept.error().message());
    if (!kept) return {};
    landing.Step(object, ObjectFate::Kind::kDead, 0, pass.now_us);
    ++landing.dead_letters;
    Log(LogLevel::kWarn, "feed", "an object cannot be read whole; it is in the dead-letter prefix",
        {{"stream", options_.stream}, {"object", uri}, {"reason", read->reason()}});
    return {};
  }
  const std::string name = Format("s3://{}/{}", object.bucket, object.info.key);
  TRY(read->Give(
      [&](std::span<schema::RecordView> records) {
        return landing.worker.Take(records,
                                   {.name = name, .uri = uri, .received_at_us = pass.now_us});
      },
      pass.stop));
  landing.Step(object, ObjectFate::Kind::kLanded, read->bytes(), pass.now_us);
  ++landing.objects;
  landing.bytes += object.info.size;
  return {};
}

void Feed::Count(const Landing& landing, const load::CommittedFiles& committed) {
  objects_total_.Add(landing.objects);
  bytes_total_.Add(landing.bytes);
  dead_letters_total_.Add(landing.dead_letters);
  MutexLock lock(mutex_);
  status_.objects += landing.objects;
  status_.rows += committed.rows;
  status_.rejects += committed.rejects;
  status_.dead_letters += landing.dead_letters;
  ++status_.commits;
}

}  // namespace tarn::feed
