// NODE: whose log a directory holds, and the newest epoch that was begun in it.
// docs/formats/wal.md, "NODE".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "os/clock.h"
#include "os/files.h"
#include "wal/segment.h"

namespace tarn::wal {

inline constexpr uint32_t kEpochMax = (1u << (64 - kLsnCounterBits)) - 1;

struct NodeFile {
  NodeId node{};
  uint32_t epoch = 0;
  friend bool operator==(const NodeFile&, const NodeFile&) = default;
};

std::string EncodeNodeFile(const NodeFile& file);
/// errors  kCorrupt, kUnsupported (written by a newer Tarn)
Result<NodeFile> DecodeNodeFile(std::string_view text);

/// returns  none where there is no such file, or a damaged one (which is logged)
/// errors   kIo, kUnsupported
Result<std::optional<NodeFile>> ReadNodeFile(os::Files& files, const std::string& path);

NodeId RandomNodeId(os::Entropy& entropy);
/// 32 hex digits.
std::string NodeIdText(const NodeId& node);

}  // namespace tarn::wal
