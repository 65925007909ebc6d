// windowless.h -- Dear ImGui with no window behind it and nobody who draws: for tests of the user interface and its bench.
#pragma once

#include <imgui.h>

#include "ui/style.h"

namespace interleave::test {

/// While it lives; one at a time.
class Windowless {
 public:
  Windowless(float width, float height) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    io.DisplaySize = {width, height};
    load_fonts({});
  }
  ~Windowless() {
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) texture->SetStatus(ImTextureStatus_Destroyed);
    ImGui::DestroyContext();
  }
  Windowless(const Windowless&) = delete;
  Windowless& operator=(const Windowless&) = delete;
  /// After ImGui::Render(): what it wants of textures is as good as done.
  static void take_textures() {
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures)
      if (texture->Status != ImTextureStatus_OK) texture->SetStatus(ImTextureStatus_OK);
  }
};

}  // namespace interleave::test
