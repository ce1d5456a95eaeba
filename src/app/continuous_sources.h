// `[stream.NAME]`: sources of raw objects, as the configuration says them, and the streams that
// they feed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/config_check.h"
#include "base/error.h"
#include "base/json.h"
#include "feed/feeds.h"
#include "flow/streams.h"

namespace tarn::app {

/// returns  the first setting of a source whose value cannot be
std::optional<WrongSetting> FindWrongSetting(const Config& config, const SourceConfig& source);

/// The stream that a source feeds, as it is made where it is missing. in  config: checked
Result<flow::StreamDefinition> DefinitionOf(const Config& config, const SourceConfig& source);

/// Make the streams that are missing, and begin to look at all sources. One whose stream cannot be
/// made has that as its problem.
///
/// in  config: checked; streams, and what the place lends: live longer
Result<std::unique_ptr<feed::Feeds>> StartSources(const Config& config, flow::Streams& streams,
                                                  const feed::FeedPlace& place);

/// A stream's source and how it does, for its description. returns  none: it has none
std::optional<Json> DescribeSource(const Config& config, const feed::Feeds& feeds,
                                   const std::string& stream);

}  // namespace tarn::app
