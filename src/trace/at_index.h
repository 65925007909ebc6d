// at_index.h -- goes through what gives values by their index, as an iterator: of what is packed there are no references.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <utility>

namespace interleave {

/// As long-lived as what it goes through. `Of` has operator[](std::size_t).
template <class Of, class Value>
class AtIndex {
 public:
  /// What -> points at: a value of its own.
  struct Arrow {
    Value value;
    const Value* operator->() const { return &value; }
  };
  using value_type = Value;
  using reference = Value;
  using pointer = Arrow;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::random_access_iterator_tag;  // but for the reference, which no algorithm here keeps: halving must not walk

  AtIndex() = default;
  AtIndex(const Of* of, std::size_t at) : of_(of), at_(at) {}
  Value operator*() const { return (*of_)[at_]; }
  Arrow operator->() const { return {**this}; }
  Value operator[](difference_type by) const { return *(*this + by); }
  AtIndex& operator++() {
    ++at_;
    return *this;
  }
  AtIndex operator++(int) { return {of_, at_++}; }
  AtIndex& operator--() {
    --at_;
    return *this;
  }
  AtIndex operator--(int) { return {of_, at_--}; }
  AtIndex& operator+=(difference_type by) {
    at_ = static_cast<std::size_t>(static_cast<difference_type>(at_) + by);
    return *this;
  }
  AtIndex& operator-=(difference_type by) { return *this += -by; }
  friend AtIndex operator+(AtIndex a, difference_type by) { return a += by; }
  friend AtIndex operator+(difference_type by, AtIndex a) { return a += by; }
  friend AtIndex operator-(AtIndex a, difference_type by) { return a -= by; }
  friend difference_type operator-(const AtIndex& a, const AtIndex& b) { return static_cast<difference_type>(a.at_) - static_cast<difference_type>(b.at_); }
  friend bool operator==(const AtIndex& a, const AtIndex& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const AtIndex& a, const AtIndex& b) { return a.at_ <=> b.at_; }

 private:
  const Of* of_ = nullptr;
  std::size_t at_ = 0;
};

}  // namespace interleave
