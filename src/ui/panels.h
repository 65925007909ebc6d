// panels.h -- the panels: each reads App, draws into its rectangle of app.layout, and asks App for changes.
#pragma once

#include <imgui.h>

#include "ui/app.h"
#include "ui/code_text.h"

namespace interleave {

void draw_top(App& app);
void draw_workload(App& app);
void draw_timeline(App& app);
/// `moment`: the playhead's time, as its chip on the axis says it.
void draw_transport(App& app, Rect area, std::string_view moment);
/// One run is shown, and there are others to be shown with it.
bool can_show_all(const App& app);
/// px that Why takes with its sentence whole, in so many; 0: nothing is pinned.
float why_height(const App& app, float width);
/// Its button has a place in a transport of this size.
bool all_runs_in_transport(const App& app, const Rect& area);
void draw_table(App& app);
/// The table's rows as they are sorted.
std::vector<ResultRow> table_rows(const App& app);
void draw_code(App& app);
/// Dear ImGui's own text field in this place, with our colours, line numbers and the mark of a mistake drawn over it.
void draw_code_editor(App& app, const Rect& area);
/// A line's number, right-aligned; of a line with a mistake in a filled box, so that it is found without any colour.
void put_line_number(ImDrawList& list, ImVec2 right_top, int number, bool wrong);
ImU32 ink_of(const Palette& palette, Ink ink);
/// What the scene of what is on screen would like on a phone, px; 0: no more than any.
float scene_height(const App& app);
/// Whose run scene and code show: the lit executor's, or of several runs the one that has what the lesson is about.
std::optional<ExecutorKind> shown_in_scene(const App& app);
void draw_scene(App& app);
/// What a task's chip says in so much room: what it calls itself in what it prints ("A"), else its number.
std::string chip_words(const Run* run, std::uint32_t number, float room);
/// `floats`: over the lanes, where the layout has no place for it.
void draw_why(App& app, const Rect& r, bool floats);
void draw_states(App& app);
void draw_question(App& app);  ///< phone: question, executor, Run, the figure
void draw_tabs(App& app);      ///< phone: the four tabs

/// What the top bar says of all runs on screen: their provenance, if it is one, and that cores are emulated.
struct Badges {
  std::optional<Provenance> provenance;
  std::string emulated;   ///< App::emulated_words()
  bool brief = false;     ///< "Emulated"
  bool stacked = false;   ///< one below the other: 41 px high
  float width = 0;        ///< 0: there are none
};
/// As they fit into so much width, or stacked.
Badges badges_in(const App& app, float room);
/// In the bar at the top; where that is missing or has no room, in the transport; at last beside the legend.
void draw_badges(App& app, const Badges& badges, ImVec2 left_middle);

void take_keys(App& app);
/// Whether something lies on top of the picture, which Esc closes before anything else.
bool something_on_top(const App& app);
void draw_files(App& app);     ///< a file is chosen, where the system has no dialog for it
void draw_find(App& app);      ///< '/': a task is looked for
void draw_keys(App& app);      ///< '?': what the keys do
void draw_latencies(App& app);  ///< how long tasks took, as a distribution for each executor
/// What a span is and why, in one sentence, to be copied.
std::string span_sentence(const App& app, const SpanPick& pick);

/// What the workload panel needs in a column so wide.
float workload_height(const App& app, float width, Form form);
/// What the phone's question panel needs in a column so wide.
float question_height(const App& app, float width);
/// "Run all six".
std::string run_all_words(const App& app);
/// Run means all of them: there are several, the question compares them or the lesson speaks of none, and nobody chose one.
bool runs_all(const App& app);
/// What the one filled button says before a run: "Run all six", "Run threads", "Run".
std::string next_run_words(const App& app);
/// The next step, of which there is one on screen: before a run and after a change it is to run.
bool next_is_to_run(const App& app);

/// Of what floats: whether the mouse was pressed outside it, which closes it. Not in the frame in which it appears.
bool pressed_elsewhere(const Rect& panel);

/// A panel's window for a scope: fixed place, 1 px line, radius 8; none of both where it fills the canvas' width.
class Panel {
 public:
  enum class Kind : std::uint8_t { framed, plain, floating };
  Panel(const App& app, const char* name, const Rect& rect, Kind kind = Kind::framed, bool scrolls = false);
  ~Panel();
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;
  ImDrawList& list() const { return *ImGui::GetWindowDrawList(); }
};

}  // namespace interleave
