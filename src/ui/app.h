// app.h -- App, the one owner of state, and everything that a person, a page or a command line can ask of it.
//
// Panels are `void draw_x(App&)` and keep nothing. What happens between frames is in poll(): it feeds live runs, starts
// the next executor of "Run all", moves the playhead. draw() only reads and draws; both take the time as an argument,
// so that tests turn the clock.
// Rejected: panels with state of their own (two places for one fact), an event bus (nobody could say who moved the view).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/pieces.h"
#include "trace/trace.h"
#include "trace/trace_file.h"
#include "ui/engine.h"
#include "ui/layout.h"
#include "ui/style.h"
#include "ui/workload.h"
#include "view/code_lines.h"
#include "view/costs.h"
#include "view/dataflow.h"
#include "view/range.h"
#include "view/results.h"
#include "view/sentence.h"
#include "view/timeline.h"
#include "view/viewport.h"
#include "workloads/check.h"
#include "workloads/scenario.h"

namespace interleave {

class Canvas;

/// One finished run. The scenario is what it ran with.
struct Run {
  ExecutorKind executor = ExecutorKind::serial;
  std::shared_ptr<const Trace> trace;
  Summary summary;         ///< the trace's, made once
  TaskCounts most;         ///< the most tasks at once in each state
  std::uint32_t most_at_once = 0;  ///< of those that were made and are not done: what the task stack's height stands for
  std::uint32_t most_begun = 0;    ///< of those that had begun and were not done
  double busiest = -1;     ///< the middle of the longest stretch in which at least half of these are there; below 0: none
  Nanos waited = 0;        ///< for I/O, added up over tasks
  std::vector<TimeTable> lane_tables, core_tables;  ///< of lanes that are long enough to need one
  CountsTable counts;      ///< of where its tasks were
  SwitchTable switches;
  ForcedDrops drops;
  Dataflow flow;           ///< empty: nothing goes from stage to stage
  CodeLines lines;         ///< of the code between operations
  std::vector<Lane> stages;  ///< its generators' lanes: who had control when; empty: none, or too many
  Heart heart;             ///< of lessons that ask about one
  Costs costs;             ///< where its workers' time went
  std::vector<std::uint32_t> printed;  ///< which of its texts are output and errors, in order of time
  std::vector<std::uint32_t> last_printed;  ///< of each task by its id the last of these texts, + 1; 0: none. Empty: of very many tasks
  std::map<TaskId, std::string> called;  ///< what its tasks call themselves in what they print ("A: at line 1"); empty: of very many
  std::vector<Nanos> latencies;  ///< of its tasks, in order; empty until somebody looks at them
  Scenario scenario;
  Nanos expected = 0;      ///< what the lesson's formula says; 0: it says nothing
  std::vector<Finding> findings;  ///< all that the lesson says of such a run, beside what was measured
  std::string cause;       ///< why it is off the formula, as far as the trace shows it
  std::string cause_in_brief;  ///< the same in a few words
  std::string sentence;    ///< one sentence for people, screen readers and the status line
  std::string ended_badly; ///< why it stopped early, where it did
  std::string opened;      ///< the file that it came from; empty: it ran here
  std::string measured_under;  ///< "CPython 3.11.7", where it was not run by us
  bool foreign = false;    ///< of another program: no lesson's
  std::uint32_t serial = 0;   ///< which one, of all of this App
  std::uint64_t order = 0;    ///< of the tasks on the cores: runs that are equal in this took turns alike
};

/// A run under way.
struct LiveRun {
  ExecutorKind executor = ExecutorKind::serial;
  std::unique_ptr<TraceBuilder> builder;
  const Trace* so_far = nullptr;  ///< the builder's, as of the last poll
  Scenario scenario;
  Nanos expected = 0;             ///< by the formula, with the settings it was started with
  std::vector<Expectation> expectations;  ///< the same
  ForcedDrops drops;
  std::vector<TimeTable> lane_tables;  ///< of long lanes, up to what may still change (measured: a million spans in 0.9 ms a frame, not 2.7)
  Told told;                      ///< what these two are made of
  Dataflow flow;                  ///< so far, of a moment ago
  CodeLines lines;                ///< the same
  double flow_made_s = 0;         ///< when that was
  double polled_s = 0;            ///< the engine, last
  Nanos now = 0;                  ///< as far as it is shown
  Nanos reached = 0;              ///< as far as it is
  std::shared_ptr<const Trace> held;  ///< the display is paused: `so_far` is this, and `now` when that was
  bool cancelling = false;
  /// It is over: its trace is put in order and all that is made of it, a slice in each poll(). Meanwhile it stands there as it was.
  struct Ending {
    EngineStatus status;
    std::shared_ptr<const Trace> trace;
    Run run;
    Pieces work;                  ///< the last, so that it goes first
  };
  std::unique_ptr<Ending> ending;
};

/// A trace from a file on its way in, a slice in each poll().
struct Opening {
  std::string name, bytes;
  std::string measured_under, left_out;  ///< OpenedTrace's, where whoever made `bytes` from another file knows better
  bool just_measured = false;  ///< App::open()
  OpenedTrace opened;
  Run run;
  Pieces work;                  ///< from `bytes` to `run`; the last, so that it goes first
  double drawn_s = 0;           ///< when its progress was last to be seen
};

/// A span that somebody points at or has pinned.
struct SpanPick {
  enum class Of : std::uint8_t { worker, core, task, stage };
  ExecutorKind executor = ExecutorKind::serial;
  Of of = Of::worker;
  std::uint32_t lane = 0;       ///< index in lanes(), cores() or Run::stages, or a TaskId
  std::uint32_t span = 0;
  std::uint32_t count = 1;      ///< more than one: a fold
  std::uint32_t run = 0;        ///< a Run's serial; 0: the executor's latest
  std::array<float, kStates> mix{};  ///< of a fold: its bar's, as it was drawn
  friend bool operator==(const SpanPick&, const SpanPick&) = default;
};

/// A field to search in and the list below it (ui/pick_list.h).
struct PickField {
  bool open = false;
  bool fresh = false;           ///< just opened: takes the keyboard, shows what is chosen
  int row = 0;                  ///< the one that Enter takes
  std::array<char, 64> text{};
  void show() { *this = {}; open = fresh = true; }
};

enum class LanesBy : std::uint8_t { worker, core, task };

/// The script as somebody edits it. What of it compiled last is in force: `scenario.source`, and all that comes of that.
struct Draft {
  std::string text;             ///< on screen
  std::string own;              ///< the lesson's or the file's, as it came
  ScriptError error;            ///< of `text`, while it does not compile
  std::uint32_t revision = 1;   ///< moves when `text` is replaced by other hands than the editor's
  std::map<std::string, std::string, std::less<>> kept;  ///< by script: changes that were taken off the screen
  std::vector<ParameterSetting> aside;  ///< settings of parameters that the text does not have just now
  bool changed() const { return text != own; }
};

/// What is looked at and how; no part of it changes a run.
struct View {
  Theme theme = Theme::dark;
  std::optional<ForcedColours> forced;  ///< in the theme's place
  Tab tab = Tab::lanes;
  bool drawer_open = false;
  bool present = false;         ///< on a wall: larger, only sentence, lanes, code and scene; kPresentScale is the shell's to apply
  bool embed = false;           ///< inside somebody else's page
  bool reduced_motion = false;
  bool debug = false;           ///< frame times in a corner
  bool compare = true;          ///< executors one under another; else `shown` alone
  ExecutorKind shown = ExecutorKind::threads;
  bool overlay = false;         ///< with `compare`: runs of `shown` one under another, and traces that were opened
  std::uint32_t looked_at = 0;  ///< there: the run that was pointed at last; scene, code and the list of tasks are its
  bool overlay_after = false;   ///< a run under way goes back to that when it ends
  LanesBy lanes_by = LanesBy::worker;  ///< of a single run
  bool unfolded = false;        ///< all lanes, scrolled, however many
  float scroll_px = 0;          ///< lanes up and down
  Viewport window;              ///< the stretch of time on screen
  bool moves = false;           ///< zooms, fits and cards take kMotion_s; without, as in scripts and tests, they are there at once
  std::optional<Glide> glide;   ///< the window is on its way
  bool follow = true;           ///< a live run is followed at its end
  double playhead = -1;         ///< nanoseconds; below 0: none
  bool playhead_placed = false; ///< by a person, so that Play starts from there
  bool scrubbing = false;       ///< in this frame it follows the pointer
  int playing = 0;              ///< 1 forwards, -1 backwards
  int speed = 2;                ///< index into kSpeeds
  int speed_by_itself = 2;      ///< what a run's length made of it: another one was chosen, and stays
  std::optional<ExecutorKind> telling;  ///< of several runs the one in which the answer is seen, while nobody chose one
  std::optional<SpanPick> hovered, pinned;  ///< the latter is App::pin()'s
  std::optional<std::pair<Fingers, Fingers>> pinched;  ///< since the last frame two fingers went from here to there, px
  double hovered_since_s = 0;
  double pinned_since_s = 0;    ///< when something was pinned while nothing was
  bool show_pinned_line = false;  ///< the code panel is to bring its line into sight, once
  std::string sorted_by;        ///< title of the table's column by which its rows are; empty: as the lesson has them
  bool sorted_down = false;     ///< the largest first
  std::optional<ExecutorKind> guess;  ///< who a person expects to be done first, said before the run
  Nanos guess_time = 0;         ///< when a person expects that to be; 0: they said nothing
  PickField lessons;            ///< the list of lessons
  PickField tasks;              ///< '/', a task that is looked for
  PickField files;              ///< a file that is chosen, of App::folder
  bool keys_shown = false;      ///< '?', the list of keys
  bool latencies_shown = false; ///< how long tasks took, executor by executor
  bool editing = false;         ///< the code panel is an editor
  bool page_editor = false;     ///< ... that the page lays over it, as an element of its own
  bool edit_fresh = false;      ///< just opened: the native editor takes the keyboard
  std::uint32_t edited_revision = 0;  ///< Draft::revision that the native editor shows
  bool letter_keys = true;      ///< letters, digits and signs without Ctrl are commands
  std::optional<Viewport> range;   ///< dragged with Shift along the lanes
  std::optional<double> range_from;  ///< while it is dragged: where that began
  bool selecting = false;       ///< the next drag along the lanes selects a range, by mouse or finger
  bool loop = false;            ///< Play goes round in the range
  int show_line = 0;            ///< a source line that the code panel is to bring into sight, once
  int lit_line = 0;             ///< code line under the mouse: its spans stay, the others fade
};
inline constexpr float kPresentScale = 1.5f;
inline constexpr double kHoverDelay_s = 0.15;  ///< so long the pointer rests on a span before its card comes
inline constexpr Nanos kMillisecond = 1'000'000;
inline constexpr std::array<int, 7> kSpeeds = {1, 4, 20, 100, 1000, 10000, 100000};  ///< 1/n of real time

/// A control's worth of what the page mirrors in its DOM.
struct ParameterState {
  std::string name, label, text;  ///< "over_http", "over http"; "200 ms"
  double value = 0, min = 0, max = 0;
  bool log = false, integer = false, yes_or_no = false;
};
struct ExecutorState {
  ExecutorKind kind = ExecutorKind::serial;
  bool selected = false;        ///< the one that Run would run
  bool running = false, waiting = false;
  std::string refused;          ///< empty: it can run here
};
/// A row of the table (view/results.h), and what else its line shows.
struct ResultRow : ResultCells {
  Provenance provenance = Provenance::measured;
  Nanos makespan = 0;           ///< 0: has not run
  bool badge = false;           ///< it says how it came about: others in the table did so otherwise
  bool refused = false;         ///< `check` says why
  std::string off_in_brief = {};  ///< where it is off its model: by how much, and why, in a few words
};
struct DraftState {
  std::string file;
  bool changed = false, can_undo = false, can_redo = false;
  bool editing = false;
  std::uint32_t revision = 0;
  ScriptError error;            ///< of what is on screen
};
/// A task in the mirror's list: what it is called, and where it is at the playhead's time.
struct TaskState {
  std::uint32_t number = 0;
  std::string words;            ///< "task 7: waiting for I/O, 0.271 s in all"
};
/// What a screen reader, a test or a page can know. Changes when `revision` does.
struct AppState {
  std::uint64_t revision = 0;
  std::string lesson, lesson_id, title, question;
  std::vector<LessonName> lessons;
  std::vector<ParameterState> parameters;
  std::vector<ExecutorState> executors;
  std::vector<ResultRow> results;
  bool running = false;
  std::string opening;          ///< the file on its way in; empty: none
  std::string progress;         ///< "2 of 6: Threads, 0.21 s"; "Opening big.ilt, 43 %"
  std::string sentence;         ///< the answer in words
  std::string status;           ///< for role=status: of the run that ended last
  std::string concluded;        ///< what the run, or the runs of "Run all" together, showed; empty while one goes on
  std::string notice;           ///< something was ignored, clamped or refused
  std::string where, why;       ///< what runs where; what would change it
  std::string emulated;         ///< that cores are kept by permits; empty: they are not
  std::string hash;
  std::string pinned;           ///< what is pinned and why, in a sentence; empty: nothing
  std::string range;            ///< the selected range's figures; empty: none is selected
  std::vector<TaskState> tasks; ///< the first of the lit run, at most kMostTaskStates
  std::string tasks_said;       ///< "The first 200 of 1 000 tasks on Threads at 0.262 s"
  DraftState code;
  bool dark = true;
};
inline constexpr std::size_t kMostTaskStates = 200;

/// What makes runs that stand one under another different runs; without a name they are repetitions.
struct OverlayWords {
  std::vector<std::string> names;  ///< settings that they differ in, by name: "latency", "cores"
  std::vector<std::string> each;   ///< of each run its own: "latency 20 ms"; empty: as all others
  bool lessons = false;            ///< they are of different lessons, or of different programs
  bool programs = false;           ///< with `lessons`: one of them is another program's, of no lesson
};

/// Thread: the user interface's, as all of ui/. Blocks: never.
struct App {
  App(std::unique_ptr<Engine> the_engine, Theme theme);
  ~App();

  Scenario scenario;
  std::unique_ptr<Engine> engine;
  std::vector<Run> history;             ///< of these settings and of those before; the latest per executor is shown
  View view;

  Draft code;
  Workload workload;                    ///< derived from `scenario` whenever that changes; of a bad script the last good one
  std::optional<LiveRun> live;
  std::unique_ptr<Opening> opening;     ///< a run, a lesson, a link, Stop or another file lets go of it
  std::vector<std::unique_ptr<Opening>> opening_next;  ///< files that came with it; they go with it
  std::vector<ExecutorKind> queue;      ///< what "Run all" has yet to run
  int queue_total = 0;
  Scenario shown_settings;              ///< of the runs on screen; differs from `scenario` once a setting was changed
  std::string notice, status, concluded;
  std::uint64_t revision = 1;
  Canvas* canvas = nullptr;             ///< of the frame being drawn
  Layout layout;                        ///< of the frame being drawn
  Rect page_editor_rect;                ///< where the page lays its editor, as of that frame; empty: nowhere
  bool badges_drawn = false;            ///< in that frame: provenance has been said
  unsigned drawn_states = 0;            ///< in the lanes of that frame: a bit for each State
  /// Its lit lines: "12 running 3 ready 1", a line each; the first state is the bar's. Empty: none is lit.
  std::string page_editor_lit;
  double now_s = 0, last_poll_s = 0, last_jump_s = 0;
  std::string clipboard;                ///< what Share wants copied; the platform takes it and clears it
  std::string copied_text;              ///< a sentence to be copied as it is; likewise
  /// Files to keep; the platform takes them and clears the list. An image/png is without bytes: it is the picture on screen.
  struct Save {
    std::string name, type, bytes;
  };
  std::vector<Save> saves;
  bool wants_svg = false;               ///< the next frame draws the timeline as SVG, too, to be kept
  std::string* svg_into = nullptr;      ///< likewise, to be shown; the frame clears this
  bool wants_open = false;              ///< a file is to be chosen; the platform asks for it, or shows `folder`, and clears this
  /// What can be chosen from where there is no dialog of the system's; the platform fills it and opens view.files.
  struct Folder {
    std::string path;
    std::vector<std::string> names;     ///< folders first, with a '/' behind
  };
  Folder folder;
  std::string chosen_file;              ///< path of what was chosen there; the platform opens it, or shows it if it is a folder
  bool wants_editor = false;            ///< the code is to be opened in the person's own editor; native only
  bool wants_tab = false;               ///< the page is to open itself in a tab of its own
  float frame_ms = 0;                   ///< our own CPU time, for the debug text

  /// What the page, the command line and the keys can ask. Names: run [executor], run-all, stop, lesson <id or name>,
  /// select <executor>, set <parameter or workers|cores|gil|seed> <value>, theme dark|light, forced-colours <canvas> <text> (RRGGBB) or off, reduced-motion on|off, play, pause (of a live run its display alone), fit, follow,
  /// step next|previous [lane|task], show <executor>|all, tab lanes|code|table|settings|scene, notice <sentence>, dismiss, playhead <time>,
  /// guess [<executor>] (again: none), guess-time [<time>|off|earlier|later] (again: none), present (on or off), window <time> <time>, pin <executor> <task's number> <time>, unpin,
  /// woke, wakes (pins what woke the pinned one, what it woke), line (shows its source line), lanes [worker|core|task],
  /// speed slower|faster, find [<task's number>], range [<time> <time>], range begin|end (at the playhead), select-range [on|off] (the next drag along the lanes is a range's, or not), loop, keys, latencies, letter-keys [on|off], lessons,
  /// overlay (runs of one executor one under another, or not), repeat [times],
  /// share (copies the link), save png|svg|csv|trace|json|py, open (asks for a file), edit [on|off|outside], undo-changes, redo-changes (of the code).
  /// Returns an empty string, or one sentence that says what is wrong; never fails otherwise.
  std::string command(std::string_view name, std::string_view argument = {}, std::string_view value = {});
  AppState state() const;
  std::string scenario_hash() const;
  /// The code as it is typed. What does not compile changes nothing but `code.text` and `code.error`. Cost: compiles and
  /// instantiates, well under a millisecond (an endless top level: a tenth of a second).
  void set_code(std::string text);
  /// The same, from other hands than the editor's on screen.
  void replace_code(std::string text);
  /// A script from a file becomes the code, mistakes and all; of a lesson's own file name, that lesson's. Empty, or why
  /// it is no script.
  std::string open_script(std::string_view name, std::string_view bytes);
  /// Why nothing can be run: the first mistake in the code on screen, or one that the settings bring about. Else empty.
  const ScriptError& error() const { return code.error ? code.error : workload.error; }
  DraftState code_state() const;
  /// The script that this run ran.
  std::string_view source_of(const SpanPick& pick) const;
  /// Lines of this executor's run are lines of the code on screen.
  bool code_is_of(ExecutorKind kind) const;
  /// Takes over what it can; `notice` says what it ignored or clamped.
  void apply_hash(std::string_view hash);

  /// What stands one under another: the executors on screen, or, with view.overlay, runs.
  struct Shown {
    ExecutorKind executor = ExecutorKind::serial;
    const Trace* trace = nullptr;  ///< null: has not run
    const Run* run = nullptr;      ///< null: has not run, or runs
    std::uint32_t serial = 0;      ///< of a run that is not the executor's latest by itself
    std::string title;             ///< of shown_with_titles(): "Run 3", the setting that is its own, or a file; empty: the executor's name
  };
  std::vector<Shown> shown() const;
  std::vector<Shown> shown_with_titles() const;  ///< for who draws them: what a run's title is takes a look at all of them
  /// The latest runs of view.shown with this lesson, and what was opened; at most kMostOverlaid, oldest first.
  std::vector<const Run*> overlaid() const;
  OverlayWords told_apart(const std::vector<const Run*>& runs) const;
  std::vector<std::string> overlay_titles(const std::vector<const Run*>& runs) const;  ///< a file, what differs ("Push on"), or "Run 2"
  std::string overlay_sentence() const;
  std::string overlay_subsentence() const;
  std::string differing_executors() const;  ///< the sentence of an overlay whose runs are not all of one executor and lesson
  static constexpr std::size_t kMostOverlaid = 6;
  const Trace* trace_of(const SpanPick& pick) const;
  /// What a pin of this executor's run on screen has as its `run`: of several, which stand one under another, the serial of the one that
  /// is pinned or was pointed at last, else of the last one. 0: there are not several.
  std::uint32_t serial_of(ExecutorKind kind) const;
  const Run* run_of(const SpanPick& pick) const;
  Nanos length_of(const Shown& shown) const;
  /// Who hands what to whom; null: nobody, as far as is known.
  const Dataflow* flow_of(const Shown& shown) const;
  /// Where its code was between operations; null: nothing runs or ran.
  const CodeLines* lines_of(const Shown& shown) const;
  Shown shown(ExecutorKind kind) const;  ///< its run under way, or its latest; of several on screen the one of serial_of()
  std::string name_shown(ExecutorKind kind) const;  ///< of that run: the executor's name, or of several its title

  // What panels ask.
  const Run* run_of(ExecutorKind kind) const;      ///< the latest with the shown settings, or null
  const Trace* trace_of(ExecutorKind kind) const;  ///< live or finished, or null
  bool refused(ExecutorKind kind) const { return !engine->capabilities().refused[static_cast<std::size_t>(kind)].empty(); }
  std::vector<ExecutorKind> executors() const;     ///< the lesson's, in their order
  std::vector<ExecutorKind> shown_executors() const;
  ExecutorKind selected() const { return workload.selected; }  ///< the one that Run runs
  int workers() const { return workload.workers; }
  int cores() const { return workload.cores; }
  /// The display of a live run is paused; the run goes on.
  bool paused_live() const { return live && live->held; }
  bool busy() const { return live.has_value() || !queue.empty(); }
  bool anything_to_show() const;
  /// A setting was changed after the runs on screen.
  bool stale() const;
  /// The run on screen, if it is another program's: then the lesson's question is not what it answers.
  const Run* foreign() const;
  /// What stands above the settings: the lesson's question, or what the foreign trace is.
  std::string question() const;
  Verdict check_of(const Run& run) const;
  Nanos expected(ExecutorKind kind) const;
  std::vector<ResultRow> results() const;
  std::string sentence() const;
  std::string subsentence() const;
  /// A run without tasks, in which main worked: its lane is all there is to see.
  static bool main_worked_alone(const Run& run);
  /// The answer to the lesson's question by the runs on screen.
  Headline answered() const;
  /// Of a run whose tasks have a few names between them how long those of each name computed, or were there; else empty.
  static std::vector<TaskTime> task_times(const Run& run, bool from_start_to_end);
  /// "Why not 4x: copies 0.21 s.", of the quickest run on screen with several workers; empty: nothing is lost, or nobody has any.
  std::string why_no_faster() const;
  /// "off by +31.3 %", of a run whose time is off its model; empty: it is not, or has none.
  std::string off_by(const Run& run) const;
  /// "off by +31.3 %, because answers came late", of one that finished.
  std::string off_in_brief(const Run& run) const;
  /// "Not run: Processes and Event loop.", where a Run all was stopped before them; else empty.
  std::string never_run() const;
  /// The lesson's question is who takes how long: the others give nothing to guess.
  bool asks_who_is_first() const { return workload.asked.of_time() || workload.asked.about == Question::About::speedup; }
  std::string guess_words() const;                 ///< "You expected Threads first: so it was."; empty: nobody did
  std::string guess_time_words() const;            ///< "You expected 0.400 s: Threads took 0.326 s."; of the run alone, of whom they expected first, else of the first
  std::string guessed_time() const;                ///< "You expected 0.400 s"
  /// What is said beside a run's time, behind the time that somebody expected: "You expected 0.400 s; as predicted".
  std::string beside_guess(const Run& run, std::string words) const;
  std::string guess_time(std::string_view time);
  std::string progress() const;
  Nanos length_of(ExecutorKind kind) const;        ///< of what is shown of it; 0: nothing
  Nanos length_of(const Run& run) const;
  /// How long it took, as precisely as its clock tells.
  std::string length_in_words(const Run& run) const { return time_in_words(length_of(run), clock_step_of(*run.trace)); }
  /// The longest of what lanes and table show, runs and models: the unit of one of them is that of all, and of their moments.
  Nanos longest() const;
  /// A length or a moment in that unit.
  std::string time_in_words(Nanos t, Nanos clock_step = 0) const;
  /// Of all runs on screen the finest step of a clock: what a time axis that they share may tell apart. 0: of one that was computed.
  Nanos clock_step() const;
  /// The longest time that any run on screen reaches.
  Nanos end() const;
  /// Where a view of everything ends: all runs within 4 times the fastest, or the whole of a single one.
  Nanos fit_end() const;
  Viewport fitted() const;
  void fit();
  /// A run's figure stands behind its end: by what part the window is longer than the runs.
  double room_for_figures() const;
  /// Moves the window by a part of its width; a live run is no longer followed.
  void pan(double part);
  /// Makes the window `factor` times as long around this time, which stays at its pixel. During another zoom it goes on from there.
  void zoom(double factor, double around);
  /// Brings the window there, at once or, where view.moves, in kMotion_s.
  void set_window(Viewport to);
  void glide_to(const Viewport& to);
  /// How much of what came at this time is there, 0..1.
  float appeared(double since_s) const;
  /// Two fingers on lanes that lie from `left` on, `width` px wide. Returns by how many px the lanes go down with them.
  double pinch(const Fingers& before, const Fingers& after, double left, double width);
  /// Keeps the window on what there is, and no shorter than a microsecond.
  void clamp_window();
  Viewport clamped(Viewport window) const;
  /// Moves the window so that it holds this time.
  void show_time(double t);
  /// What is pinned from now on; none: nothing.
  void pin(std::optional<SpanPick> pick);
  /// To the next switch of the run, of the pinned lane ("lane"; else the first) or of the pinned task ("task").
  std::string step(int direction, std::string_view of = {});
  /// Of view.range, for each executor on screen that ran.
  std::vector<RangeFigures> range_figures;
  void share();
  /// Of all runs on screen, if they agree; nothing has run: none.
  std::optional<Provenance> common_provenance() const;
  /// What ran where, for the top bar: "Real threads, 4 cores", "Recorded by another program".
  std::string where() const;
  /// What a badge means here, and what would change it: one or two sentences.
  std::string provenance_words(Provenance provenance) const;
  /// Cores of a run on screen are kept by permits, and what that means; empty: of none.
  std::string emulated_words() const;
  /// The executor whose tasks light the code and fill the scene.
  std::optional<ExecutorKind> lit_executor() const;
  void change(const std::function<void(Scenario&)>& edit);
  void set_parameter(const Parameter& parameter, double value);
  /// The table with whole nanoseconds; a line for each executor of the lesson.
  std::string csv() const;
  /// A trace from a file (trace/trace_file.h), shown as a run of its executor; or, by its name, a script. Empty, or what was wrong.
  /// `just_measured`: by this very program, a moment ago, so that it is no record of another time.
  std::string open(std::string_view name, std::string_view bytes, bool just_measured = false);
  /// The same a slice at a time: poll() opens it, meanwhile all else goes on. What was on its way before is let go of; `notice`
  /// says what is wrong with the file once that is known. A script is there at once.
  std::string begin_open(std::string_view name, std::string bytes, std::string measured_under = {}, std::string left_out = {});
  /// Of several that come together: what was on its way before is let go of. Then each goes to also_open(), and traces stand one under
  /// another; what is said of one that cannot even be read goes to say_of_file(), and stands in `notice` beside what is said of others.
  void begin_files();
  void say_of_file(std::string_view sentence);
  std::string also_open(std::string_view name, std::string bytes, std::string measured_under = {}, std::string left_out = {});
  /// Goes on with it for about so long of real time, or to its end. False: nothing more is on its way.
  bool open_more(double for_s);
  void take_svg(std::string svg);
  /// After a frame: what a panel or a key changed by itself, and the mirror shows, moves the revision.
  void note_what_is_mirrored();
  void set_range(std::optional<Viewport> range);
  void measure_range();

  // Between frames; poll() calls them.
  void start(ExecutorKind kind);
  /// The run under way is over: finish_more() makes a Run of it, for about so long of real time, or to the end. False: it stands in `history`.
  void finish(EngineStatus end_status);
  bool finish_more(double for_s);
  void all_finished();
  std::optional<ExecutorKind> telling_run() const;
  void measure_latencies();
  /// The tasks that are looked for at a time; asked again for the same, it remembers.
  const FoundTasks& found_tasks(const Trace& trace, double t, std::size_t most);

 private:
  std::uint32_t last_serial_ = 0;
  std::string speed_of_;  ///< of which lesson's runs view.speed is
  struct Found {
    std::shared_ptr<const Trace> trace;  ///< kept, so that no other stands at its address
    std::string search;
    double t = 0;
    FoundTasks tasks;
  };
  Found found_;
  bool files_together_ = false;       // what is opened came with others
  std::uint32_t traces_together_ = 0;  // of the files that came last, together, those that were opened
  struct Mirrored {
    std::string notice;
    bool present = false, editing = false, letter_keys = true, paused_live = false;
    int playing = 0;
    LanesBy lanes_by = LanesBy::worker;
    double playhead = -1;
    std::optional<SpanPick> pinned;
    std::optional<Viewport> range;
    std::uint32_t looked_at = 0;
    friend bool operator==(const Mirrored&, const Mirrored&) = default;
  };
  Mirrored mirrored_;
  void list_tasks(AppState& out) const;
  std::string range_words() const;
  Pieces finish_in_pieces(LiveRun& over) const;
  void finished(LiveRun over);
  void keep(Run run);
  std::string keep_file(std::string_view ending, const char* type, std::string bytes);
  void load();
  void put_code_away(const std::string& lesson);
  void show_script();
  void look_afresh();
  void look_at_runs();
  std::string edit(std::string_view what);
  std::string undo_changes();
  std::string redo_changes();
  void select(ExecutorKind kind);
  std::string set(std::string_view name, std::string_view value);
  std::unique_ptr<Opening> file_to_open(std::string_view name, std::string bytes, std::string measured_under, std::string left_out) const;
  void let_go_of_files();
  Pieces open_in_pieces(Opening& file) const;
  void show_opened(Opening& file);
  std::string save(std::string_view what);
  std::string lanes(std::string_view by);
  std::string find(std::string_view number, std::string_view executor);
  std::string range(std::string_view from, std::string_view to);
  std::string woke();
  std::string wakes();
  std::string line();
  std::string show_wake(const SpanPick& of, TaskId task, double moment, double playhead);
  std::string look(std::string_view what, std::string_view argument, std::string_view value);
};

/// "100 connections, 200 ms latency": the parameters in one line.
std::string settings_in_short(const App& app);
/// What is known of every executor of the lesson, in their order.
std::vector<Result> known_results(const App& app);

/// All that is made of a trace once, so that a picture of it costs no more than what is visible. `run` and what it holds stay until done.
Pieces make_run_in_pieces(Run& run, std::shared_ptr<const Trace> trace, Scenario with);

/// Feeds live runs, goes on with a file that is opened, and moves the playhead. Seconds until it wants to be drawn: 0 now, infinity never.
double poll(App& app, double now_s);
/// Between ImGui::NewFrame() and Render(). Cost: O(what is visible).
void draw(App& app, Canvas& canvas, double now_s);
/// After draw(): seconds until the next frame is wanted without an event.
double next_frame_in(const App& app);

}  // namespace interleave
