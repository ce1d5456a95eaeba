// Firehose's CreateDeliveryStream and DescribeDeliveryStream: its configuration ⇄ a stream's
// definition. docs/formats/http_api.md, "Firehose", says what is supported, and where Tarn differs.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "collect/aws_error.h"
#include "flow/streams.h"

namespace tarn::serve {

/// The definition that a CreateDeliveryStream asks for. Its configuration is kept as given, for
/// Describe.
///
/// in       input: an object; its DeliveryStreamName was checked before
/// errors   SerializationException, ValidationException, InvalidArgumentException (names what is
/// not
///          supported yet)
collect::AwsResult<flow::StreamDefinition> DefinitionOfDeliveryStream(const Json& input);

/// `arn:aws:firehose:<region>:<account>:deliverystream/<name>`
std::string DeliveryStreamArn(std::string_view region, std::string_view account,
                              std::string_view name);

/// returns  a DeliveryStreamDescription, with the defaults that AWS fills in and what is in force
Json DescribeDeliveryStream(const flow::StreamDefinition& definition, const std::string& arn);

/// The tags that Create was given: [{"Key": …, "Value": …}].
Json::Array TagsOf(const flow::StreamDefinition& definition);

}  // namespace tarn::serve
