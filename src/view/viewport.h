// viewport.h -- the stretch of time on screen.
#pragma once

namespace interleave {

/// Nanoseconds since run start. Doubles: at twenty seconds they still tell apart a hundred-thousandth of a nanosecond.
struct Viewport {
  double begin = 0;
  double end = 0;
  double length() const { return end - begin; }
};

}  // namespace interleave
