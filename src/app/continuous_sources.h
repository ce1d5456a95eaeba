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

/// A stream as it is, made where it is missing. errors  as Streams::Create; why it is held back
Result<flow::StreamDefinition> FindOrMake(flow::Streams& streams,
                                          const flow::StreamDefinition& wanted);

/// Begin to look at all sources. Each look makes the stream where it is missing; one that cannot be
/// made is its source's problem until it can.
///
/// in  config: checked; streams, and what the place lends: live longer
Result<std::unique_ptr<feed::Feeds>> StartSources(const Config& config, flow::Streams& streams,
                                                  const feed::FeedPlace& place);

/// A stream's source and how it does, for its description. returns  none: it has none
std::optional<Json> DescribeSource(const Config& config, const feed::Feeds& feeds,
                                   const std::string& stream);

}  // namespace tarn::app
