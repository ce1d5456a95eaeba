#include "wal/recovery.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "wal/raw_copies.h"
#include "wal/segment_reader.h"

namespace tarn::wal {
namespace {

constexpr size_t kTornCopiesMax = 16;
constexpr size_t kSegmentsToSync = 2;

Result<std::optional<SegmentHeader>> ReadSegmentHeader(os::Files& files, const LogPlace& place,
                                                       const SegmentFile& segment) {
  const Result<std::unique_ptr<os::File>> file = files.Open(segment.path, os::OpenMode::kRead);
  if (!file) return std::nullopt;
  const Result<std::string> block = (*file)->ReadAt(0, kBlockBytes);
  if (!block) return std::nullopt;
  const Result<SegmentHeader> header = DecodeSegmentHeader(*block);
  if (!header && header.error().kind() == ErrorKind::kUnsupported) {
    return std::unexpected(Error(header.error()).While("{}", segment.path));
  }
  const bool good = header && header->use.segno == segment.segno && header->shard == place.shard;
  return good ? std::optional(*header) : std::nullopt;
}

/// The records of one range that another takes away.
std::vector<LsnRange> Subtract(const LsnRange& from, const LsnRange& what) {
  if (what.last < from.first || from.last < what.first) return {from};
  std::vector<LsnRange> rest;
  if (from.first < what.first) rest.push_back({from.first, Lsn(what.first.number() - 1)});
  if (what.last < from.last) rest.push_back({Lsn(what.last.number() + 1), from.last});
  return rest;
}

/// How many LSNs a range surely holds: across epochs only those of the last one can be counted.
uint64_t CountRecords(const LsnRange& range) {
  constexpr uint64_t kCounterMask = (uint64_t{1} << kLsnCounterBits) - 1;
  const bool one_epoch =
      range.first.number() >> kLsnCounterBits == range.last.number() >> kLsnCounterBits;
  return one_epoch ? range.last.number() - range.first.number() + 1
                   : range.last.number() & kCounterMask;
}

bool IsInside(Lsn lsn, const std::vector<LsnRange>& ranges) {
  return std::ranges::any_of(
      ranges, [&](const LsnRange& range) { return range.first <= lsn && lsn <= range.last; });
}

Result<std::map<StreamId, Lsn>> LastOfStreams(const FoundFrame& frame) {
  std::map<StreamId, Lsn> last;
  std::string_view body = frame.body;
  uint64_t lsn = frame.header.first.number();
  for (; !body.empty(); ++lsn) last[TRY(TakeRecord(&body)).stream] = Lsn(lsn);
  if (lsn - frame.header.first.number() != frame.header.records) {
    return Fail(ErrorKind::kCorrupt, "the frame does not hold the records that it names");
  }
  return last;
}

void RaiseTo(const std::map<StreamId, Lsn>& from, std::map<StreamId, Lsn>* to) {
  for (const auto& [stream, lsn] : from) (*to)[stream] = std::max((*to)[stream], lsn);
}

/// One pass over all segments.
class LogWalk {
 public:
  LogWalk(os::Files& files, const LogPlace& place, const std::vector<SegmentFile>& segments,
          const std::vector<LsnRange>& voids, const EntrySink& sink)
      : files_(files), place_(place), segments_(segments), known_voids_(voids), sink_(sink) {}

  Result<RecoveredLog> Run() {
    log_.report.clean_shutdown = segments_.empty();  // nothing was ever begun
    for (size_t i = 0; i < segments_.size(); ++i) TRY(WalkSegment(i));
    KeepTornTails();
    TakeVoidsBack();
    log_.report.segments = segments_.size();
    return std::move(log_);
  }

 private:
  /// Bytes that no good frame was found in. What comes later tells what they were.
  struct Suspect {
    RawPart part;
    ByteRange begun;  ///< at a segment's end: the frame of this use that was begun there
  };

  /// The newest frame of records in a segment: the only one there that a VOID can take back.
  struct NewestFrame {
    LsnRange lsns;
    std::map<StreamId, Lsn> last_of_stream;
  };

  Status WalkSegment(size_t index) {
    const SegmentFile& segment = segments_[index];
    log_.segments.push_back({.segno = segment.segno, .path = segment.path});
    newest_frames_.emplace_back();
    if (segment.header) {
      NoteDurable(segment.header->durable_before());
      // LSNs between were never given to a durable record: another epoch, or a failed frame.
      next_ = std::max(next_, segment.header->first.number());
      log_.chain = segment.header->prev_chain;
    } else {
      LogProblem("a segment's header is damaged", segment, "searching it block by block");
    }
    const Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::Open(
        files_, segment.path, segment.segno,
        segment.header ? std::optional(segment.header->use.salt) : std::nullopt);
    if (!reader) {
      LogProblem("a segment cannot be read", segment, reader.error().message());
      log_.segments.back().set_aside = true;
      return {};
    }
    log_.segments.back().bytes = (*reader)->file_bytes();
    const std::optional<Lsn> proven = ProvenAfter(index);
    const auto search = [&] { return !proven || log_.last < *proven; };
    while (const auto frame = (*reader)->Next(Lsn(next_ - 1), search()))
      TRY(TakeFrame(segment, *frame));
    if (search()) SuspectTail(segment, **reader);
    if ((*reader)->unreadable_bytes() > 0) {
      LogProblem("parts of a segment cannot be read", segment, "I/O errors");
      log_.segments.back().set_aside = true;
    }
    return {};
  }

  /// What the segments after this one show to have been durable; none where they show nothing.
  std::optional<Lsn> ProvenAfter(size_t index) const {
    for (const SegmentFile& later : segments_ | std::views::drop(index + 1)) {
      if (later.header) return later.header->durable_before();
    }
    return std::nullopt;
  }

  /// All records up to `lsn` were durable: those not seen are lost.
  void NoteDurable(Lsn lsn) {
    if (started_ && lsn.number() >= next_) {
      gaps_.push_back({Lsn(next_), lsn});
      for (const Suspect& suspect : suspects_) Keep(suspect.part, "damaged");
    }
    TakeUpTo(lsn);
    started_ = true;
    suspects_.clear();
  }

  void TakeUpTo(Lsn lsn) {
    log_.last = std::max(log_.last, lsn);
    next_ = std::max(next_, lsn.number() + 1);
  }

  Status TakeFrame(const SegmentFile& segment, const FoundFrame& frame) {
    const size_t gaps_before = gaps_.size();
    if (!frame.skipped.empty()) Doubt(segment, frame.skipped);
    NoteDurable(frame.header.durable_before());
    if (frame.header.prev_chain != log_.chain && segment.header && gaps_.size() == gaps_before) {
      LogProblem("a frame without records is missing", segment, "the chain is broken");
    }
    log_.chain = frame.header.chain;
    ++log_.report.frames;
    log_.report.clean_shutdown = frame.header.kind == FrameKind::kCleanShutdown;
    if (frame.header.kind == FrameKind::kVoid) TakeVoid(segment, frame);
    if (frame.header.kind != FrameKind::kRecords) return {};
    return TakeRecords(segment, frame);
  }

  void TakeVoid(const SegmentFile& segment, const FoundFrame& frame) {
    const Result<LsnRange> range = DecodeVoid(frame.body);
    if (range) {
      log_.voids.push_back(*range);
    } else {
      LogProblem("a VOID frame makes no sense", segment, range.error().message());
    }
  }

  Status TakeRecords(const SegmentFile& segment, const FoundFrame& frame) {
    Result<std::map<StreamId, Lsn>> last_of_stream = LastOfStreams(frame);
    if (!last_of_stream) {
      // The hash was right, so this was written so: a bug. It is reported as the loss that it is.
      LogProblem("a frame makes no sense", segment, last_of_stream.error().message());
      Doubt(segment, frame.bytes);
      NoteDurable(frame.header.last());
      return {};
    }
    NewestFrame& newest = newest_frames_.back();
    RaiseTo(newest.last_of_stream, &log_.segments.back().last_of_stream);
    newest = {.lsns = {frame.header.first, frame.header.last()},
              .last_of_stream = *std::move(last_of_stream)};
    TakeUpTo(frame.header.last());
    if (log_.report.first == Lsn()) log_.report.first = frame.header.first;
    log_.report.records += frame.header.records;
    return sink_ ? GiveEntries(frame) : Status();
  }

  Status GiveEntries(const FoundFrame& frame) {
    if (IsInside(frame.header.first, known_voids_)) return {};
    std::vector<DurableEntry> entries = TRY(DecodeEntries(frame.header, frame.body));
    for (DurableEntry& entry : entries) TRY(sink_(std::move(entry)));
    return {};
  }

  void Doubt(const SegmentFile& segment, const ByteRange& range) {
    suspects_.push_back(
        {.part = {.path = segment.path, .segno = segment.segno, .range = range}, .begun = {}});
  }

  void SuspectTail(const SegmentFile& segment, SegmentReader& reader) {
    Doubt(segment, reader.tail());
    if (reader.tail_kind() == TailKind::kBegun) suspects_.back().begun = reader.begun_frame();
  }

  /// Nothing came later: what was begun was never acknowledged (R1).
  void KeepTornTails() {
    for (Suspect& suspect : suspects_) {
      if (suspect.begun.empty()) continue;
      log_.report.clean_shutdown = false;
      suspect.part.range = suspect.begun;
      log_.report.torn_bytes += Keep(suspect.part, "torn");
      const Status pruned = PruneRawCopies(files_, place_.directory + "/torn", kTornCopiesMax);
      if (!pruned) Ignore(pruned, "old copies of torn tails stay for now");
    }
  }

  /// Void records are neither here nor lost.
  void TakeVoidsBack() {
    for (size_t i = 0; i < newest_frames_.size(); ++i) {
      const NewestFrame& newest = newest_frames_[i];
      if (newest.last_of_stream.empty()) continue;
      if (IsInside(newest.lsns.first, log_.voids)) {
        log_.report.records -= CountRecords(newest.lsns);
      } else {
        RaiseTo(newest.last_of_stream, &log_.segments[i].last_of_stream);
      }
    }
    for (const LsnRange& range : log_.voids) {
      std::vector<LsnRange> rest;
      for (const LsnRange& gap : gaps_) rest.append_range(Subtract(gap, range));
      gaps_ = std::move(rest);
    }
    for (const LsnRange& gap : gaps_) {
      log_.report.damaged_records += CountRecords(gap);
      log_.report.gaps.emplace_back(gap.first, gap.last);
    }
  }

  /// returns  the bytes that are worth keeping
  uint64_t Keep(const RawPart& part, std::string_view where) {
    const Result<uint64_t> kept =
        KeepRawCopy(files_, part, Format("{}/{}", place_.directory, where));
    if (kept) return *kept;
    tarn::Log(LogLevel::kError, "wal", "no raw copy could be made",
              {{"segment", part.path},
               {"from", part.range.from},
               {"to", part.range.to},
               {"why", kept.error().message()}});
    for (RecoveredSegment& segment : log_.segments)
      segment.set_aside |= segment.segno == part.segno;
    return part.range.to - part.range.from;
  }

  /// The second pass meets the same problems again.
  void LogProblem(std::string_view what, const SegmentFile& segment, std::string_view why) {
    if (sink_) return;
    tarn::Log(LogLevel::kError, "wal", what, {{"segment", segment.path}, {"why", why}});
  }

  os::Files& files_;
  const LogPlace& place_;
  const std::vector<SegmentFile>& segments_;
  const std::vector<LsnRange>& known_voids_;
  const EntrySink& sink_;
  RecoveredLog log_;
  bool started_ = false;  ///< since then, LSNs that are skipped are missed
  uint64_t next_ = 1;     ///< the LSN that is expected next
  std::vector<Suspect> suspects_;
  std::vector<LsnRange> gaps_;
  std::vector<NewestFrame> newest_frames_;  ///< one for each of log_.segments
};

}  // namespace

Result<std::vector<SegmentFile>> ListSegments(os::Files& files, const LogPlace& place) {
  std::vector<SegmentFile> segments;
  const std::string directory = place.shard_directory();
  const std::vector<std::string> names = TRY(files.List(directory));
  for (const std::string& name : names) {
    const std::optional<uint64_t> segno = ParseSegmentFileName(name);
    if (!segno) continue;
    SegmentFile segment{
        .segno = *segno, .path = Format("{}/{}", directory, name), .header = std::nullopt};
    segment.header = TRY(ReadSegmentHeader(files, place, segment));
    segments.push_back(std::move(segment));
  }
  std::ranges::sort(segments, {}, &SegmentFile::segno);
  return segments;
}

Result<RecoveredLog> RecoverLog(os::Files& files, const LogPlace& place,
                                const std::vector<SegmentFile>& segments,
                                const std::vector<LsnRange>& voids, const EntrySink& sink) {
  return LogWalk(files, place, segments, voids, sink).Run();
}

void SyncNewestSegments(os::Files& files, const std::vector<SegmentFile>& segments) {
  const size_t older = segments.size() - std::min(segments.size(), kSegmentsToSync);
  for (const SegmentFile& segment : segments | std::views::drop(older)) {
    const Result<std::unique_ptr<os::File>> file =
        files.Open(segment.path, os::OpenMode::kReadWrite);
    const Status synced = file ? (*file)->SyncData() : std::unexpected(file.error());
    if (synced) continue;
    Metrics().GetCounter("tarn_wal_errors_total", "I/O errors of the log").Add(1);
    tarn::Log(LogLevel::kError, "wal", "the end of the log could not be synced",
              {{"segment", segment.path}, {"why", synced.error().message()}});
  }
}

}  // namespace tarn::wal
