// wire.h -- numbers, texts and blocks as bytes, for what goes to another process: 8 bytes each, little-endian; a block
// has its size in front.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/task.h"

namespace interleave {

static_assert(std::endian::native == std::endian::little, "numbers go out as they lie in memory");

class WireWriter {
 public:
  WireWriter() = default;
  /// Has room for so many bytes from the start.
  explicit WireWriter(std::size_t bytes) { bytes_.reserve(bytes); }
  WireWriter& raw(const void* bytes, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    bytes_.insert(bytes_.end(), first, first + size);
    return *this;
  }
  WireWriter& byte(std::uint8_t b) { return raw(&b, 1); }
  WireWriter& number(std::uint64_t n) { return raw(&n, sizeof n); }
  WireWriter& real(double d) { return number(std::bit_cast<std::uint64_t>(d)); }
  WireWriter& block(std::span<const std::uint8_t> bytes) { return number(bytes.size()).raw(bytes.data(), bytes.size()); }
  WireWriter& text(std::string_view text) { return number(text.size()).raw(text.data(), text.size()); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Trusts nothing: from the first thing that does not fit on, all it gives is zero or empty, and good() is false.
class WireReader {
 public:
  /// Does not keep the bytes alive.
  explicit WireReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  std::uint8_t byte() { return as<std::uint8_t>(); }
  std::uint64_t number() { return as<std::uint64_t>(); }
  double real() { return as<double>(); }
  std::span<const std::uint8_t> block() { return next(number()); }
  std::string text() {
    const auto bytes = block();
    return {bytes.begin(), bytes.end()};
  }
  /// All that is left; it must be a whole number of words.
  std::vector<std::uint64_t> words() {
    std::vector<std::uint64_t> words(rest_.size() / sizeof(std::uint64_t));
    if (rest_.size() % sizeof(std::uint64_t) != 0) fail();
    else if (const auto bytes = next(rest_.size()); !bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
  }
  bool good() const { return good_; }

 private:
  template <class T>
  T as() {
    T value{};
    if (const auto bytes = next(sizeof value); !bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::span<const std::uint8_t> next(std::uint64_t size) {
    if (size > rest_.size()) fail(), size = 0;
    const auto bytes = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(bytes.size());
    return bytes;
  }
  void fail() {
    good_ = false;
    rest_ = {};
  }
  std::span<const std::uint8_t> rest_;
  bool good_ = true;
};

}  // namespace interleave
