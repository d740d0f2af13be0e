#include "dynamo_store.hpp"

#include <charconv>
#include <cstdlib>
#include <unistd.h>

#include "service.hpp"

namespace {

/// An increment is not idempotent: one attempt, and a store that is silent for so long has failed.
constexpr long timeout_ms = 5000;

std::string variable(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string required(const char *name) {
    auto value = variable(name);
    if (value.empty())
        throw std::runtime_error(std::string(name) + " is not set");
    return value;
}

/// What the AWS CLI and SDKs take certificates from, or where Amazon Linux and Debian keep those they trust;
/// a static libcurl knows of none.
const char *certificates() {
    if (const char *given = std::getenv("AWS_CA_BUNDLE"); given != nullptr && *given != '\0')
        return given;
    for (const char *file : {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"})
        if (access(file, R_OK) == 0)
            return file;
    return nullptr;
}

std::size_t append(char *data, std::size_t size, std::size_t count, void *text) {
    static_cast<std::string *>(text)->append(data, size * count);
    return size * count;
}

std::string update(const std::string &table, const char *id) {
    return "{\"TableName\":" + json_string(table) + R"(,"Key":{"id":{"S":")" + id +
           R"("}},"UpdateExpression":"ADD hits :one",)"
           R"("ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"})";
}

class Headers {
  public:
    void add(const std::string &line) {
        curl_slist *longer = curl_slist_append(list_, line.c_str());
        if (longer == nullptr)
            throw std::bad_alloc();
        list_ = longer;
    }
    Headers() = default;
    Headers(const Headers &) = delete;
    Headers &operator=(const Headers &) = delete;
    ~Headers() { curl_slist_free_all(list_); }
    curl_slist *get() const { return list_; }

  private:
    curl_slist *list_ = nullptr;
};

} // namespace

DynamoSettings DynamoSettings::from_environment() {
    const auto region = required("AWS_REGION");
    auto url = variable("AWS_ENDPOINT_URL_DYNAMODB");
    if (url.empty())
        url = variable("AWS_ENDPOINT_URL");
    if (url.empty())
        url = "https://dynamodb." + region + ".amazonaws.com";
    if (url.back() != '/')
        url += '/';
    return {required("TABLE_NAME"),
            region,
            url,
            required("AWS_ACCESS_KEY_ID"),
            required("AWS_SECRET_ACCESS_KEY"),
            variable("AWS_SESSION_TOKEN")};
}

DynamoStore::DynamoStore(DynamoSettings settings)
    : settings_(std::move(settings)),
      bodies_{update(settings_.table, "hits"), update(settings_.table, "canary")},
      curl_(curl_easy_init(), &curl_easy_cleanup) {
    if (curl_ == nullptr)
        throw std::runtime_error("libcurl does not start");
}

std::uint64_t DynamoStore::increment(Counter counter) {
    const auto reply = post(bodies_[static_cast<std::size_t>(counter)]);
    simdjson::dom::element root;
    std::string_view count;
    std::uint64_t hits = 0;
    if (parser_.parse(reply).get(root) != simdjson::SUCCESS ||
        root.at_pointer("/Attributes/hits/N").get(count) != simdjson::SUCCESS ||
        std::from_chars(count.data(), count.data() + count.size(), hits).ptr != count.data() + count.size())
        throw StoreError("acknowledged without a count: " + reply);
    return hits;
}

std::string DynamoStore::post(const std::string &body) {
    Headers headers;
    headers.add("Content-Type: application/x-amz-json-1.0");
    headers.add("X-Amz-Target: DynamoDB_20120810.UpdateItem");
    if (!settings_.session_token.empty())
        headers.add("X-Amz-Security-Token: " + settings_.session_token);
    // No line here may remove a header of libcurl's own ("Expect:"): libcurl would sign what it then does not
    // send.
    const auto signing = "aws:amz:" + settings_.region + ":dynamodb";
    std::array<char, CURL_ERROR_SIZE> why{};
    std::string reply;

    CURL *curl = curl_.get();
    curl_easy_reset(curl); // keeps the connection
    curl_easy_setopt(curl, CURLOPT_URL, settings_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, signing.c_str());
    curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.access_key.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.secret_key.c_str());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    if (const char *file = certificates())
        curl_easy_setopt(curl, CURLOPT_CAINFO, file);

    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        throw StoreError(std::string(curl_easy_strerror(code)) + ": " + why.data());
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        throw StoreError("status " + std::to_string(status) + ": " + reply);
    return reply;
}
