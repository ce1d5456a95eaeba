#include "flow/definition.h"

#include <gtest/gtest.h>

namespace tarn::flow {
namespace {

TEST(Definition, DerivesATableFromAStreamName) {
  EXPECT_EQ(DerivedTable("My-App.v1").ToString(), "default.my_app_v1");
  EXPECT_EQ(DerivedTable("events").ToString(), "default.events");
}

TEST(Definition, RefusesWhatBreaksARule) {
  const auto refuses = [](auto change, std::string_view part) {
    StreamDefinition definition;
    definition.name = "events";
    change(&definition);
    const auto result = Complete(definition);
    ASSERT_FALSE(result.has_value()) << part;
    EXPECT_NE(result.error().message().find(part), std::string::npos) << result.error().message();
  };
  refuses([](auto* d) { d->name = ""; }, "is no stream name");
  refuses([](auto* d) { d->name = "a b"; }, "is no stream name");
  refuses([](auto* d) { d->name = std::string(65, 'a'); }, "is no stream name");
  refuses([](auto* d) { d->table = {"default", "Events"}; }, "is no name of a database or table");
  refuses([](auto* d) { d->table = {"default", "events_rejects"}; }, "_rejects is reserved");
  refuses([](auto* d) { d->name = "x_rejects"; }, "_rejects is reserved");
  refuses([](auto* d) { d->inferred = false; }, "needs columns");
  refuses([](auto* d) { d->buffer_seconds = 901; }, "0 to 900");
  refuses([](auto* d) { d->buffer_bytes = 1; }, "buffer_bytes is 1");
  refuses([](auto* d) { d->compression = "brotli"; }, "zstd and none");
}

TEST(Definition, FillsInPartitionsAndTable) {
  StreamDefinition definition;
  definition.name = "Events";
  const auto complete = Complete(definition);
  ASSERT_TRUE(complete.has_value());
  EXPECT_EQ(complete->table.ToString(), "default.events");
  EXPECT_EQ(complete->partition_by, "day(_received_at) as _day");
}

TEST(Definition, KeepsThatATableHasNoPartitions) {
  StreamDefinition definition;
  definition.name = "flat";
  definition.partition_by = "";
  const auto complete = Complete(definition);
  ASSERT_TRUE(complete.has_value());
  EXPECT_EQ(complete->partition_by, "");
  EXPECT_EQ(DefinitionFromJson(ToJson(*complete))->partition_by, "");
}

TEST(Definition, RoundTripsAsJson) {
  StreamDefinition definition = IngestStream();
  definition.destination = Json::MakeObject({{"RoleARN", "arn:aws:iam::0:role/r"}});
  definition.columns.push_back(schema::ParseColumns("payload json<os string>").value()[0]);
  definition.created_us = 1'700'000'000'000'000;
  definition = Complete(definition).value();
  const auto back = DefinitionFromJson(Json::Parse(ToJson(definition).Dump()).value());
  ASSERT_TRUE(back.has_value()) << back.error().message();
  EXPECT_EQ(ToJson(*back).Dump(), ToJson(definition).Dump());
  EXPECT_EQ(back->columns, definition.columns);
}

TEST(Definition, IngestHasTheDocumentedColumns) {
  const StreamDefinition ingest = IngestStream();
  ASSERT_EQ(ingest.columns.size(), 6U);
  EXPECT_EQ(ingest.columns[0].name, "_ingest_id");
  EXPECT_EQ(ingest.partition_by, "event_type, day(event_timestamp) as date");
  EXPECT_TRUE(ingest.inferred);
}

}  // namespace
}  // namespace tarn::flow
