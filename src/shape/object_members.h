// The members of a JSON object, the last of each name.
#pragma once

#include <cstdint>
#include <vector>

#include "shape/json_document.h"
#include "shape/member_names.h"

namespace tarn::shape {

// Members are handed on as the indices of their names in the document; the value is the next index.

/// Walk an object's members: those that `names` knows, each name's last, to `members`; the others
/// onto the end of `others`, all of them.
///
/// in  members: one for each of `names`, 0 where there is none; repeated: gets the earlier ones of
///     members found more than once
void FindMembers(const JsonDocument& document, uint32_t object, MemberNames* names,
                 std::vector<uint32_t>* members, std::vector<uint32_t>* others,
                 std::vector<uint32_t>* repeated);

/// From index `from` of `names` on, drop those that another of the same name follows; document
/// order stays.
///
/// in  dropped: gets the names dropped
void DropEarlierDuplicates(const JsonDocument& document, size_t from, std::vector<uint32_t>* names,
                           std::vector<uint32_t>* dropped);

/// All members of an object, the last of each name, onto the end of `names`.
///
/// in  dropped: gets the names dropped
void AppendMembers(const JsonDocument& document, uint32_t object, std::vector<uint32_t>* names,
                   std::vector<uint32_t>* dropped);

}  // namespace tarn::shape
