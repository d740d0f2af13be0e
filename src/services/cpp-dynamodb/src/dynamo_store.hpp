#pragma once

#include <array>
#include <curl/curl.h>
#include <memory>
#include <simdjson.h>
#include <string>

#include "store.hpp"

struct DynamoSettings {
    std::string table;
    std::string region;
    /// Of the DynamoDB endpoint, with a path of `/`.
    std::string url;
    std::string access_key;
    std::string secret_key;
    /// Empty for credentials that are not temporary.
    std::string session_token;

    /// From the variables that Lambda sets, TABLE_NAME, and AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL
    /// where given. Throws std::runtime_error naming the one that is missing.
    static DynamoSettings from_environment();
};

/// The items `{id: "hits"}` and `{id: "canary"}` of a table; one atomic update adds and answers. Requests are
/// signed (Signature Version 4) by libcurl, and all go over one connection that is kept.
class DynamoStore : public Store {
  public:
    explicit DynamoStore(DynamoSettings settings);
    std::uint64_t increment(Counter counter) override;

  private:
    std::string post(const std::string &body);

    DynamoSettings settings_;
    /// By the counter's number.
    std::array<std::string, 2> bodies_;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_;
    simdjson::dom::parser parser_;
};
