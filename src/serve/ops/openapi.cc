#include "serve/ops/api_docs.h"

namespace tarn::serve {
namespace {

constexpr std::string_view kOpenApi = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "Tarn",
    "version": "1",
    "summary": "A telemetry lake: JSON events in, SQL and open Parquet out.",
    "description": "Every reply that acknowledges records is sent after they are on disk, fsynced.",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
  },
  "externalDocs": {"description": "All rules: limits, errors, retries.", "url": "/docs/rules"},
  "tags": [
    {"name": "records", "description": "Records in."},
    {"name": "events", "description": "One event in, events out."},
    {"name": "explore", "description": "What is in the lake: parameters only, no SQL. A client that leaves ends its query; an answer takes 30 s at most."},
    {"name": "streams", "description": "Delivery streams: where records land, and how."},
    {"name": "aws", "x-displayName": "AWS", "description": "The protocols of AWS clients."},
    {"name": "operations", "description": "Health, metrics, this description."}
  ],
  "paths": {
    "/v1/streams/{stream}/records": {
      "post": {
        "tags": ["records"],
        "operationId": "appendRecords",
        "summary": "Append records to a stream",
        "description": "The body is one JSON value, one value a line, or an array whose elements are the records. gzip and zstd bodies are taken. An unknown stream is made, with columns inferred from its first records. A record that is no JSON object is acknowledged and becomes a row of <table>_rejects.",
        "parameters": [
          {"$ref": "#/components/parameters/stream"},
          {"name": "Idempotency-Key", "in": "header", "description": "Names the request; at most 255 bytes.", "schema": {"type": "string"}},
          {"name": "Content-Encoding", "in": "header", "schema": {"type": "string", "enum": ["gzip", "zstd", "identity"]}}
        ],
        "requestBody": {"required": true, "content": {
          "application/x-ndjson": {"schema": {"type": "string"}, "example": "{\"name\":\"a\"}\n{\"name\":\"b\"}\n"},
          "application/json": {"schema": {}, "example": [{"name": "a"}, {"name": "b"}]}
        }},
        "responses": {
          "200": {"description": "All records are durable.", "content": {"application/json": {"schema": {"type": "object", "properties": {"records": {"type": "integer"}, "first": {"type": "string"}, "last": {"type": "string"}}, "required": ["records", "first", "last"]}, "example": {"records": 2, "first": "0123456789abcdef0000100000000001", "last": "0123456789abcdef0000100000000002"}}}},
          "400": {"$ref": "#/components/responses/error"},
          "413": {"$ref": "#/components/responses/error"},
          "415": {"$ref": "#/components/responses/error"},
          "429": {"$ref": "#/components/responses/error"},
          "503": {"$ref": "#/components/responses/error"}
        }
      }
    },
    "/v1/streams": {
      "get": {
        "tags": ["streams"],
        "operationId": "listStreams",
        "summary": "List streams, by name",
        "responses": {"200": {"description": "All streams.", "content": {"application/json": {"schema": {"type": "object", "properties": {"streams": {"type": "array", "items": {"$ref": "#/components/schemas/stream"}}}}}}}}
      },
      "post": {
        "tags": ["streams"],
        "operationId": "createStream",
        "summary": "Make a stream",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/streamDefinition"}, "example": {"name": "sessions", "columns": "name string, tstamp timestamp, payload string", "partition_by": "name, day(_received_at) as d"}}}},
        "responses": {
          "201": {"description": "The stream takes records.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/stream"}}}},
          "400": {"$ref": "#/components/responses/error"},
          "409": {"$ref": "#/components/responses/error"}
        }
      }
    },
    "/v1/streams/{stream}": {
      "get": {
        "tags": ["streams"],
        "operationId": "describeStream",
        "summary": "Describe a stream",
        "parameters": [{"$ref": "#/components/parameters/stream"}],
        "responses": {"200": {"description": "The stream.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/stream"}}}}, "404": {"$ref": "#/components/responses/error"}}
      },
      "delete": {
        "tags": ["streams"],
        "operationId": "deleteStream",
        "summary": "Delete a stream",
        "description": "What was acknowledged lands first. The table stays. The stream `ingest` is deleted only by force, where its table is held back; the next start makes it anew.",
        "parameters": [
          {"$ref": "#/components/parameters/stream"},
          {"name": "force", "in": "query", "schema": {"type": "boolean", "default": false}, "description": "Also where the table is held back: the acknowledged records that only the log has are lost."}
        ],
        "responses": {"204": {"description": "It is gone."}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "409": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}
      }
    },
    "/ingest": {
      "post": {
        "tags": ["events"],
        "operationId": "ingestEvent",
        "summary": "Send one event",
        "description": "The body is one JSON object, of any content type (browsers' sendBeacon sends text); an empty body is {}. It feeds the stream `ingest`.",
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}, "example": {"event_type": "api_error", "user_id": 7, "timestamp_utc": "2026-11-21T08:48:41Z"}}}},
        "responses": {
          "202": {"description": "The event is durable. `key` is the name that its raw copy has where one is kept.", "content": {"application/json": {"example": {"status": "accepted", "key": "2026/11/21/08/2026-11-21T08:48:41.954871Z_0123456789abcdef0000100000000001.json"}}}},
          "400": {"description": "No JSON object: not kept.", "content": {"application/json": {"example": {"error": "Invalid JSON payload"}}}},
          "413": {"description": "Too large: not kept.", "content": {"application/json": {"example": {"error": "Payload too large"}}}},
          "415": {"description": "An unknown Content-Encoding: not kept."},
          "500": {"description": "Not kept; may be sent again.", "content": {"application/json": {"example": {"error": "Internal server error during ingestion"}}}}
        }
      }
    },
    "/query": {
      "get": {
        "tags": ["events"],
        "operationId": "queryEvents",
        "summary": "Events of some days and one type, newest first",
        "description": "Out of files and live rows alike. /api/query is another name of it.",
        "parameters": [
          {"$ref": "#/components/parameters/start_date"},
          {"$ref": "#/components/parameters/end_date"},
          {"$ref": "#/components/parameters/event_type"},
          {"$ref": "#/components/parameters/user_id"},
          {"$ref": "#/components/parameters/limit"},
          {"$ref": "#/components/parameters/table"}
        ],
        "responses": {
          "200": {"$ref": "#/components/responses/events"},
          "422": {"$ref": "#/components/responses/parameters"},
          "500": {"$ref": "#/components/responses/detail"},
          "503": {"$ref": "#/components/responses/detail"}
        }
      }
    },
    "/api/query": {"$ref": "#/paths/~1query"},
    "/api/v1/overview": {"get": {"tags": ["explore"], "operationId": "overview", "summary": "Streams, tables and the log as they are now", "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"version": {"type": "string"}, "started_at": {"type": "string", "format": "date-time"}, "now": {"type": "string", "format": "date-time"}, "log_bytes": {"type": "integer"}, "streams": {"type": "array", "items": {"$ref": "#/components/schemas/streamNow"}}, "tables": {"type": "array", "items": {"$ref": "#/components/schemas/table"}}}}}}}, "400": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/streams": {"get": {"tags": ["explore"], "operationId": "streamsNow", "summary": "Streams and how they do, by name", "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"streams": {"type": "array", "items": {"$ref": "#/components/schemas/streamNow"}}}}}}}, "400": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/streams/{stream}/tail": {"get": {"tags": ["explore"], "operationId": "tail", "summary": "Rows of a stream's table as they become visible", "description": "Server-sent events: `row` with a JSON object; `skipped` with {\"rows\": n} where rows came faster than they can be shown or read (records are never held up); `error`. A comment every 15 s. Rows from the moment of the request on, of all streams that feed the table. At most 64 tails at once.", "parameters": [{"$ref": "#/components/parameters/stream"}, {"$ref": "#/components/parameters/filter"}], "responses": {"200": {"description": "Events, until the client leaves, the stream is deleted or the server stops.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables": {"get": {"tags": ["explore"], "operationId": "tables", "summary": "Tables, by name", "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"tables": {"type": "array", "items": {"$ref": "#/components/schemas/table"}}}}}}}, "400": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}": {"get": {"tags": ["explore"], "operationId": "table", "summary": "A table: columns, partitions, how to open it elsewhere", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/tableDetail"}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/partitions": {"get": {"tags": ["explore"], "operationId": "partitions", "summary": "Partitions with rows, files and bytes, by path", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"partitions": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}, "rows": {"type": "integer"}, "files": {"type": "integer"}, "bytes": {"type": "integer"}}}}, "more": {"type": "boolean"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/snapshots": {"get": {"tags": ["explore"], "operationId": "snapshots", "summary": "Snapshots, newest first", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"snapshots": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}, "parent": {"type": ["string", "null"]}, "at": {"type": "string", "format": "date-time"}, "operation": {"type": ["string", "null"]}, "added_rows": {"type": "integer"}, "removed_rows": {"type": "integer"}, "added_files": {"type": "integer"}, "removed_files": {"type": "integer"}, "total_rows": {"type": "integer"}, "total_files": {"type": "integer"}, "total_bytes": {"type": "integer"}}}}, "more": {"type": "boolean"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/rows": {"get": {"tags": ["explore"], "operationId": "rows", "summary": "Rows of a table", "description": "Integers beyond 2^53 - 1 are text; times have six digits of fraction, with Z where the column has a zone; binary values are {\"base64\": text}. Of a value over 64 KiB there is the start: {\"cut\": text, \"bytes\": n}, and \"bytes\" beside \"base64\". `more` is also true where an answer reached 32 MiB.", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "columns", "in": "query", "schema": {"type": "string"}, "description": "`a,b`, also members of structs (`user.plan`), or a JSON array of names; all columns by default."}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 200}, "description": "Of downloads up to 100,000."}, {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 0}, "description": "Pages of one order hold each row once, unless over 100,000 rows have the times of a page, or rows come meanwhile: give `to`."}, {"name": "order", "in": "query", "schema": {"type": "string", "enum": ["time", "-time"], "default": "-time"}}, {"name": "format", "in": "query", "schema": {"type": "string", "enum": ["json", "ndjson", "csv"], "default": "json"}, "description": "ndjson and csv are downloads, sent while they are read."}, {"$ref": "#/components/parameters/time"}, {"$ref": "#/components/parameters/from"}, {"$ref": "#/components/parameters/to"}, {"$ref": "#/components/parameters/snapshot"}, {"$ref": "#/components/parameters/filter"}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"columns": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}}}, "rows": {"type": "array", "items": {"type": "array", "items": {}}}, "more": {"type": "boolean"}, "stats": {"$ref": "#/components/schemas/stats"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/histogram": {"get": {"tags": ["explore"], "operationId": "histogram", "summary": "Rows over time", "description": "Without from and to: of all rows of the years 1 to 9999. `outside` are rows without a time.", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "buckets", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500, "default": 60}, "description": "At most so many; they have a round width and begin at its multiples."}, {"name": "by", "in": "query", "schema": {"type": "string"}, "description": "Divides each bucket by this column's five most frequent values: `by` has their counts by their text, `others` is the count of all other values (and of those over 64 KiB), `nulls` that of the rows without one."}, {"$ref": "#/components/parameters/time"}, {"$ref": "#/components/parameters/from"}, {"$ref": "#/components/parameters/to"}, {"$ref": "#/components/parameters/snapshot"}, {"$ref": "#/components/parameters/filter"}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"time": {"type": "string"}, "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"}, "bucket_ms": {"type": "integer"}, "buckets": {"type": "array", "items": {"type": "object", "properties": {"from": {"type": "string", "format": "date-time"}, "count": {"type": "integer"}, "by": {"type": "object", "additionalProperties": {"type": "integer"}}, "nulls": {"type": "integer"}, "others": {"type": "integer"}}}}, "total": {"type": "integer"}, "outside": {"type": "integer"}, "stats": {"$ref": "#/components/schemas/stats"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/values": {"get": {"tags": ["explore"], "operationId": "values", "summary": "The values of a column, most frequent first, with exact counts", "description": "Of a struct, list or map only rows and nulls are told.", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "column", "in": "query", "schema": {"type": "string"}, "required": true}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10}}, {"name": "search", "in": "query", "schema": {"type": "string"}, "description": "Only values whose text has this, without regard to case."}, {"$ref": "#/components/parameters/time"}, {"$ref": "#/components/parameters/from"}, {"$ref": "#/components/parameters/to"}, {"$ref": "#/components/parameters/snapshot"}, {"$ref": "#/components/parameters/filter"}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"column": {"type": "string"}, "type": {"type": "string"}, "rows": {"type": "integer"}, "nulls": {"type": "integer"}, "distinct": {"type": ["integer", "null"]}, "min": {}, "max": {}, "values": {"type": "array", "items": {"type": "object", "properties": {"value": {}, "count": {"type": "integer"}}}}, "stats": {"$ref": "#/components/schemas/stats"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/tables/{database}/{table}/groups": {"get": {"tags": ["explore"], "operationId": "groups", "summary": "A measure by time, by one or two columns, or both", "description": "The largest values first; with a bucket the newest buckets are kept, and come oldest first.", "parameters": [{"$ref": "#/components/parameters/database"}, {"$ref": "#/components/parameters/tableName"}, {"name": "by", "in": "query", "schema": {"type": "string"}, "description": "`a` or `a,b`, or a JSON list of the names. Without it a bucket is needed: all rows over time."}, {"name": "measure", "in": "query", "schema": {"type": "string", "default": "count"}, "description": "count, sum:COLUMN, avg:COLUMN, min:COLUMN, max:COLUMN"}, {"name": "bucket", "in": "query", "schema": {"type": "string", "enum": ["minute", "hour", "day", "month"]}, "description": "Also by time, in UTC."}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}}, {"$ref": "#/components/parameters/time"}, {"$ref": "#/components/parameters/from"}, {"$ref": "#/components/parameters/to"}, {"$ref": "#/components/parameters/snapshot"}, {"$ref": "#/components/parameters/filter"}], "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"groups": {"type": "array", "items": {"type": "object", "properties": {"bucket": {"type": ["string", "null"], "format": "date-time"}, "keys": {"type": "array", "items": {}}, "value": {}}}}, "more": {"type": "boolean"}, "stats": {"$ref": "#/components/schemas/stats"}}}}}}, "400": {"$ref": "#/components/responses/error"}, "404": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}, "503": {"$ref": "#/components/responses/error"}}}},
    "/api/v1/derived": {"get": {"tags": ["explore"], "operationId": "derived", "summary": "Derived datasets: what they are, how runs go, what their partitions were made of, and which run on schedules", "description": "`dataset` and `committed_at` of a partition as long as the table keeps the snapshot of the run.", "responses": {"200": {"description": "The answer.", "content": {"application/json": {"schema": {"type": "object", "properties": {"runs": {"type": "array", "description": "Of `tarn derive run` in this data directory: the last fifty, newest first.", "items": {"type": "object", "properties": {"plan": {"type": "string"}, "dataset": {"type": "string"}, "arguments": {"type": "array", "items": {"type": "string"}}, "database": {"type": "string"}, "table": {"type": "string"}, "rejects_table": {"type": "string"}, "code_version": {"type": "string"}, "from_date": {"type": "string"}, "to_date": {"type": "string"}, "partitions": {"type": "integer"}, "unchanged": {"type": "integer"}, "tasks": {"type": "integer"}, "tasks_done": {"type": "integer"}, "bytes": {"type": "integer"}, "bytes_done": {"type": "integer"}, "begun_at": {"type": "string", "format": "date-time"}, "ended_at": {"type": ["string", "null"], "format": "date-time"}, "state": {"type": "string", "enum": ["running", "committed", "failed", "killed"]}, "problem": {"type": ["string", "null"], "description": "Why it failed: with the object, and the offset in it, where it is one's."}, "counts": {"type": ["object", "null"], "description": "Of a committed run.", "properties": {"objects": {"type": "integer"}, "bytes": {"type": "integer"}, "records": {"type": "integer"}, "rows": {"type": "integer"}, "skipped": {"type": "integer"}, "rejects": {"type": "integer"}, "skipped_bytes": {"type": "integer"}, "damaged": {"type": "integer"}, "hmac_failed": {"type": "integer"}}}, "running": {"type": "array", "items": {"type": "object", "properties": {"task": {"type": "integer"}, "attempt": {"type": "integer"}, "partition": {"type": "string"}, "objects": {"type": "integer"}, "bytes": {"type": "integer"}, "begun_at": {"type": "string", "format": "date-time"}}}}, "failures": {"type": "array", "description": "Attempts, the first hundred of `failure_count`.", "items": {"type": "object", "properties": {"task": {"type": "integer"}, "attempt": {"type": "integer"}, "partition": {"type": "string"}, "objects": {"type": "integer"}, "bytes": {"type": "integer"}, "problem": {"type": "string"}}}}, "failure_count": {"type": "integer"}, "damage": {"type": "array", "description": "A line for each damaged object.", "items": {"type": "string"}}}}}, "definitions": {"type": "array", "description": "Classes that are linked in, what has a schedule, and what has run of late.", "items": {"type": "object", "properties": {"name": {"type": "string"}, "kind": {"type": ["string", "null"], "enum": ["class", "recipe", null]}, "table": {"type": ["string", "null"]}, "arguments": {"type": "array", "items": {"type": "string"}}, "file": {"type": ["string", "null"], "description": "Of the recipe, or of the plug-in."}, "source": {"type": ["string", "null"]}, "filter_prefix": {"type": "string"}, "partition_by": {"type": "array", "items": {"type": "string"}}, "columns": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}, "required": {"type": "boolean"}}}}, "select": {"type": ["string", "null"]}, "problem": {"type": ["string", "null"]}}}}, "partitions": {"type": "array", "items": {"type": "object", "properties": {"dataset": {"type": "string"}, "database": {"type": "string"}, "table": {"type": "string"}, "partition": {"type": "string"}, "code_version": {"type": "string"}, "plan": {"type": "string"}, "committed_at": {"type": "string", "format": "date-time"}}}}, "schedules": {"type": "array", "description": "Of the configuration: what runs when, and how its last run since the start ended.", "items": {"type": "object", "properties": {"name": {"type": "string"}, "dataset": {"type": "string"}, "schedule": {"type": "string"}, "days": {"type": "string"}, "due_at": {"type": ["string", "null"], "format": "date-time", "description": "The next run; while one is under way, its own tick."}, "running_since": {"type": ["string", "null"], "format": "date-time"}, "ended_at": {"type": ["string", "null"], "format": "date-time"}, "problem": {"type": ["string", "null"], "description": "What the last run said before it failed."}}}}}}}}}, "400": {"$ref": "#/components/responses/error"}, "429": {"$ref": "#/components/responses/error"}}}},
    "/ui": {"get": {"tags": ["operations"], "operationId": "ui", "summary": "Leads to /ui/", "responses": {"302": {"description": "To /ui/."}}}},
    "/ui/{path*}": {"get": {"tags": ["operations"], "operationId": "uiFile", "summary": "The dashboard", "parameters": [{"name": "path*", "in": "path", "required": true, "schema": {"type": "string"}, "description": "A file of the page, or a view of it."}], "responses": {"200": {"description": "HTML, scripts, styles; compressed where the client takes it."}, "404": {"$ref": "#/components/responses/error"}}}},
    "/": {
      "get": {
        "tags": ["operations"],
        "operationId": "start",
        "summary": "Leads to /ui/, the dashboard",
        "responses": {"302": {"description": "To /ui/."}}
      },
      "post": {
        "tags": ["aws"],
        "operationId": "awsJson",
        "summary": "AWS JSON 1.1: Firehose",
        "description": "X-Amz-Target names the operation: Firehose_20150804.CreateDeliveryStream, DescribeDeliveryStream, ListDeliveryStreams, DeleteDeliveryStream, ListTagsForDeliveryStream, PutRecord, PutRecordBatch. Point an AWS SDK here with its endpoint URL.",
        "parameters": [{"name": "X-Amz-Target", "in": "header", "required": true, "schema": {"type": "string"}, "example": "Firehose_20150804.PutRecordBatch"}],
        "requestBody": {"content": {"application/x-amz-json-1.1": {"schema": {"type": "object"}, "example": {"DeliveryStreamName": "sessions", "Records": [{"Data": "eyJuYW1lIjoiYSJ9"}]}}}},
        "responses": {
          "200": {"description": "As AWS answers.", "content": {"application/x-amz-json-1.1": {"schema": {"type": "object"}}}},
          "400": {"description": "As AWS answers: the exception's name in `__type` and in x-amzn-ErrorType.", "content": {"application/x-amz-json-1.1": {"example": {"__type": "ResourceNotFoundException", "message": "Firehose sessions under account 000000000000 not found."}}}},
          "503": {"description": "ServiceUnavailableException: back off and retry."}
        }
      }
    },
    "/livez": {"get": {"tags": ["operations"], "operationId": "alive", "summary": "Is the process alive?", "responses": {"200": {"description": "Yes."}}}},
    "/readyz": {"get": {"tags": ["operations"], "operationId": "ready", "summary": "Are all acknowledged rows visible, and are records accepted?", "responses": {"200": {"description": "Yes; `problems` names single tables in trouble."}, "503": {"description": "Not yet; `reasons` says what lags.", "content": {"application/json": {"example": {"ready": false, "reasons": [{"check": "streams", "reason": "default.sessions: 1200 rows are not visible yet"}], "problems": []}}}}}}},
    "/healthz": {"get": {"tags": ["operations"], "operationId": "healthy", "summary": "The same as /readyz", "responses": {"200": {"description": "Yes."}, "503": {"description": "Not yet."}}}},
    "/metrics": {"get": {"tags": ["operations"], "operationId": "metrics", "summary": "Metrics, as Prometheus reads them", "responses": {"200": {"description": "Text format 0.0.4.", "content": {"text/plain": {}}}}}},
    "/version": {"get": {"tags": ["operations"], "operationId": "version", "summary": "What is running", "responses": {"200": {"description": "Version, commit, node.", "content": {"application/json": {"example": {"version": "0.1.0", "commit": "495891f", "node_id": "0123456789abcdef0123456789abcdef"}}}}}}},
    "/openapi.json": {"get": {"tags": ["operations"], "operationId": "openApi", "summary": "This description", "responses": {"200": {"description": "OpenAPI 3.1."}}}},
    "/docs": {"get": {"tags": ["operations"], "operationId": "docs", "summary": "This description as a page", "responses": {"200": {"description": "HTML."}}}},
    "/docs/app.js": {"get": {"tags": ["operations"], "operationId": "docsScript", "summary": "The page's script", "responses": {"200": {"description": "JavaScript."}}}},
    "/docs/rules": {"get": {"tags": ["operations"], "operationId": "docsRules", "summary": "The API's rules", "responses": {"200": {"description": "Markdown, as plain text."}}}},
    "/docs/style.css": {"get": {"tags": ["operations"], "operationId": "docsStyle", "summary": "The page's style", "responses": {"200": {"description": "CSS."}}}}
  },
  "components": {
    "parameters": {
      "database": {"name": "database", "in": "path", "required": true, "schema": {"type": "string"}},
      "tableName": {"name": "table", "in": "path", "required": true, "schema": {"type": "string"}},
      "time": {"name": "time", "in": "query", "schema": {"type": "string"}, "description": "A column of times; by default the first of the table's time_columns."},
      "from": {"name": "from", "in": "query", "schema": {"type": "string", "format": "date-time"}, "description": "Rows at or after this time; without an offset it is UTC."},
      "to": {"name": "to", "in": "query", "schema": {"type": "string", "format": "date-time"}, "description": "Rows before this time."},
      "snapshot": {"name": "snapshot", "in": "query", "schema": {"type": "string"}, "description": "Time travel: the rows of this snapshot, without those not yet in files."},
      "filter": {"name": "f", "in": "query", "description": "A filter as JSON, [\"column\", \"op\", value]; may be given up to 50 times. Ops: eq ne lt le gt ge contains starts in null notnull; `in` takes an array, null and notnull take nothing; ne is true of null, too. A column may be a path into a struct: user.plan.", "schema": {"type": "array", "items": {"type": "string"}}, "style": "form", "explode": true, "example": ["[\"status\", \"ge\", 500]"]},
      "stream": {"name": "stream", "in": "path", "required": true, "description": "1 to 64 of letters, digits, _ . and -", "schema": {"type": "string", "pattern": "^[a-zA-Z0-9_.-]{1,64}$"}},
      "start_date": {"name": "start_date", "in": "query", "required": true, "description": "First day of event_timestamp, UTC.", "schema": {"type": "string", "format": "date"}},
      "end_date": {"name": "end_date", "in": "query", "required": true, "description": "Last day, included.", "schema": {"type": "string", "format": "date"}},
      "event_type": {"name": "event_type", "in": "query", "required": true, "schema": {"type": "string", "maxLength": 1024}},
      "user_id": {"name": "user_id", "in": "query", "schema": {"type": "integer"}},
      "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}},
      "table": {"name": "table", "in": "query", "description": "A table with event_timestamp and event_type; `database.table` where it is not in `default`.", "schema": {"type": "string", "default": "ingest"}}
    },
    "responses": {
      "error": {"description": "What is wrong, and what to do.", "content": {"application/json": {"schema": {"type": "object", "properties": {"error": {"type": "string"}, "kind": {"type": "string"}}, "required": ["error", "kind"]}}}},
      "events": {"description": "Rows, newest first.", "content": {"application/json": {"schema": {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}, "count": {"type": "integer"}, "message": {"type": ["string", "null"]}}, "required": ["data", "count", "message"]}}}},
      "parameters": {"description": "A parameter is missing or wrong, or the table lacks a column.", "content": {"application/json": {"schema": {"type": "object", "properties": {"detail": {"type": "array", "items": {"type": "object", "properties": {"loc": {"type": "array", "items": {"type": "string"}}, "msg": {"type": "string"}, "type": {"type": "string"}}}}}}}}},
      "detail": {"description": "The query failed, or has to wait.", "content": {"application/json": {"schema": {"type": "object", "properties": {"detail": {"type": "string"}}}}}}
    },
    "schemas": {
      "streamNow": {"type": "object", "properties": {"name": {"type": "string"}, "table": {"type": "object", "properties": {"database": {"type": "string"}, "name": {"type": "string"}}}, "records_per_second": {"type": "number", "description": "Over the last 10 s."}, "bytes_per_second": {"type": "number"}, "records_total": {"type": "integer", "description": "Since the server started."}, "newest_visible_at": {"type": ["string", "null"], "format": "date-time"}, "live_rows": {"type": "integer", "description": "Visible, not yet in a file."}, "rejects_last_hour": {"type": ["integer", "null"], "description": "Of its table; null where it cannot be told now."}, "problem": {"type": ["string", "null"]}}},
      "table": {"type": "object", "properties": {"database": {"type": "string"}, "name": {"type": "string"}, "rows": {"type": ["integer", "null"], "description": "In files."}, "live_rows": {"type": "integer"}, "files": {"type": ["integer", "null"]}, "bytes": {"type": ["integer", "null"]}, "columns": {"type": ["integer", "null"]}, "is_rejects": {"type": "boolean"}, "newest_at": {"type": ["string", "null"], "format": "date-time", "description": "Of the newest snapshot."}, "problem": {"type": ["string", "null"]}}},
      "tableDetail": {"allOf": [{"$ref": "#/components/schemas/table"}, {"type": "object", "properties": {"location": {"type": "string"}, "uuid": {"type": "string"}, "format_version": {"type": "integer"}, "columns_list": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "type": {"type": "string", "description": "As Hive writes it."}, "required": {"type": "boolean"}, "doc": {"type": "string"}}}}, "time_columns": {"type": "array", "items": {"type": "string"}}, "partition_fields": {"type": "array", "items": {"type": "object", "properties": {"column": {"type": "string"}, "transform": {"type": "string"}, "name": {"type": "string"}}}}, "sort_order": {"type": "array", "items": {"type": "string"}}, "properties": {"type": "object", "additionalProperties": {"type": "string"}}, "open_with": {"type": "object", "properties": {"duckdb": {"type": "string"}, "pyiceberg": {"type": "string"}, "spark": {"type": "string"}}}}}]},
      "stats": {"type": "object", "properties": {"elapsed_ms": {"type": "number"}, "bytes_read": {"type": "integer", "description": "Of data files."}, "files_read": {"type": "integer"}}},
      "streamDefinition": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": {"type": "string", "pattern": "^[a-zA-Z0-9_.-]{1,64}$"},
          "table": {"type": "string", "description": "`table` or `database.table`; by default made of the name."},
          "columns": {"type": "string", "description": "`NAME TYPE [from MEMBER] [default VALUE], …`; none: inferred from the records."},
          "inferred": {"type": "boolean", "description": "Columns may also come from the records."},
          "partition_by": {"type": "string", "default": "day(_received_at) as _day", "description": "Empty: no partitions."},
          "sort_by": {"type": "string", "description": "Of a new table: rows of each row group are sorted, `user_id, ts desc nulls last`. An existing table must have this sort order."},
          "bloom_filter": {"type": "string", "description": "Of a new table: columns with bloom filters, `user_id, session.id`. An existing table must have these."},
          "buffer_seconds": {"type": "integer", "minimum": 0, "maximum": 900, "default": 60},
          "buffer_bytes": {"type": "integer", "default": 67108864},
          "compression": {"type": "string", "enum": ["zstd", "none"], "default": "zstd"},
          "may_evolve": {"type": "boolean", "default": true},
          "may_create_table": {"type": "boolean", "default": true}
        }
      },
      "stream": {
        "type": "object",
        "properties": {
          "name": {"type": "string"},
          "id": {"type": "integer"},
          "table": {"type": "string"},
          "columns": {"type": "string"},
          "inferred": {"type": "boolean"},
          "partition_by": {"type": "string"},
          "buffer_seconds": {"type": "integer"},
          "buffer_bytes": {"type": "integer"},
          "compression": {"type": "string"},
          "may_evolve": {"type": "boolean"},
          "may_create_table": {"type": "boolean"},
          "created_at": {"type": ["string", "null"], "format": "date-time"},
          "records": {"type": "integer", "description": "Acknowledged since the server started."},
          "bytes_received": {"type": "integer"},
          "live_rows": {"type": "integer", "description": "Visible to SQL, not yet in a file."},
          "newest_visible_at": {"type": ["string", "null"], "format": "date-time"},
          "without_column": {"type": "array", "description": "What had no column of its own since the server started, the 100 most frequent; kept in _rest unless a member was given twice. Not in the list of all.", "items": {"type": "object", "properties": {"path": {"type": "string"}, "why": {"type": "string"}, "count": {"type": "integer"}}}},
          "source": {"type": "object", "description": "How its continuous source does since the server started, where it has one. Not in the list of all.", "properties": {"source": {"type": "string"}, "objects": {"type": "integer"}, "rows": {"type": "integer"}, "rejects": {"type": "integer"}, "dead_letters": {"type": "integer"}, "changed_objects": {"type": "integer"}, "commits": {"type": "integer"}, "looked_at": {"type": ["string", "null"], "format": "date-time"}, "problem": {"type": ["string", "null"]}}},
          "problem": {"type": ["string", "null"], "description": "Why its rows do not land, where they do not."}
        }
      }
    }
  }
})json";

}  // namespace

std::string_view OpenApiText() { return kOpenApi; }

void ShowOpenApi(const Request& /*request*/, const Responder& responder) {
  Reply reply;
  reply.body = kOpenApi;
  responder.Send(std::move(reply));
}

}  // namespace tarn::serve
