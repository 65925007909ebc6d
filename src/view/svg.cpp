#include "view/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace interleave {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

std::string colour(Rgb c) { return fmt::format("#{:06x}", c & 0xffffffu); }

/// The numbers of UI.md, as the shader has them.
std::string pattern_of(Pattern pattern, Rgb fill, Rgb ink, float alpha, std::string_view id) {
  const std::string paint = fmt::format("stroke=\"{}\" stroke-opacity=\"{:.2f}\"", colour(ink), alpha);
  auto tile = [&](float w, float h, std::string_view turn, const std::string& inside) {
    return fmt::format("<pattern id=\"{}\" width=\"{}\" height=\"{}\" patternUnits=\"userSpaceOnUse\"{}><rect width=\"{}\" height=\"{}\" fill=\"{}\"/>{}</pattern>\n", id, w, h,
                       turn, w, h, colour(fill), inside);
  };
  switch (pattern) {
    case Pattern::hatch:
      return tile(7, 7, " patternTransform=\"rotate(45)\"", fmt::format("<line x1=\"1.3\" y1=\"0\" x2=\"1.3\" y2=\"7\" {} stroke-width=\"2.6\"/>", paint));
    case Pattern::cross:
      return tile(6, 6, " patternTransform=\"rotate(45)\"", fmt::format("<path d=\"M0 0V6M0 0H6\" {} stroke-width=\"1.4\" fill=\"none\"/>", paint));
    case Pattern::lines:
      return tile(5, 5, "", fmt::format("<line x1=\"0\" y1=\"0.75\" x2=\"5\" y2=\"0.75\" {} stroke-width=\"1.5\"/>", paint));
    case Pattern::dots:
      return tile(6, 6, "", fmt::format("<g fill=\"{0}\" fill-opacity=\"{1:.2f}\"><circle cx=\"1.5\" cy=\"1.5\" r=\"0.95\"/><circle cx=\"4.5\" cy=\"4.5\" r=\"0.95\"/></g>", colour(ink), alpha));
    case Pattern::floor_dots:
      return fmt::format("<pattern id=\"{}\" width=\"4\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"1.5\" height=\"8\" fill=\"{}\"/></pattern>\n", id, colour(fill));
    case Pattern::solid: break;
  }
  return {};
}

}  // namespace

std::string to_svg(const SvgPicture& picture) {
  using Key = std::tuple<Pattern, Rgb, Rgb, int>;
  std::map<Key, std::string> patterns;
  auto key_of = [](const SvgRect& r) { return Key{r.pattern, r.fill, r.ink, static_cast<int>(r.ink_alpha * 100)}; };
  std::string definitions;
  for (const SvgRect& r : picture.rects)
    if (r.pattern != Pattern::solid && !patterns.contains(key_of(r))) {
      std::string id = fmt::format("p{}", patterns.size());
      definitions += pattern_of(r.pattern, r.fill, r.ink, r.ink_alpha, id);
      patterns.emplace(key_of(r), std::move(id));
    }
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n"
      "<title>{2}</title>\n<defs>\n{3}</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"{4}\"/>\n",
      picture.width, picture.height, escaped(picture.title), definitions, colour(picture.ground));
  auto to = std::back_inserter(out);
  for (const SvgRect& r : picture.rects) {
    if (!(r.x1 > r.x0) || !(r.y1 > r.y0)) continue;
    const std::string fill = r.pattern == Pattern::solid ? colour(r.fill) : "url(#" + patterns[key_of(r)] + ")";
    fmt::format_to(to, "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"", r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0);
    if (r.radius > 0) fmt::format_to(to, " rx=\"{:.1f}\"", r.radius);
    fmt::format_to(to, " fill=\"{}\"/>\n", fill);
  }
  for (const SvgText& t : picture.texts) {
    if (t.text.empty()) continue;
    fmt::format_to(to, "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.0f}\" font-family=\"{}\"{} fill=\"{}\">{}</text>\n", t.x, t.y + t.px * 0.98f, t.px,
                   t.mono ? "JetBrains Mono, ui-monospace, monospace" : "Inter, system-ui, sans-serif", t.bold ? " font-weight=\"600\"" : "", colour(t.colour), escaped(t.text));
  }
  for (const SvgPath& path : picture.paths) {
    if (path.stroke > 0) fmt::format_to(to, "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>\n", path.d, colour(path.colour), path.stroke);
    else fmt::format_to(to, "<path d=\"{}\" fill=\"{}\"/>\n", path.d, colour(path.colour));
  }
  return out + "</svg>\n";
}

}  // namespace interleave
