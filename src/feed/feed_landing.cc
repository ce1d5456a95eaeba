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

lake::WriteOptions WriteOptionsFor(const FeedOptions& options, const std::string& compression) {
  lake::WriteOptions write;
  write.compression = compression == "none" ? codec::Compression::kNone : codec::Compression::kZstd;
  write.memory_bytes_max = options.memory_bytes_max / 4 * 3;
  write.row_group_bytes_max = std::min(write.row_group_bytes_max, options.memory_bytes_max / 4);
  return write;
}

std::string UriOf(const ListedObject& object) { return ObjectUri(object.bucket, object.info.key); }

}  // namespace

/// What one commit is made of.
struct Feed::Landing {
  std::string load_id;
  load::LoadWorker& worker;
  std::vector<catalog::SourceProgress> steps;
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t dead_letters = 0;
  const ListedObject* broken_off = nullptr;  // some of its rows are written, the others cannot be

  void Step(const ListedObject& object, ObjectFate::Kind kind, uint64_t position, int64_t now_us) {
    steps.push_back({std::nullopt,
                     {.uri = UriOf(object),
                      .size_bytes = object.info.size,
                      .position = position,
                      .hash = ObjectFate{kind, object.info.etag}.ToText(),
                      .first_seen_us = now_us,
                      .load = load_id}});
  }
};

/// Land what waits. An error leaves nothing of it; the next look tries again.
Status Feed::Land(Pass& pass) {
  while (!pass.waiting.empty()) {
    const ListedObject* const broken_off = TRY(LandWaiting(pass));
    if (broken_off == nullptr) break;
    // Rows cannot be taken back from files in the making, so the others begin anew without it.
    pass.waiting.remove_if([&](const ListedObject& object) { return &object == broken_off; });
  }
  pass.waiting.clear();
  pass.waiting_bytes = 0;
  return {};
}

/// returns  nullptr: done; else nothing is done, since this object broke off
Result<const ListedObject*> Feed::LandWaiting(Pass& pass) {
  const std::string load_id = Format("{:016x}", place_.entropy.Random64());
  const load::WorkerContext context{*pass.table, place_.buckets,
                                    WriteOptionsFor(options_, pass.compression), load_id};
  load::LoadWorker worker(context, 0);
  Landing landing{.load_id = load_id, .worker = worker};
  const Status landed =
      load::RunMarked({place_.catalog, place_.buckets, place_.files, place_.marks_directory},
                      *pass.table, load_id, [&] { return LandObjects(pass, landing); });
  if (!landed && landing.broken_off == nullptr) return std::unexpected(landed.error());
  return landing.broken_off;
}

Status Feed::LandObjects(Pass& pass, Landing& landing) {
  for (const ListedObject& object : pass.waiting) {
    if (pass.stop.stop_requested()) return Fail(ErrorKind::kCancelled, "the server stops");
    TRY(LandObject(object, pass, landing));
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
  const auto read = RawObject::Read(object, options_.object_bytes_max, pass.stop);
  if (!read) return Leave(object, "reading", read.error(), pass);
  switch (read->state()) {
    case RawObject::State::kChanged:
      ++pass.left;  // the next listing has it as it is
      return {};
    case RawObject::State::kDamaged:
      return KeepDead(object, read->reason(), pass, landing);
    case RawObject::State::kWhole:
      break;
  }
  return TakeRows(object, *read, pass, landing);
}

Status Feed::TakeRows(const ListedObject& object, const RawObject& read, Pass& pass,
                      Landing& landing) {
  const std::string uri = UriOf(object);
  const std::string name = Format("s3://{}/{}", object.bucket, object.info.key);
  Status taken;  // an error of it is the table's trouble, not the object's
  const Status given = read.Give(
      [&](std::span<schema::RecordView> records) {
        taken =
            landing.worker.Take(records, {.name = name, .uri = uri, .received_at_us = pass.now_us});
        return taken;
      },
      pass.stop);
  if (!given && taken) {
    TRY(Leave(object, "reading", given.error(), pass));
    landing.broken_off = &object;
  }
  TRY(given);
  landing.Step(object, ObjectFate::Kind::kLanded, read.bytes(), pass.now_us);
  ++landing.objects;
  landing.bytes += object.info.size;
  return {};
}

Status Feed::KeepDead(const ListedObject& object, const std::string& reason, Pass& pass,
                      Landing& landing) {
  const Status kept = dead_letters_.Keep(object, reason, pass.now_us, pass.stop);
  if (!kept) return Leave(object, "keeping a dead letter of", kept.error(), pass);
  landing.Step(object, ObjectFate::Kind::kDead, 0, pass.now_us);
  ++landing.dead_letters;
  Log(LogLevel::kWarn, "feed", "an object cannot be read whole; it is in the dead-letter prefix",
      {{"stream", options_.stream}, {"object", UriOf(object)}, {"reason", reason}});
  return {};
}

/// Leave an object to the next look, which is told at once: this one may take long yet.
/// errors  kCancelled, if it is that
Status Feed::Leave(const ListedObject& object, std::string_view doing, const Error& error,
                   Pass& pass) {
  if (error.kind() == ErrorKind::kCancelled) return std::unexpected(error);
  ++pass.left;
  if (!pass.trouble) return {};
  pass.trouble = Fail(error.kind(), "{} {}: {}", doing, UriOf(object), error.message());
  MutexLock lock(mutex_);
  status_.health = pass.trouble;
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
