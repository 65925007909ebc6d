// embedded_fonts.h -- Inter and JetBrains Mono as .build/fonts.py cuts them: only the characters that we show, digits
// tabular, zero slashed, no ligatures (stb_truetype applies no OpenType features, so they are baked in).
#pragma once

#include <cstddef>
#include <string_view>

namespace interleave {

/// One face. The bytes are a TrueType or OpenType file that lives as long as the program: give ImGui no ownership.
struct EmbeddedFont {
  std::string_view name;  ///< "Inter-Regular", "Inter-SemiBold", "Inter-Bold", "JetBrainsMono-Regular", "JetBrainsMono-SemiBold"
  const unsigned char* bytes;
  std::size_t size_bytes;
};

/// In the order named above. 0 of them where the fonts were missing when this was built: use ImGui's own font then.
extern const EmbeddedFont kEmbeddedFonts[];
extern const int kEmbeddedFontCount;

}  // namespace interleave
