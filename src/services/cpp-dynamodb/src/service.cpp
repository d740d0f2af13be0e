#include "service.hpp"

#include <cstdio>
#include <iostream>
#include <random>
#include <utility>

namespace {

constexpr std::string_view json = "application/json";
constexpr std::string_view html = "text/html; charset=utf-8";

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hits</title>
<h1>Hits: <output id="count">...</output></h1>
<script>
const show = (text) => { document.getElementById("count").textContent = text; };
fetch("hits").then((answer) => answer.json()).then((body) => show(body.hits ?? body.error), () => show("unreachable"));
</script>
</html>
)";

/// 128 random bits in hexadecimal digits.
std::string random_id() {
    std::random_device source;
    std::string id;
    for (int word = 0; word < 4; ++word) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08x", source());
        id += digits;
    }
    return id;
}

/// The path without the name of a named stage, which leads it.
std::string_view without_stage(std::string_view path, std::string_view stage) {
    const auto prefix = "/" + std::string(stage) + "/";
    if (stage == "$default" || path.substr(0, prefix.size()) != prefix)
        return path;
    return path.substr(prefix.size() - 1);
}

Counter counter_of(const simdjson::dom::element &event) {
    std::string_view name;
    const bool given = event.at_pointer("/headers/x-counter").get(name) == simdjson::SUCCESS;
    return given && name == "canary" ? Counter::canary : Counter::hits;
}

} // namespace

std::string json_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[7];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            result += escape;
        } else {
            result += c;
        }
    }
    return result + '"';
}

Service::Service(Store &store, std::string architecture, std::string version)
    : store_(store), architecture_(std::move(architecture)), version_(std::move(version)),
      instance_(random_id()) {}

std::string Service::answer(const std::string &event, std::string_view request_id) {
    const simdjson::dom::element root = parser_.parse(event);
    const std::string_view method = root.at_pointer("/requestContext/http/method");
    const std::string_view stage = root.at_pointer("/requestContext/stage");
    const auto [status, content_type, body] =
        route(method, without_stage(root["rawPath"], stage), counter_of(root));
    const bool cold = std::exchange(cold_, false);
    return "{\"statusCode\":" + std::to_string(status) +                   //
           ",\"headers\":{\"content-type\":" + json_string(content_type) + //
           ",\"cache-control\":\"no-store\"" +                             //
           ",\"x-architecture\":" + json_string(architecture_) +           //
           ",\"x-request-id\":" + json_string(request_id) +                //
           ",\"x-instance\":" + json_string(instance_) +                   //
           ",\"x-cold\":" + (cold ? "\"1\"" : "\"0\"") +                   //
           ",\"x-version\":" + json_string(version_) +                     //
           "},\"body\":" + json_string(body) + "}";
}

Service::Answer Service::route(std::string_view method, std::string_view path, Counter counter) {
    if (method == "GET" && path == "/hits")
        return hits(counter);
    if (method == "GET" && path == "/")
        return {200, html, std::string(page)};
    return {404, json, R"({"error":"not found"})"};
}

Service::Answer Service::hits(Counter counter) {
    try {
        return {200, json, "{\"hits\":" + std::to_string(store_.increment(counter)) + "}"};
    } catch (const StoreError &error) {
        std::cerr << "increment failed: " << error.what() << std::endl;
        return {500, json, R"({"error":"the counter is unavailable"})"};
    }
}
