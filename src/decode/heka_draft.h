// A Heka message on its way into a frame, and its protobuf form in the variants that writers of
// the format have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "decode/heka_message.h"

namespace tarn::decode {

/// Values are all of the field's value_type: std::string for STRING and BYTES.
using HekaDraftValue = std::variant<std::string, int64_t, double, bool>;

struct HekaDraftField {
  std::string name;
  HekaValueType value_type = HekaValueType::kString;
  std::optional<std::string> representation;
  std::vector<HekaDraftValue> values;
};

/// HekaMessage's members, owned. Threads: as any value.
struct HekaDraft {
  std::string uuid;
  int64_t timestamp_ns = 0;
  std::optional<std::string> type;
  std::optional<std::string> logger;
  std::optional<int32_t> severity;
  std::optional<std::string> payload;
  std::optional<std::string> env_version;
  std::optional<int32_t> pid;
  std::optional<std::string> hostname;
  std::vector<HekaDraftField> fields;
};

/// How a Field's numbers are stored.
enum class HekaNumbers : uint8_t {
  kPacked,    ///< as hekad and Python's clients do
  kUnpacked,  ///< each as a field of its own
  kLua        ///< as lua_sandbox does: several packed, one unpacked
};

struct HekaEncoding {
  HekaNumbers numbers = HekaNumbers::kPacked;
  bool omit_string_type = false;  ///< STRING is the default; lua_sandbox leaves it out
};

/// Append the protobuf form of a message. in  message: its values fit their fields' types
void AppendHekaBody(const HekaDraft& message, const HekaEncoding& encoding, std::string* out);

}  // namespace tarn::decode
