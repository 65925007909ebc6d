// Contents: times | lives
#include "trace/spans.h"

#include <algorithm>

namespace interleave {

void Times::grow() { bytes_.resize(std::max(size_ * width_ + kBehind, std::max(bytes_.capacity(), bytes_.size() * 3 / 2))); }

void Times::widen(Nanos to) {
  const std::size_t width = static_cast<std::uint64_t>(to) >> 40 == 0 ? 5 : 8;
  Times wider;
  wider.width_ = width;
  wider.mask_ = width == 5 ? 0xff'ffff'ffff : ~std::uint64_t{0};
  wider.reserve(std::max(size_ + 1, (bytes_.capacity() - std::min(bytes_.capacity(), kBehind)) / width_));
  for (std::size_t i = 0; i < size_; ++i) wider.add((*this)[i]);
  *this = std::move(wider);
}

void PackedLives::reserve(std::size_t spans) {
  ends_.reserve(spans);
  lines_.reserve(spans);
  states_.reserve(spans);
}

std::size_t PackedLives::bytes() const {
  return born_.bytes() + ends_.bytes() + lines_.capacity() * sizeof(lines_[0]) + states_.capacity() + gaps_.capacity() * sizeof(gaps_[0]);
}

std::uint8_t PackedLives::gap(Nanos begin) {
  gaps_.emplace_back(ends_.size(), begin);
  return kGap;
}

Span PackedLives::span(TaskId task, std::size_t first, std::size_t nth) const {
  const std::size_t i = first + nth;
  Span s;
  s.task = task;
  s.end = ends_[i];
  s.line = lines_[i];
  s.state = static_cast<State>(states_[i] & ~kGap);
  if (states_[i] & kGap) [[unlikely]] s.begin = std::ranges::lower_bound(gaps_, i, {}, &std::pair<std::size_t, Nanos>::first)->second;
  else s.begin = nth == 0 ? born_[task - 1] : ends_[i - 1];
  return s;
}

}  // namespace interleave
