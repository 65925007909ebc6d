// colour_science.h -- contrast, colour vision and colour distance, to check the palette with. Only for tests.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "view/colours.h"

namespace interleave {

using Vec3 = std::array<double, 3>;

inline Vec3 linear(Rgb c) {
  auto one = [](std::uint8_t v) {
    double s = v / 255.0;
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
  };
  return {one(red(c)), one(green(c)), one(blue(c))};
}

/// WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
inline double contrast(Rgb a, Rgb b) {
  auto luminance = [](Rgb c) {
    Vec3 l = linear(c);
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2];
  };
  double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

enum class Vision { normal, protan, deutan, tritan };

/// Machado, Oliveira, Fernandes 2009, severity 1.0; doi:10.1109/TVCG.2009.113. Of linear RGB.
inline Vec3 seen(Vec3 c, Vision vision) {
  static constexpr double kProtan[9] = {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998};
  static constexpr double kDeutan[9] = {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881};
  static constexpr double kTritan[9] = {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900};
  if (vision == Vision::normal) return c;
  const double* m = vision == Vision::protan ? kProtan : vision == Vision::deutan ? kDeutan : kTritan;
  Vec3 out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = std::clamp(m[3 * i] * c[0] + m[3 * i + 1] * c[1] + m[3 * i + 2] * c[2], 0.0, 1.0);
  return out;
}

/// CIELAB under D65.
inline Vec3 lab(Vec3 l) {
  double x = (0.4124564 * l[0] + 0.3575761 * l[1] + 0.1804375 * l[2]) / 0.95047;
  double y = 0.2126729 * l[0] + 0.7151522 * l[1] + 0.0721750 * l[2];
  double z = (0.0193339 * l[0] + 0.1191920 * l[1] + 0.9503041 * l[2]) / 1.08883;
  auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

/// CIEDE2000 after Sharma, Wu, Dalal 2005; doi:10.1002/col.20070. Their table is a test.
inline double ciede2000(Vec3 p, Vec3 q) {
  constexpr double kDegree = std::numbers::pi / 180;
  double c_mean = (std::hypot(p[1], p[2]) + std::hypot(q[1], q[2])) / 2;
  auto seventh = [](double c) { return std::sqrt(std::pow(c, 7) / (std::pow(c, 7) + std::pow(25.0, 7))); };
  double g = 0.5 * (1 - seventh(c_mean));
  double a1 = (1 + g) * p[1], a2 = (1 + g) * q[1], c1 = std::hypot(a1, p[2]), c2 = std::hypot(a2, q[2]);
  auto hue = [](double a, double b) {
    if (a == 0 && b == 0) return 0.0;
    double h = std::atan2(b, a) / kDegree;
    return h < 0 ? h + 360 : h;
  };
  double h1 = hue(a1, p[2]), h2 = hue(a2, q[2]);
  double dl = q[0] - p[0], dc = c2 - c1, dh = 0;
  if (c1 * c2 != 0) {
    dh = h2 - h1;
    if (dh > 180) dh -= 360;
    else if (dh < -180) dh += 360;
  }
  double dH = 2 * std::sqrt(c1 * c2) * std::sin(dh / 2 * kDegree);
  double l = (p[0] + q[0]) / 2, c = (c1 + c2) / 2, h = h1 + h2;
  if (c1 * c2 != 0) {
    if (std::abs(h1 - h2) <= 180) h /= 2;
    else h = h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  }
  double t = 1 - 0.17 * std::cos((h - 30) * kDegree) + 0.24 * std::cos(2 * h * kDegree) + 0.32 * std::cos((3 * h + 6) * kDegree) -
             0.20 * std::cos((4 * h - 63) * kDegree);
  double sl = 1 + 0.015 * (l - 50) * (l - 50) / std::sqrt(20 + (l - 50) * (l - 50)), sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
  double rt = -std::sin(60 * std::exp(-((h - 275) / 25) * ((h - 275) / 25)) * kDegree) * 2 * seventh(c);
  return std::sqrt(dl / sl * (dl / sl) + dc / sc * (dc / sc) + dH / sh * (dH / sh) + rt * (dc / sc) * (dH / sh));
}

inline double distance(Rgb a, Rgb b, Vision vision) { return ciede2000(lab(seen(linear(a), vision)), lab(seen(linear(b), vision))); }

}  // namespace interleave
