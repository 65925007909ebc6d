#include "view/viewport.h"

#include <algorithm>
#include <cmath>

namespace interleave {
namespace {

constexpr double kShortestRun = 1000;  // an empty run still has an axis

}  // namespace

void zoom_at(Viewport& window, double t, double factor) {
  // Not below the shortest: otherwise the clamp that follows would have to guess where the anchor was.
  if (window.length() > 0) factor = std::max(factor, kShortestWindow / window.length());
  window.begin = t + (window.begin - t) * factor;
  window.end = t + (window.end - t) * factor;
}

double pinch(Viewport& window, const Fingers& before, const Fingers& after, double left, double width) {
  auto apart = [](const Fingers& f) { return std::max(1.0, std::hypot(f.across[1] - f.across[0], f.down[1] - f.down[0])); };
  auto middle = [](const double (&at)[2]) { return (at[0] + at[1]) / 2; };
  zoom_at(window, window.begin + window.length() * (middle(before.across) - left) / width, apart(before) / apart(after));
  pan(window, (middle(before.across) - middle(after.across)) / width);
  return middle(after.down) - middle(before.down);
}

void pan(Viewport& window, double part) {
  double by = window.length() * part;
  window.begin += by;
  window.end += by;
}

Viewport fit(double end, double room) { return {0, std::max(end, kShortestRun) * room}; }

void follow(Viewport& window, double now) {
  constexpr double kAhead = 0.06;
  double length = std::max(window.length(), kShortestWindow);
  if (now <= window.end - length * kAhead / 2 && window.end > window.begin) return;
  if (window.begin <= 0) {
    window = {0, std::max(now, kShortestRun) * 1.2};
    return;
  }
  window.end = now + length * kAhead;
  window.begin = window.end - length;
}

void reveal(Viewport& window, double t) {
  if (window.holds(t)) return;
  double length = window.length();
  window.begin = std::max(0.0, t - length * 0.25);
  window.end = window.begin + length;
}

Viewport between(const Viewport& from, const Viewport& to, double share) {
  const double a = from.length(), b = to.length();
  // By equal factors in equal times; of a pan the lengths say nothing.
  if (a > 0 && b > 0 && std::abs(b / a - 1) > 1e-9) share = (a * std::pow(b / a, share) - a) / (b - a);
  return {std::lerp(from.begin, to.begin, share), std::lerp(from.end, to.end, share)};
}

double guess_share(Nanos t) {
  return std::clamp(std::log(static_cast<double>(std::max(t, kLeastGuess)) / kLeastGuess) / std::log(static_cast<double>(kMostGuess) / kLeastGuess), 0.0, 1.0);
}

Nanos guess_at(double share) {
  const double t = kLeastGuess * std::pow(static_cast<double>(kMostGuess) / kLeastGuess, std::clamp(share, 0.0, 1.0));
  const double unit = std::pow(10.0, std::floor(std::log10(t) + 1e-9) - 1);
  return static_cast<Nanos>(std::llround(std::round(t / unit) * unit));
}

void clamp(Viewport& window, double end, double room) {
  end = std::max(end, kShortestRun);
  if (!std::isfinite(window.begin) || !std::isfinite(window.end)) window = fit(end, room);
  double longest = end * room / (1 - kRoomAtStart);
  double length = std::clamp(window.length(), kShortestWindow, std::max(longest, kShortestWindow));
  double first = -kRoomAtStart * length;
  double last = std::min(end * room - length, end - 0.1 * length);  // a tenth of the window shows the run
  window.begin = std::clamp(window.begin, first, std::max(first, last));
  window.end = window.begin + length;
}

}  // namespace interleave
