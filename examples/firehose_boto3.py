"""boto3's Firehose client, unmodified, against Tarn.

    python3 examples/firehose_boto3.py && tarn query "SELECT * FROM clicks LIMIT 5" --data ./lake
"""

import json
import time

import boto3

firehose = boto3.client("firehose", endpoint_url="http://127.0.0.1:8080", region_name="us-east-1", aws_access_key_id="any",
                        aws_secret_access_key="any")

try:
    firehose.create_delivery_stream(
        DeliveryStreamName="clicks",
        IcebergDestinationConfiguration={
            "RoleARN": "arn:aws:iam::000000000000:role/any",
            "CatalogConfiguration": {"CatalogARN": "arn:aws:glue:us-east-1:000000000000:catalog"},
            "S3Configuration": {"RoleARN": "arn:aws:iam::000000000000:role/any", "BucketARN": "arn:aws:s3:::lake"},
        })
except firehose.exceptions.ResourceInUseException:
    pass

records = [{"Data": json.dumps({"user": i % 7, "at": time.time(), "page": f"/p/{i}"}).encode()} for i in range(500)]
while records:  # a batch may fail in part: send those again
    reply = firehose.put_record_batch(DeliveryStreamName="clicks", Records=records)
    records = [r for r, answer in zip(records, reply["RequestResponses"]) if "ErrorCode" in answer]
print("all records are on disk")
