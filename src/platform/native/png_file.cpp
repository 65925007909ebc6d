#include "platform/native/png_file.h"

#include <png.h>

namespace interleave {

bool write_png(const std::string& path, const Shell::Pixels& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(pixels.width);
  image.height = static_cast<png_uint_32>(pixels.height);
  image.format = PNG_FORMAT_RGB;
  return png_image_write_to_file(&image, path.c_str(), 0, pixels.rgb.data(), 0, nullptr) != 0;
}

}  // namespace interleave
