#include "trace/spans.h"

namespace interleave {

void PackedSpans::cut(std::size_t spans) {
  rows_.cut(spans);
  if (!rows_.empty()) end_ = rows_.last()[kEnd];
}

template <bool kWhole>
void SomeSpans<kWhole>::unpack(std::size_t from) {
  // What is there already of what is wanted stays.
  const std::size_t there = from >= from_ && from < until_ ? until_ - from : 0;
  std::move(some_.begin() + static_cast<std::ptrdiff_t>(until_ - from_ - there), some_.begin() + static_cast<std::ptrdiff_t>(until_ - from_), some_.begin());
  // Who goes on goes on; who looks here and there is given few.
  const bool on = until_ > from_ && from >= from_ && from <= until_;
  until_ = std::min(from + (on ? kSome : kBehind + 1), size());
  Span* to = some_.data() + there;
  if constexpr (kWhole) {
    spans_.each(from + there, until_, [&to](const Span& span) { *to++ = span; });
  } else {
    spans_.each_extent(from + there, until_, [&to](Nanos begin, Nanos end, State state) {
      to->begin = begin;
      to->end = end;
      to++->state = state;
    });
  }
  from_ = from;
}
template class SomeSpans<true>;
template class SomeSpans<false>;

}  // namespace interleave
