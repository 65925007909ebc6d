#include "platform/shell/empty_house.h"

#include <imgui.h>

namespace interleave {

void draw_empty_house(const Window& window) {
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport->WorkPos);
  ImGui::SetNextWindowSize(viewport->WorkSize);
  ImGui::Begin("empty house", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PushFont(window.bold, 22.0f);
  ImGui::TextUnformatted("Interleave");
  ImGui::PopFont();
  ImGui::PushFont(window.text, 15.0f);
  ImGui::TextUnformatted("An empty house: the rooms move in next. 100 \xC2\xB5s \xE2\x86\x92 \xE2\x88\x92 1\xE2\x80\xAF" "000 ms");
  ImGui::PopFont();
  ImGui::PushFont(window.mono, 14.0f);
  ImGui::TextUnformatted("0123456789  1 111 111 ns");
  ImGui::PopFont();
  ImGui::End();
}

}  // namespace interleave
