#include "platform/shell/window.h"

#include <SDL.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_impl_sdl2.h>

#include "gl_api.h"
#include "platform/shell/embedded_fonts.h"

namespace interleave {

namespace {

ImFont* add_font(int index) {
  ImGuiIO& io = ImGui::GetIO();
  if (index >= kEmbeddedFontCount) return io.Fonts->Fonts.empty() ? io.Fonts->AddFontDefault() : io.Fonts->Fonts[0];
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  const EmbeddedFont& font = kEmbeddedFonts[index];
  return io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(font.bytes), static_cast<int>(font.size_bytes), 14.0f, &config);
}

}  // namespace

bool open_window(Window& window, const char* title, int width_px, int height_px, std::string& error) {
  if (SDL_Init(SDL_INIT_VIDEO) != 0) {
    error = std::string("No window: ") + SDL_GetError() + ".";
    return false;
  }
  // Where there is no display SDL falls back to drivers that draw where nobody looks, without a display's pace: seen, two
  // forgotten programs that took a core and 2 GB. Whoever wants one says so in SDL_VIDEODRIVER.
  const char* driver = SDL_GetCurrentVideoDriver();
  const bool unseen = driver && (SDL_strcmp(driver, "offscreen") == 0 || SDL_strcmp(driver, "dummy") == 0 || SDL_strcmp(driver, "evdev") == 0);
  if (unseen && !SDL_getenv("SDL_VIDEODRIVER")) {
    error = "No window: there is no display.";
    SDL_Quit();
    return false;
  }
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, kGlEs ? SDL_GL_CONTEXT_PROFILE_ES : SDL_GL_CONTEXT_PROFILE_CORE);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, kGlMajor);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, kGlMinor);
  window.sdl = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width_px, height_px,
                                SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  window.gl = window.sdl ? SDL_GL_CreateContext(window.sdl) : nullptr;
  if (!window.gl) {
    error = std::string("No OpenGL ") + std::to_string(kGlMajor) + "." + std::to_string(kGlMinor) + ": " + SDL_GetError() + ".";
    close_window(window);
    return false;
  }
  SDL_GL_SetSwapInterval(1);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;  // what a person chose is in the scenario, nowhere else
  ImGui_ImplSDL2_InitForOpenGL(window.sdl, window.gl);
  ImGui_ImplOpenGL3_Init(kGlslVersion);
  window.text = add_font(0);
  window.bold = add_font(1);
  window.heavy = add_font(2);
  window.mono = add_font(3);
  window.mono_bold = add_font(4);
  return true;
}

bool begin_frame(Window&) {
  bool open = true;
  SDL_Event event;
  while (SDL_PollEvent(&event)) {
    ImGui_ImplSDL2_ProcessEvent(&event);
    if (event.type == SDL_QUIT) open = false;
  }
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplSDL2_NewFrame();
  ImGui::NewFrame();
  return open;
}

void end_frame(Window& window) {
  ImGui::Render();
  int width = 0, height = 0;
  SDL_GL_GetDrawableSize(window.sdl, &width, &height);
  glViewport(0, 0, width, height);
  glClearColor(0.07f, 0.08f, 0.10f, 1.0f);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  SDL_GL_SwapWindow(window.sdl);
}

void close_window(Window& window) {
  if (ImGui::GetCurrentContext()) {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplSDL2_Shutdown();
    ImGui::DestroyContext();
  }
  if (window.gl) SDL_GL_DeleteContext(window.gl);
  if (window.sdl) SDL_DestroyWindow(window.sdl);
  window = Window{};
  SDL_Quit();
}

}  // namespace interleave
