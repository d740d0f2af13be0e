#pragma once

#include <cstdint>
#include <stdexcept>

/// The store did not acknowledge an increment: nobody knows whether it was added. The text is for the log
/// alone.
class StoreError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The production counter, or that of whoever tries a version out.
enum class Counter { hits, canary };

class Store {
  public:
    virtual ~Store() = default;
    /// Adds one and answers the count after it. Throws StoreError.
    virtual std::uint64_t increment(Counter counter) = 0;
};
