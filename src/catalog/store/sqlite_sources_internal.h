// The rows of tarn_sources: how far the sources of loads are in tables. Within a session or a
// transaction of its caller; what SOCI throws passes through.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/store/pointer_store.h"

namespace tarn::catalog {

extern const char* const kSourcesLayout;

/// returns  one each, in order; none where there is no row
std::vector<std::optional<SourceState>> SelectSources(soci::session& sql,
                                                      const std::string& table_uuid,
                                                      const std::vector<std::string>& uris);

/// returns  false: the source is not where the change says
bool MoveSource(soci::session& sql, const SourceChange& change);

/// As Catalog::ForgetSources.
uint64_t DeleteSources(soci::session& sql, const std::string& table_uuid,
                       const std::string& uri_shape, int64_t before_us);

/// As Catalog::FindForgotten.
std::vector<ForgottenSources> SelectForgotten(soci::session& sql, const std::string& table_uuid);

}  // namespace tarn::catalog
