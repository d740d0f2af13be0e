#pragma once

#include <simdjson.h>
#include <string>
#include <string_view>

#include "store.hpp"

/// What the counter answers to an HTTP API event (payload format 2.0), as one process sees it.
class Service {
  public:
    Service(Store &store, std::string architecture, std::string version);

    /// The response as JSON, payload format 2.0. Throws simdjson::simdjson_error for another kind of event.
    std::string answer(const std::string &event, std::string_view request_id);

  private:
    struct Answer {
        int status;
        std::string_view content_type;
        std::string body;
    };

    Answer route(std::string_view method, std::string_view path, Counter counter);
    Answer hits(Counter counter);

    Store &store_;
    std::string architecture_;
    std::string version_;
    std::string instance_;
    bool cold_ = true;
    simdjson::dom::parser parser_;
};

/// The text as a JSON string, quotes included. Bytes above 0x7f pass as they are: UTF-8 stays UTF-8.
std::string json_string(std::string_view text);
