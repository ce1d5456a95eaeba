// The stream `ingest` that POST /ingest feeds, as the settings of [ingest] say it.
#pragma once

#include "app/config.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "flow/streams.h"

namespace tarn::app {

/// The rules of [ingest], one setting each: what the stream could not be made with.
/// errors  kInvalid
Status CheckIngestColumns(const Config& config);
/// As CheckIngestColumns; columns that are wrong by themselves say nothing here.
Status CheckIngestPartitions(const Config& config);
Status CheckIngestBuffer(const Config& config);

/// in  config: checked
Result<flow::StreamDefinition> IngestDefinition(const Config& config);

/// Make the stream that is there follow the configuration: buffering, sources and defaults of its
/// columns, further columns (which the table gets). What cannot change stays, and the log warns of
/// it at each start: the type of a column that the table has, and how the table is partitioned.
/// Without such a stream nothing is done.
///
/// in      before the streams are opened
/// errors  as Catalog::ListStreams and UpdateStream; as Catalog::AddColumns, but what it refuses:
///         the configuration was changed and cannot be followed now. A table that cannot be read is
///         left to who opens it
Status FollowConfiguration(const flow::StreamDefinition& wanted, catalog::Catalog& catalog);

}  // namespace tarn::app
