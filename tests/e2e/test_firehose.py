"""The Firehose protocol, by boto3 and the AWS CLI as they are."""

import base64
import json
import os
import subprocess

import pytest
from botocore.exceptions import ClientError

ICEBERG = {
    "RoleARN": "arn:aws:iam::000000000000:role/firehose",
    "CatalogConfiguration": {"CatalogARN": "arn:aws:glue:us-east-1:000000000000:catalog"},
    "S3Configuration": {"RoleARN": "arn:aws:iam::000000000000:role/firehose", "BucketARN": "arn:aws:s3:::lake"},
}


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response


def code(call, **arguments):
    return refusal(call, **arguments)["Error"]["Code"]


def create(firehose, name="events", **changes):
    return firehose.create_delivery_stream(DeliveryStreamName=name, DeliveryStreamType="DirectPut",
                                           IcebergDestinationConfiguration={**ICEBERG, **changes})


def test_a_stream_is_active_when_create_returns_and_records_become_rows(server):
    firehose = server.firehose()
    arn = create(firehose)["DeliveryStreamARN"]
    assert arn == "arn:aws:firehose:us-east-1:000000000000:deliverystream/events"
    description = firehose.describe_delivery_stream(DeliveryStreamName="events")["DeliveryStreamDescription"]
    assert description["DeliveryStreamStatus"] == "ACTIVE"
    assert description["VersionId"] == "1"
    assert description["HasMoreDestinations"] is False
    assert description["Destinations"][0]["DestinationId"] == "destinationId-000000000001"
    assert description["Destinations"][0]["IcebergDestinationDescription"]["RoleARN"] == ICEBERG["RoleARN"]

    reply = firehose.put_record(DeliveryStreamName="events", Record={"Data": b'{"name":"a","n":1}'})
    assert set(reply) == {"RecordId", "Encrypted", "ResponseMetadata"} and reply["Encrypted"] is False
    reply = firehose.put_record_batch(DeliveryStreamName="events",
                                      Records=[{"Data": b'{"name":"b","n":2}\n'}, {"Data": b'{"name":"c","n":3}'}])
    assert reply["FailedPutCount"] == 0
    assert [set(r) for r in reply["RequestResponses"]] == [{"RecordId"}, {"RecordId"}]
    assert server.query("SELECT name, n FROM events ORDER BY n") == [{"name": "a", "n": 1}, {"name": "b", "n": 2},
                                                                     {"name": "c", "n": 3}]


def test_streams_are_listed_in_order_and_deleted_with_their_rows_kept(server):
    firehose = server.firehose()
    for name in ["b", "a", "c"]:
        create(firehose, name)
    reply = firehose.list_delivery_streams(Limit=2)
    assert reply["DeliveryStreamNames"] == ["a", "b"] and reply["HasMoreDeliveryStreams"] is True
    reply = firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName="b")
    assert reply["DeliveryStreamNames"] == ["c"] and reply["HasMoreDeliveryStreams"] is False
    firehose.put_record(DeliveryStreamName="a", Record={"Data": b'{"x":1}'})
    firehose.delete_delivery_stream(DeliveryStreamName="a")
    assert code(firehose.describe_delivery_stream, DeliveryStreamName="a") == "ResourceNotFoundException"
    assert code(firehose.put_record, DeliveryStreamName="a", Record={"Data": b"{}"}) == "ResourceNotFoundException"
    assert server.query("SELECT x FROM a") == [{"x": 1}]


def test_limits_have_the_errors_of_firehose(server):
    firehose = server.firehose(parameter_validation=False)
    create(firehose)
    put = firehose.put_record_batch
    error = refusal(put, DeliveryStreamName="events", Records=[{"Data": b"{}"}] * 501)
    assert error["Error"]["Code"] == "ValidationException"
    assert "less than or equal to 500" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert code(put, DeliveryStreamName="events", Records=[{"Data": b"x" * 1_024_001}]) == "ValidationException"
    assert code(put, DeliveryStreamName="events", Records=[{"Data": b"x" * 1_000_000}] * 5) == "InvalidArgumentException"
    assert code(put, DeliveryStreamName="absent", Records=[{"Data": b"{}"}]) == "ResourceNotFoundException"
    assert code(put, DeliveryStreamName="events", Records=[]) == "ValidationException"
    largest = b'{"x":"' + b"y" * (1_024_000 - 8) + b'"}'
    assert put(DeliveryStreamName="events", Records=[{"Data": largest}] * 4)["FailedPutCount"] == 0
    server.wait_for("SELECT count(*) FROM events", 4)


def raw(server, body, target="Firehose_20150804.PutRecordBatch"):
    return server.request("POST", "/", body, {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target})


def test_malformed_requests_have_exact_errors(server):
    create(server.firehose())
    bad_base64 = json.dumps({"DeliveryStreamName": "events", "Records": [{"Data": "e30="}, {"Data": "!!"}]})
    status, headers, reply = raw(server, bad_base64)
    assert (status, reply["__type"], headers["x-amzn-errortype"]) == (400, "SerializationException", "SerializationException")
    assert "x-amzn-requestid" in headers
    whole = json.dumps({"DeliveryStreamName": "events", "Records": [{"Data": base64.b64encode(b'{"a":1}').decode()}]})
    for length in range(0, len(whole) - 1, 7):
        status, _, reply = raw(server, whole[:length])
        assert status == 400 and reply["__type"] in ("SerializationException", "ValidationException"), whole[:length]
    assert raw(server, "{}", "Firehose_20150804.Nonsense")[2]["__type"] == "UnknownOperationException"
    assert server.query("SELECT count(*) AS n FROM events") == [{"n": 0}]


def test_names_and_destinations_are_checked(server):
    firehose = server.firehose(parameter_validation=False)
    create(firehose)
    assert code(create, firehose=firehose) == "ResourceInUseException"
    # The name is looked at before anything else.
    assert code(firehose.create_delivery_stream, DeliveryStreamName="events") == "ResourceInUseException"
    assert code(create, firehose=firehose, name="a b") in ("ValidationException", "InvalidArgumentException")
    s3 = {"RoleARN": "arn:aws:iam::0:role/r", "BucketARN": "arn:aws:s3:::b"}
    error = refusal(firehose.create_delivery_stream, DeliveryStreamName="other", ExtendedS3DestinationConfiguration=s3)
    assert error["Error"]["Code"] == "InvalidArgumentException" and "ExtendedS3" in error["Error"]["Message"]
    error = refusal(create, firehose=firehose, name="strict", TableCreationConfiguration={"Enabled": False})
    assert error["Error"]["Code"] == "InvalidArgumentException"


def test_a_new_table_has_the_columns_that_its_partitions_name(server):
    firehose = server.firehose()
    create(firehose, "kinds", DestinationTableConfigurationList=[{
        "DestinationDatabaseName": "lake", "DestinationTableName": "kinds", "PartitionSpec": {"Identity": [{"SourceName": "kind"}]}}],
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 0})
    firehose.put_record_batch(DeliveryStreamName="kinds", Records=[{"Data": json.dumps({"kind": kind, "n": 1}).encode()} for kind in ("a", "b", 7)])
    server.wait_until_landed("lake.kinds", 3)
    assert server.query("SELECT kind, n FROM lake.kinds ORDER BY kind") == [{"kind": kind, "n": 1} for kind in ("7", "a", "b")]
    assert sorted(path.name for path in (server.data / "buckets/lake/lake/kinds/data").iterdir()) == ["kind=7", "kind=a", "kind=b"]


def test_schema_evolution_can_be_switched_off(server):
    firehose = server.firehose()
    create(firehose, "fixed", SchemaEvolutionConfiguration={"Enabled": False})
    firehose.put_record(DeliveryStreamName="fixed", Record={"Data": b'{"a":1}'})
    assert server.query("SELECT _rest FROM fixed") == [{"_rest": '{"a":1}'}]


def test_two_streams_feed_one_table_that_they_name(server):
    firehose = server.firehose()
    named = {"DestinationTableConfigurationList": [{"DestinationDatabaseName": "default", "DestinationTableName": "shared"}]}
    create(firehose, "one", **named)
    create(firehose, "two", **named)
    firehose.put_record(DeliveryStreamName="one", Record={"Data": b'{"a":1}'})
    firehose.put_record(DeliveryStreamName="two", Record={"Data": b'{"b":2}'})
    assert server.query("SELECT sum(a) AS a, sum(b) AS b FROM shared") == [{"a": 1, "b": 2}]
    # A derived name that another stream's table has is an error.
    assert code(create, firehose=firehose, name="shared") in ("ResourceInUseException", "InvalidArgumentException")


def test_the_aws_cli_works_unmodified(server, tmp_path):
    environment = dict(os.environ, AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y", AWS_DEFAULT_REGION="eu-west-1", AWS_PAGER="",
                       AWS_ENDPOINT_URL=server.url)

    def aws(*arguments):
        done = subprocess.run(["aws", "firehose", *arguments], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    destination = tmp_path / "destination.json"
    destination.write_text(json.dumps(ICEBERG))
    made = aws("create-delivery-stream", "--delivery-stream-name", "cli", "--iceberg-destination-configuration", f"file://{destination}")
    assert made["DeliveryStreamARN"].startswith("arn:aws:firehose:eu-west-1:")
    records = tmp_path / "records.json"
    records.write_text(json.dumps([{"Data": base64.b64encode(json.dumps({"i": i}).encode()).decode()} for i in range(50)]))
    assert aws("put-record-batch", "--delivery-stream-name", "cli", "--records", f"file://{records}")["FailedPutCount"] == 0
    assert aws("list-delivery-streams")["DeliveryStreamNames"] == ["cli"]
    assert server.query("SELECT count(*) AS n, sum(i) AS s FROM cli") == [{"n": 50, "s": 1225}]
