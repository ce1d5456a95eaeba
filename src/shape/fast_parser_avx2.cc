#include "shape/fast_parser.h"

#if defined(__x86_64__)

// Whatever is no template over the block comes first, the standard library too: it must not
// be compiled for AVX2, since the linker may take it for the same function compiled elsewhere.
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "codec/text.h"
#include "schema/type.h"
#include "shape/convert_number.h"
#include "shape/fast_escape.h"
#include "shape/fast_number.h"
#include "shape/fast_row_internal.h"
#include "shape/fast_time.h"
#include "shape/json_space.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
#endif
#include "shape/block_avx2_internal.h"
#include "shape/fast_parser_internal.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace tarn::shape {

std::unique_ptr<FastParser> MakeAvx2Parser(const FastParserContext& context) {
  const bool has_vectors = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                           __builtin_cpu_supports("bmi2");
  if (!has_vectors) return nullptr;
  return std::make_unique<OnePassParser<BlockAvx2>>(context);
}

}  // namespace tarn::shape

#else

namespace tarn::shape {

std::unique_ptr<FastParser> MakeAvx2Parser(const FastParserContext&) { return nullptr; }

}  // namespace tarn::shape

#endif
