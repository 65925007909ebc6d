#include "trace/spans.h"

namespace interleave {

void PackedSpans::cut(std::size_t spans) {
  rows_.cut(spans);
  if (!rows_.empty()) end_ = rows_.last()[kEnd];
}

void PackedSpans::extents(std::size_t from, std::size_t to, Nanos* begin, Nanos* end, State* state) const {
  if (from >= to) return;
  Nanos before = end_before(from);
  rows_.each<kWhat + 1>(from, to, [&](const Row& row) {
    *begin++ = before + row[kGap];
    *end++ = before = row[kEnd];
    *state++ = state_of(row);
  });
}

void Spans::extents(std::size_t from, std::size_t to, Nanos* begin, Nanos* end, State* state) const {
  if (packed_) return packed_->extents(from_ + from, from_ + to, begin, end, state);
  for (const Span& span : std::span(plain_ + from_ + from, to - from)) *begin++ = span.begin, *end++ = span.end, *state++ = span.state;
}

void SpanReader::unpack(std::size_t from) {
  // What is there already of what is wanted stays.
  const std::size_t there = from >= from_ && from < until_ ? until_ - from : 0;
  std::move(some_.begin() + static_cast<std::ptrdiff_t>(until_ - from_ - there), some_.begin() + static_cast<std::ptrdiff_t>(until_ - from_), some_.begin());
  // Who goes on goes on; who looks here and there is given few.
  const bool on = until_ > from_ && from >= from_ && from <= until_;
  until_ = std::min(from + (on ? kSome : kBehind + 1), size());
  Span* to = some_.data() + there;
  spans_.each(from + there, until_, [&to](const Span& span) { *to++ = span; });
  from_ = from;
}

}  // namespace interleave
