// The hit counter: Lambda, C++, one DynamoDB item.

#include <aws/lambda-runtime/runtime.h>
#include <curl/curl.h>
#include <exception>
#include <iostream>

#include "dynamo_store.hpp"
#include "service.hpp"

using aws::lambda_runtime::invocation_request;
using aws::lambda_runtime::invocation_response;

int main() {
    try {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        const char *architecture = std::getenv("ARCHITECTURE_ID");
        if (architecture == nullptr)
            throw std::runtime_error("ARCHITECTURE_ID is not set");
        const char *version = std::getenv("AWS_LAMBDA_FUNCTION_VERSION");
        if (version == nullptr)
            throw std::runtime_error("AWS_LAMBDA_FUNCTION_VERSION is not set");
        DynamoStore store(DynamoSettings::from_environment());
        Service service(store, architecture, version);
        aws::lambda_runtime::run_handler([&service](const invocation_request &request) {
            try {
                return invocation_response::success(service.answer(request.payload, request.request_id),
                                                    "application/json");
            } catch (const simdjson::simdjson_error &error) {
                return invocation_response::failure(error.what(), "InvalidEvent", "");
            }
        });
        return 0;
    } catch (const std::exception &error) {
        std::cerr << "cannot start: " << error.what() << std::endl;
        return 1;
    }
}
