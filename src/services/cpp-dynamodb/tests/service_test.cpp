// Runs the contract's vectors against the service over a store in memory. Ends with 1 and says what failed.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <regex>
#include <set>
#include <vector>

#include "service.hpp"

namespace {

namespace fs = std::filesystem;
using simdjson::dom::element;

int failures = 0;

void check(bool holds, const std::string &what) {
    if (!holds) {
        ++failures;
        std::cerr << "FAILED: " << what << '\n';
    }
}

struct MemoryStore : Store {
    std::uint64_t hits = 0;
    std::uint64_t canary = 0;
    bool broken = false;
    std::uint64_t increment(Counter counter) override {
        if (broken)
            throw StoreError("connect refused by 10.0.0.7");
        return counter == Counter::canary ? ++canary : ++hits;
    }
};

struct Vector {
    std::string title, event, store, kind, body;
    bool canary;
    std::int64_t status;
    std::vector<std::pair<std::string, std::string>> headers;
};

std::string text(element value) { return std::string(std::string_view(value)); }

void add_headers(element headers, Vector &vector) {
    for (const auto [name, pattern] : simdjson::dom::object(headers))
        vector.headers.emplace_back(std::string(name), text(pattern));
}

bool is_canary(element event) {
    std::string_view name;
    return event["headers"]["x-counter"].get(name) == simdjson::SUCCESS && name == "canary";
}

std::vector<Vector> vectors(const std::string &store) {
    std::vector<Vector> found;
    std::set<fs::path> files;
    for (const auto &entry : fs::directory_iterator(VECTORS))
        if (entry.path().extension() == ".json" && entry.path().filename() != "common.json")
            files.insert(entry.path());
    for (const auto &file : files) {
        simdjson::dom::parser parser, common;
        const element root = parser.load(file.string());
        const element expect = root["expect"];
        Vector vector{text(root["title"]),          simdjson::minify(root["event"].value()),
                      text(root["store"]),          text(root["kind"]),
                      text(expect["body"]),         is_canary(root["event"]),
                      expect["status"].get_int64(), {}};
        add_headers(expect["headers"], vector);
        add_headers(common.load(std::string(VECTORS) + "/common.json")["headers"], vector);
        if (vector.kind == "sync-counter" && vector.store == store)
            found.push_back(vector);
    }
    return found;
}

/// The response's headers and body, checked against the vector. `cold` is what x-cold must be.
void conforms(Service &service, const Vector &vector, const std::string &request_id,
              const std::string &cold) {
    simdjson::dom::parser parser;
    const std::string response = service.answer(vector.event, request_id);
    const element reply = parser.parse(response);
    const auto header = [&](const std::string &name) { return text(reply["headers"][name]); };
    check(std::int64_t(reply["statusCode"]) == vector.status, vector.title + ": status");
    for (const auto &[name, pattern] : vector.headers)
        check(std::regex_search(header(name), std::regex(pattern)), vector.title + ": " + name);
    check(std::regex_search(text(reply["body"]), std::regex(vector.body)), vector.title + ": body");
    check(header("x-request-id") == request_id, vector.title + ": the request id is Lambda's");
    check(header("x-version") == "7", vector.title + ": the version is Lambda's");
    check(header("x-cold") == cold, vector.title + ": x-cold is " + cold);
}

void conforms_to_every_vector_and_counts_only_what_must_count() {
    MemoryStore store;
    Service service(store, "cpp-dynamodb", "7");
    const auto all = vectors("up");
    check(all.size() >= 9, "the vectors are found");
    for (std::size_t i = 0; i < all.size(); ++i)
        conforms(service, all[i], "request-" + std::to_string(i), i == 0 ? "1" : "0");
    const auto counting = [&all](bool canary) {
        return static_cast<std::uint64_t>(
            std::count_if(all.begin(), all.end(), [canary](const Vector &vector) {
                return vector.body.find("hits\":") != std::string::npos && vector.canary == canary;
            }));
    };
    check(counting(true) > 0, "the canary's vectors are found");
    check(store.hits == counting(false), "only GET /hits counts, and by one");
    check(store.canary == counting(true), "a canary's request counts apart");
}

void tells_no_internals_when_the_store_is_down() {
    MemoryStore store;
    store.broken = true;
    Service service(store, "cpp-dynamodb", "7");
    const auto down = vectors("down");
    check(down.size() == 1, "the vector of a broken store is found");
    for (const auto &vector : down)
        conforms(service, vector, "request-0", "1");
}

void refuses_what_is_no_http_event() {
    MemoryStore store;
    Service service(store, "cpp-dynamodb", "7");
    for (const std::string event : {"{}", "[1]", "not JSON", R"({"rawPath":7})"}) {
        try {
            service.answer(event, "request-0");
            check(false, "refuses " + event);
        } catch (const simdjson::simdjson_error &) {
        }
    }
    check(store.hits == 0, "counts nothing for it");
}

void quotes_what_json_must_not_hold() {
    check(json_string("a\"b\\c\n\x01\xc3\xa9") == "\"a\\\"b\\\\c\\u000a\\u0001\xc3\xa9\"", "json_string");
}

} // namespace

int main() {
    const auto tests = {conforms_to_every_vector_and_counts_only_what_must_count,
                        tells_no_internals_when_the_store_is_down, refuses_what_is_no_http_event,
                        quotes_what_json_must_not_hold};
    std::size_t failed = 0;
    for (const auto test : tests) {
        const int before = failures;
        test();
        failed += failures > before ? 1 : 0;
    }
    std::cout << tests.size() - failed << " passed, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}
