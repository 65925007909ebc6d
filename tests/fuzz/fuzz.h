// fuzz.h -- what the fuzzers share: choices drawn from the input itself, and mutations that keep text looking like a script.
//
// libFuzzer calls LLVMFuzzerTestOneInput() with bytes that it varies, and keeps those that reach code not reached before.
// Everything here follows from the bytes alone: an input that fails, fails again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace interleave {

/// A wrong promise ends the program, with a name to look for.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "Broken promise: %s\n", what);
  __builtin_trap();
}

/// Numbers from a seed. The same seed, the same numbers.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  explicit Choices(std::string_view of) : Choices(hash(of)) {}
  std::uint64_t next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return state_;
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() >> 11) % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  static std::uint64_t hash(std::string_view text) {
    std::uint64_t h = 1469598103934665603ull;
    for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return h;
  }
  std::uint64_t state_;
};

/// A script with one thing in it changed: a line, a word, an indent.
std::string changed_script(std::string_view script, Choices& choices);

}  // namespace interleave
