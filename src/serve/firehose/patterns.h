// The patterns that AWS's model of Firehose holds members to, by hand: each with its text, as AWS
// shows it where a value does not match.
// source  botocore, data/firehose/2015-08-04/service-2.json
#pragma once

#include <string_view>

namespace tarn::serve {

struct Pattern {
  std::string_view text;
  bool (*matches)(std::string_view value);  ///< the whole value
};

extern const Pattern kRoleArnPattern;
extern const Pattern kCatalogArnPattern;
extern const Pattern kBucketArnPattern;
extern const Pattern kWarehousePattern;
extern const Pattern kTableNamePattern;
extern const Pattern kNoSpacePattern;
extern const Pattern kLogGroupPattern;
extern const Pattern kLogStreamPattern;
extern const Pattern kDestinationIdPattern;
/// Letters of other scripts are not told from their signs: both pass.
extern const Pattern kTagKeyPattern;
extern const Pattern kTagValuePattern;

}  // namespace tarn::serve
