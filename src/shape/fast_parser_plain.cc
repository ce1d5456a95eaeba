#include "shape/block_plain_internal.h"
#include "shape/convert_number.h"
#include "shape/fast_parser.h"
#include "shape/fast_parser_internal.h"

namespace tarn::shape {

std::unique_ptr<FastParser> MakePlainParser(const FastParserContext& context) {
  return std::make_unique<OnePassParser<BlockPlain>>(context);
}

}  // namespace tarn::shape
