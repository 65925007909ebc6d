// widgets.h -- controls that ImGui draws otherwise than UI.md asks. All are reachable by Tab and worked by Space or Enter.
#pragma once

#include <imgui.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "trace/executor_kind.h"
#include "trace/trace.h"
#include "ui/canvas.h"
#include "ui/icons.h"
#include "ui/style.h"

namespace interleave {

enum class ButtonLook : std::uint8_t {
  normal,
  primary,   ///< filled with text colour: the next step; one on screen
  selected,  ///< 2 px outline
  quiet,     ///< no border until hovered
  disabled,
};

struct ButtonParts {
  Icon icon = Icon::none;
  ImU32 icon_colour = 0;  ///< 0: as the text
  std::string_view text;
  ButtonLook look = ButtonLook::normal;
  float text_px = 14;
  bool left = false;      ///< text at the left, not in the middle
  Icon after = Icon::none;
  const char* tip = nullptr;
};
/// True when pressed. A disabled one never is, and says why in its tip.
bool button(const char* id, ImVec2 size, const ButtonParts& parts);
/// The width it needs for its words.
float button_width(const ButtonParts& parts);

/// Label at the left, value at the right, below them a track of 4 px with its left part filled and a round grab of
/// 16 px. `at` is 0..1. True while it changes. Arrow keys move it by `key_step`. Height: 42 px.
bool slider(const char* id, float width, std::string_view label, std::string_view value, float& at, float key_step = 0.02f,
            const char* tip = nullptr);
inline constexpr float kSliderHeight = 42;
/// For yes and no: a slider's place and height, a pill instead of the track, "on" or "off" as its value.
bool toggle(const char* id, float width, std::string_view label, bool& on, const char* tip = nullptr);

/// "Measured" filled, "Modelled" dashed, "Recorded" double. Returns true when clicked.
bool badge(const char* id, Provenance provenance, const char* tip = nullptr);
/// A second badge, dotted: the cores are kept by permits. `brief`: "Emulated". True when clicked.
bool emulated_badge(const char* id, bool brief, const char* tip = nullptr);
ImVec2 emulated_badge_size(bool brief);
/// A mark on a lane: spawn is an open triangle, steal a hook that ends there. `at`: its time, and the lane's top.
void draw_mark(ImDrawList& list, EventKind kind, ImVec2 at, ImU32 ink, ImU32 halo);
/// A cross: here somebody was refused. `inside`, a ring with a dot: here runs what refused him.
void draw_refused(ImDrawList& list, ImVec2 at, bool inside, ImU32 ink, ImU32 halo);
/// What that mark means, for a legend.
constexpr const char* refused_mark_words(bool inside) { return inside ? "was inside it" : "refused"; }
void draw_badge(ImDrawList& list, ImVec2 at, Provenance provenance, bool brief = false);  ///< brief: "Meas."
ImVec2 badge_size(Provenance provenance, bool brief = false);

/// A swatch of a state as the lanes draw it.
void draw_swatch(ImDrawList& list, Canvas& canvas, State state, ImVec2 at, ImVec2 size, float share = 1);

/// What is drawn into a list from a vertex of it on, while this lives, is there to this share, and comes up its last px.
class FadeIn {
 public:
  FadeIn(ImDrawList& list, int from_vertex, float share) : list_(list), from_(from_vertex), share_(share) {}
  ~FadeIn();
  FadeIn(const FadeIn&) = delete;
  FadeIn& operator=(const FadeIn&) = delete;

 private:
  ImDrawList& list_;
  int from_;
  float share_;
};

/// Text at a place, cut with an ellipsis at `max_width` (0: never). Returns its width.
float put_text(ImDrawList& list, Face face, float size_px, ImVec2 at, ImU32 colour, std::string_view text, float max_width = 0);
float text_width(Face face, float size_px, std::string_view text);
/// For tests, which cannot read pixels: what put_text() draws from now on, in order. Null: nobody asks.
struct TextSeen {
  std::string text;    ///< with a space that no line breaks at for a thin one, where its face has none
  ImVec2 at;
  float width, px;     ///< as drawn
  bool cut;            ///< with an ellipsis
  std::string window;
};
extern std::vector<TextSeen>* texts_seen;
/// Wrapped text; returns its height. Draws nothing if `list` is null.
float put_wrapped(ImDrawList* list, Face face, float size_px, ImVec2 at, ImU32 colour, std::string_view text, float width,
                  int max_lines = 0);
/// The first of these that fits whole, or nothing. Returns its width.
float put_longest(ImDrawList& list, Face face, float size_px, ImVec2 at, ImU32 colour, std::initializer_list<std::string_view> ways,
                  float width);
void dashed_rect(ImDrawList& list, ImVec2 from, ImVec2 to, ImU32 colour, float dash, float gap);
/// 2 px in text colour, 2 px off: where the keyboard is.
void focus_ring(ImVec2 from, ImVec2 to, float radius = 6);

/// While the popup of this name is open, `body` fills it, in words of `px`. Dear ImGui wants the font back before the popup ends.
template <class Body>
void popup(const char* name, float px, Body&& body) {
  if (!ImGui::BeginPopup(name)) return;
  {
    WithFont with(Face::regular, px);
    body();
  }
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace interleave
