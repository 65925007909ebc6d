#include "view/timeline.h"

#include <algorithm>
#include <cmath>

namespace interleave {
namespace {

/// First index from `from` on whose span begins at `t` or later. Gallops: folds are short compared with the trace.
std::size_t first_from(std::span<const Span> spans, std::size_t from, double t) {
  std::size_t step = 1, low = from;
  while (low + step < spans.size() && static_cast<double>(spans[low + step].begin) < t) {
    low += step;
    step *= 2;
  }
  const std::size_t high = std::min(low + step, spans.size());
  auto begins_before = [](const Span& span, double time) { return static_cast<double>(span.begin) < time; };
  return static_cast<std::size_t>(std::lower_bound(spans.begin() + static_cast<std::ptrdiff_t>(low),
                                                   spans.begin() + static_cast<std::ptrdiff_t>(high), t, begins_before) - spans.begin());
}

void mix_states(std::span<const Span> spans, Bar& bar) {
  const auto whole = static_cast<double>(spans.back().end - spans.front().begin);
  if (whole <= 0) return;
  const std::size_t samples = std::min(spans.size(), kMixSamples);
  const double weight = static_cast<double>(spans.size()) / static_cast<double>(samples);
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const Span& span = spans[i * spans.size() / samples];
    const double share = static_cast<double>(span.end - span.begin) * weight / whole;
    bar.mix[static_cast<std::size_t>(span.state)] += static_cast<float>(share);
    sum += share;
  }
  if (sum > 1)
    for (float& share : bar.mix) share /= static_cast<float>(sum);
}

}  // namespace

void visible_bars(std::span<const Span> spans, const Viewport& window, float width_px, std::vector<Bar>& out) {
  if (spans.empty() || window.end <= window.begin || width_px <= 0) return;
  const double scale = static_cast<double>(width_px) / window.length();
  auto x_of = [&](Nanos t) { return static_cast<float>((static_cast<double>(t) - window.begin) * scale); };
  const double fold = kFoldPx / scale;
  auto ends_before = [](const Span& span, double t) { return static_cast<double>(span.end) <= t; };
  auto i = static_cast<std::size_t>(std::lower_bound(spans.begin(), spans.end(), window.begin, ends_before) - spans.begin());
  while (i < spans.size() && static_cast<double>(spans[i].begin) < window.end) {
    const Span& span = spans[i];
    Bar bar{x_of(span.begin), x_of(span.end), span.state, static_cast<std::uint32_t>(i), 1, {}};
    if (static_cast<double>(span.end - span.begin) < fold) {
      std::size_t next = first_from(spans, i + 1, static_cast<double>(span.begin) + fold);
      // The last one that begins in the column may be wide enough for a bar of its own.
      if (next > i + 1 && static_cast<double>(spans[next - 1].end - spans[next - 1].begin) >= fold) --next;
      bar.count = static_cast<std::uint32_t>(next - i);
      if (bar.count > 1) {
        bar.x1 = x_of(spans[next - 1].end);
        mix_states(spans.subspan(i, bar.count), bar);
      }
    }
    out.push_back(bar);
    i += bar.count;
  }
}

std::ptrdiff_t span_at(std::span<const Span> spans, double t) {
  auto begins_after = [](double time, const Span& span) { return time < static_cast<double>(span.begin); };
  auto after = std::upper_bound(spans.begin(), spans.end(), t, begins_after);
  if (after == spans.begin() || static_cast<double>((after - 1)->end) <= t) return -1;
  return after - 1 - spans.begin();
}

Ticks ticks(const Viewport& window, float width_px, float least_px) {
  Ticks out;
  if (window.end <= window.begin || width_px <= 0) return out;
  const double least = std::max(1.0, window.length() * static_cast<double>(least_px) / static_cast<double>(width_px));
  const double power = std::pow(10.0, std::floor(std::log10(least) + 1e-9));
  out.step = power;
  for (double factor : {2.0, 5.0, 10.0})
    if (out.step < least * (1 - 1e-9)) out.step = power * factor;
  for (double n = std::ceil(window.begin / out.step); n * out.step <= window.end && out.at.size() < 1000; ++n) out.at.push_back(n * out.step);
  return out;
}

TaskCounts counts_at(const Trace& trace, double t) {
  const std::vector<TaskCounts>& counts = trace.counts();
  auto after = std::upper_bound(counts.begin(), counts.end(), t, [](double time, const TaskCounts& c) { return time < static_cast<double>(c.at); });
  return after == counts.begin() ? TaskCounts{} : *(after - 1);
}

void stack_columns(const Trace& trace, const Viewport& window, float width_px, float step_px, std::vector<StackColumn>& out) {
  if (trace.counts().empty() || window.end <= window.begin || step_px <= 0) return;
  const double per_px = window.length() / static_cast<double>(width_px);
  const auto first = static_cast<double>(trace.counts().front().at);
  const auto last = static_cast<double>(trace.end());
  auto same = [](TaskCounts a, const TaskCounts& b) {
    return a.running == b.running && a.ready == b.ready && a.waiting_io == b.waiting_io && a.waiting_lock == b.waiting_lock &&
           a.waiting_gil == b.waiting_gil && a.not_started == b.not_started && a.done == b.done;
  };
  const std::size_t before = out.size();
  for (float x = 0; x < width_px; x += step_px) {
    const double t = window.begin + (static_cast<double>(x) + static_cast<double>(step_px) / 2) * per_px;
    if (t < first) continue;
    if (t > last) break;
    const TaskCounts counts = counts_at(trace, t);
    if (out.size() > before && same(out.back().counts, counts)) out.back().x1 = x + step_px;
    else out.push_back({x, x + step_px, counts});
  }
}

}  // namespace interleave
