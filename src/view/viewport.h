// viewport.h -- the stretch of time on screen, and how it moves.
//
// Two doubles. At 20 s a double tells 4 millionths of a nanosecond apart, so a window of 1 us there is drawn to within
// 1/100,000 px (tests/view/viewport_test.cpp). Rejected: int64 and a fraction; it buys nothing below 100 days.
#pragma once

#include "trace/event.h"

namespace interleave {

/// Nanoseconds since the start of the run. Empty (end <= begin): nothing was fitted yet.
struct Viewport {
  double begin = 0, end = 0;

  double length() const { return end - begin; }
  bool holds(double t) const { return t >= begin && t <= end; }
  /// Pixels from the left edge of an area so wide, and back. Not clamped. An empty window is a nanosecond long.
  double x_of(double t, double width_px) const { return (t - begin) * (width_px / (end > begin ? end - begin : 1)); }
  double t_of(double x, double width_px) const { return width_px > 0 ? begin + x * ((end - begin) / width_px) : begin; }
  friend bool operator==(const Viewport&, const Viewport&) = default;
};

inline constexpr double kShortestWindow = 1000;  ///< nothing is measured finer than a microsecond
inline constexpr double kRoomAtEnd = 1.05;       ///< a window ends there at the latest, in lengths of the run
inline constexpr double kRoomAtStart = 0.02;     ///< how much of the window may lie before t = 0

/// Makes the window `factor` times as long (below 1: closer); what is at time t stays at its pixel.
void zoom_at(Viewport& window, double t, double factor);
/// Moves it by a part of its length: 0.1 is a tenth later.
void pan(Viewport& window, double part);
/// Two fingers on it, before and after they moved; `across` and `down` in px. What lay between them stays there.
struct Fingers {
  double across[2] = {0, 0}, down[2] = {0, 0};
};
/// `left` and `width`: where the window lies, in px. Returns by how many px it was moved down.
double pinch(Viewport& window, const Fingers& before, const Fingers& after, double left, double width);
/// All from 0 to `end`, with room behind it for a flag.
Viewport fit(double end, double room = kRoomAtEnd);
/// Of a live run: the window keeps its length and its end stays just ahead of `now`; a window that shows the run from
/// 0 grows with it instead, by a fifth at a time, so that lanes do not shrink at each frame.
void follow(Viewport& window, double now);
/// Moves it, if need be, so that it holds t, which then is a quarter from the left.
void reveal(Viewport& window, double t);
/// On the way from one to another. Both edges have gone the same part of their ways, so that what lies at one pixel in both lies there
/// all the way; a zoom by a factor of a thousand is as even as one by two.
struct Glide {
  Viewport from, to;
  double elapsed_s = -1;  ///< below 0: it has not begun
};
Viewport between(const Viewport& from, const Viewport& to, double share);
/// Ease-out: quick at first, then slower. 0..1 to 0..1.
constexpr double eased(double part) { return 1 - (1 - part) * (1 - part) * (1 - part); }
inline constexpr double kMotion_s = 0.12;  ///< so long a zoom takes, and a card to be all there

/// The axis before a run says nothing of how long that will be: by equal factors from a millisecond to a hundred seconds. 0..1 along it,
/// and back to a time of two digits.
inline constexpr Nanos kLeastGuess = 1'000'000, kMostGuess = 100'000'000'000;
inline constexpr double kGuessStep = 0.01;  ///< 1.12 times as long
double guess_share(Nanos t);
Nanos guess_at(double share);

/// Keeps it on what there is: no shorter than kShortestWindow, from a little before 0 to `room` times `end`, and never
/// all behind the end. Not finite: fits.
void clamp(Viewport& window, double end, double room = kRoomAtEnd);

}  // namespace interleave
