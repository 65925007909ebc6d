#include "ui/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "trace/loops.h"
#include "trace/why.h"
#include "ui/figures.h"
#include "ui/panels.h"
#include "view/format.h"
#include "view/sentence.h"
#include "view/timeline.h"
#include "workloads/prepare.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

const std::string kNoVirtualTime = "Nothing is computed in virtual time here: runs are real, and measured.";
constexpr std::string_view kExpected = "You expected";
const std::string kBefore = "Before the change: ";  // an answer that is still there beside another question
constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kMaxHistory = 18;
constexpr std::size_t kLongLane = 20'000;  // spans; a shorter lane is read as quickly as a table of it
constexpr std::size_t kPollBytes = 2u << 20;  // of a live trace in a frame, if they are read in time

// Who came after whom on the cores, as a number; of very long runs their beginning.
std::uint64_t order_of(const Trace& trace) {
  const std::size_t most = 40'000 / std::max<std::size_t>(trace.cores().size(), 1);  // what is sorted in one go
  std::vector<std::pair<Nanos, TaskId>> turns;
  for (const Lane& core : trace.cores())
    for (std::size_t i = 0; i < core.spans.size() && i < most; ++i)
      if (core.spans[i].task != kRootTask) turns.emplace_back(core.spans[i].begin, core.spans[i].task);
  std::ranges::sort(turns);
  std::uint64_t h = 1469598103934665603ULL;
  TaskId last = kNoTask;
  for (auto [at, task] : turns) {
    if (task == last) continue;
    h = (h ^ task) * 1099511628211ULL;
    last = task;
  }
  return h;
}

// As much of what has happened as there is time for. By the real clock, as an opening's slices.
EngineStatus poll_engine(Engine& engine, TraceBuilder& builder, std::chrono::milliseconds time) {
  constexpr std::size_t kPiece = 128u << 10;
  const auto until = std::chrono::steady_clock::now() + time;
  std::size_t taken = kPiece;
  EngineStatus status = engine.poll(builder, kPiece);
  for (; status.more && status.kind == EngineStatus::Kind::running && taken < kPollBytes && std::chrono::steady_clock::now() < until; taken += kPiece) status = engine.poll(builder, kPiece);
  return status;
}

}  // namespace

App::App(std::unique_ptr<Engine> the_engine, Theme theme) : engine(std::move(the_engine)) {
  view.theme = theme;
  show_script();
  load();
}

App::~App() = default;

void App::load() {
  Workload loaded = load_workload(scenario, engine->capabilities().machine_cores);
  if (loaded.error && !workload.source.empty() && workload.file == loaded.file) {
    workload.error = loaded.error;  // the last good program stays
  } else {
    workload = std::move(loaded);
  }
  if (!workload.notices.empty()) notice = fmt::format("{}", fmt::join(workload.notices, " "));
  ++revision;
}

void App::change(const std::function<void(Scenario&)>& edit) {
  Scenario before = scenario;
  edit(scenario);
  if (scenario == before) return;
  if (scenario.lesson != before.lesson || scenario.source != before.source) {
    put_code_away(before.lesson);
    show_script();
  }
  load();
}

std::vector<ExecutorKind> App::executors() const {
  return workload.on;
}

const Run* App::run_of(ExecutorKind kind) const {
  for (auto it = history.rbegin(); it != history.rend(); ++it)
    if (it->executor == kind && same_settings(it->scenario, shown_settings)) return &*it;
  return nullptr;
}

const Trace* App::trace_of(ExecutorKind kind) const {
  return shown(kind).trace;
}

bool App::stale() const {
  return !same_settings(shown_settings, scenario) && !foreign() && std::ranges::any_of(history, [this](const Run& run) { return !run.foreign && same_settings(run.scenario, shown_settings); });
}

const Run* App::foreign() const {
  const Run* run = live || view.compare ? nullptr : run_of(view.shown);
  return run && run->foreign ? run : nullptr;
}

std::string App::question() const {
  const Run* run = foreign();
  if (!run) return workload.question;
  const std::size_t lanes = run->trace->lanes().size();
  return fmt::format("{}: another program's trace, {} {}. Pick a lesson, or press Run, to leave it.", run->opened, format_count(lanes), lanes == 1 ? "thread" : "threads");
}

bool App::anything_to_show() const {
  return live.has_value() || (!view.compare && run_of(view.shown)) || std::ranges::any_of(executors(), [this](ExecutorKind k) { return run_of(k) != nullptr; });
}

std::vector<ExecutorKind> App::shown_executors() const {
  if (!view.compare) return {view.shown};
  return executors();
}

std::vector<const Run*> App::overlaid() const {
  std::vector<const Run*> out;
  for (const Run& run : history)
    if (!run.opened.empty() || (run.executor == view.shown && same_lesson(run.scenario.lesson, scenario.lesson))) out.push_back(&run);
  if (out.size() > kMostOverlaid) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kMostOverlaid));
  return out;
}

std::vector<App::Shown> App::shown() const {
  std::vector<Shown> out;
  if (view.compare && view.overlay) {
    for (const Run* run : overlaid()) out.push_back({run->executor, run->trace.get(), run, run->serial, {}});
    return out;
  }
  for (ExecutorKind kind : shown_executors()) out.push_back(shown(kind));
  return out;
}

std::vector<App::Shown> App::shown_with_titles() const {
  std::vector<Shown> out = shown();
  if (!view.compare || !view.overlay) return out;
  std::vector<std::string> titles = overlay_titles(overlaid());
  for (std::size_t i = 0; i < out.size(); ++i) out[i].title = std::move(titles[i]);
  return out;
}

App::Shown App::shown(ExecutorKind kind) const {
  if (live && live->executor == kind) return {kind, live->so_far, nullptr, 0, {}};
  const std::uint32_t serial = serial_of(kind);
  const Run* run = run_of(SpanPick{.executor = kind, .run = serial});
  return {kind, run ? run->trace.get() : nullptr, run, serial, {}};
}

std::string App::name_shown(ExecutorKind kind) const {
  if (const std::uint32_t serial = serial_of(kind))
    for (const Shown& s : shown_with_titles())
      if (s.serial == serial) return s.title;
  return std::string(name_of(kind));
}

const Trace* App::trace_of(const SpanPick& pick) const {
  if (pick.run == 0) return trace_of(pick.executor);
  auto run = std::ranges::find(history, pick.run, &Run::serial);
  return run == history.end() ? nullptr : run->trace.get();
}

std::uint32_t App::serial_of(ExecutorKind kind) const {
  if (!view.compare || !view.overlay) return 0;
  const std::uint32_t wanted = view.pinned ? view.pinned->run : view.looked_at;
  std::uint32_t serial = 0;
  for (const Run* run : overlaid())
    if (run->executor == kind && (serial != wanted || serial == 0)) serial = run->serial;
  return serial;
}

const Run* App::run_of(const SpanPick& pick) const {
  if (pick.run == 0) return run_of(pick.executor);
  auto run = std::ranges::find(history, pick.run, &Run::serial);
  return run == history.end() ? nullptr : &*run;
}

Nanos App::length_of(const Shown& s) const {
  return s.run ? length_of(*s.run) : s.trace && live ? std::max(live->now, s.trace->end()) : 0;
}

const Dataflow* App::flow_of(const Shown& s) const {
  const Dataflow* flow = s.run ? &s.run->flow : s.trace && live ? &live->flow : nullptr;
  return flow && !flow->empty() ? flow : nullptr;
}

const CodeLines* App::lines_of(const Shown& s) const { return s.run ? &s.run->lines : s.trace && live ? &live->lines : nullptr; }

Nanos App::end() const {
  Nanos longest = 0;
  for (const Shown& s : shown()) longest = std::max(longest, length_of(s));
  return longest;
}

Nanos App::length_of(const Run& run) const { return run.summary.makespan > 0 ? run.summary.makespan : run.trace->end(); }

Nanos App::length_of(ExecutorKind kind) const { return length_of(shown(kind)); }

Nanos App::longest() const {
  Nanos out = end();
  if (foreign()) return out;
  for (const ExecutorKind kind : executors()) {
    const Run* run = run_of(kind);
    out = std::max({out, run ? length_of(*run) : 0, run ? run->expected : expected(kind)});
  }
  return out;
}

std::string App::time_in_words(Nanos t, Nanos clock_step) const { return format_beside(t, clock_step, longest()); }

Nanos App::fit_end() const {
  Nanos shortest = 0, fits = 0;
  const std::vector<Shown> all = shown();
  for (const Shown& s : all)
    if (Nanos length = length_of(s); length > 0 && (shortest == 0 || length < shortest)) shortest = length;
  for (const Shown& s : all)
    if (Nanos length = length_of(s); length <= shortest * 4) fits = std::max(fits, length);
  return fits;
}

Viewport App::fitted() const {
  Nanos fits = fit_end();
  if (fits <= 0) fits = kMillisecond * 1000;
  return interleave::fit(static_cast<double>(fits), room_for_figures());
}

void App::fit() {
  if (view.glide) view.glide->to = fitted();  // on its way there
  else view.window = fitted();
}

void App::set_window(Viewport to) {
  view.glide.reset();
  view.window = to;
}

void App::glide_to(const Viewport& to) {
  if (!view.moves || view.reduced_motion || view.window.length() <= 0 || to == view.window) set_window(to);
  else view.glide = Glide{view.window, to};
}

float App::appeared(double since_s) const {
  if (!view.moves || view.reduced_motion) return 1;
  constexpr double kFrame_s = 1.0 / 60;  // there is something to see of it in its first frame
  return static_cast<float>(eased(std::clamp((now_s - since_s + kFrame_s) / kMotion_s, 0.0, 1.0)));
}

double App::room_for_figures() const {
  if (layout.figures_right) return 1.01;
  // Behind the end of a run stands its time, and how it ended, if that was early; it would cover what the end was about.
  double figure = 92;
  constexpr double kLetter = 9.7, kAround = 20;
  for (const Shown& s : shown())
    if (s.run) {
      const std::string length = length_in_words(*s.run);
      const auto letters = static_cast<double>(std::ranges::count_if(length, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
      const auto ended = static_cast<double>(early_end(s.trace->how_ended()).size());
      figure = std::max(figure, kAround + kLetter * (letters + (ended > 0 ? 1 + ended : 0)));
    } else if (s.trace && view.compare) figure = std::max(figure, 144.0);  // "running, 1.28 s"
  double width = static_cast<double>(layout.timeline.w - layout.header) - 32;
  return width > 3 * figure ? std::max(1.08, 1 / (1 - figure / width)) : width > 0 ? 1.5 : 1.13;
}

Viewport App::clamped(Viewport window) const {
  // Between two steps of the clock there is nothing.
  if (const double least = 4 * static_cast<double>(clock_step()), more = least - window.length(); more > 0) window = {window.begin - more / 2, window.end + more / 2};
  clamp(window, std::max(static_cast<double>(end()), 1e6), std::max(1.2, room_for_figures()));
  return window;
}

void App::clamp_window() { view.window = clamped(view.window); }

void App::pan(double part) {
  view.glide.reset();  // from where that is
  interleave::pan(view.window, part);
  view.follow = false;
  clamp_window();
}

void App::zoom(double factor, double around) {
  if (view.glide && view.window.length() > 0) factor *= view.glide->to.length() / view.window.length();
  Viewport to = view.window;
  zoom_at(to, around, factor);
  view.follow = false;
  glide_to(clamped(to));
}

double App::pinch(const Fingers& before, const Fingers& after, double left, double width) {
  view.glide.reset();
  const double down = interleave::pinch(view.window, before, after, left, width);
  view.follow = false;
  clamp_window();
  return down;
}

void App::show_time(double t) {
  // Who asks for a time has it at once.
  if (view.glide && !view.glide->to.holds(t)) set_window(view.glide->to);
  if (view.glide) return;
  Viewport before = view.window;
  reveal(view.window, t);
  if (before.begin != view.window.begin) view.follow = false;
}

// --- runs ----------------------------------------------------------------------------------------------------------------

void App::start(ExecutorKind kind) {
  LiveRun run;
  run.executor = kind;
  run.scenario = scenario;
  run.scenario.executor = id_of(kind);
  run.expected = expected(kind);
  run.expectations = workload.expectations[static_cast<std::size_t>(kind)];
  run.builder = std::make_unique<TraceBuilder>(kind, scenario.virtual_time ? Provenance::modelled : Provenance::measured);
  shown_settings = scenario;
  Scenario asked = run.scenario;
  if (view.compare) asked.executor = "all";  // beside others there is one event loop, as lessons mean it
  else if (kind == ExecutorKind::loop && workers() > 1) run.expected = 0, run.expectations.clear();  // they do not speak of several
  engine->run(asked, kind);
  run.so_far = &run.builder->so_far(0);
  live = std::move(run);
  view.hovered.reset();
  if (view.pinned && view.pinned->executor == kind) pin({});
  view.playing = 0;
  view.selecting = false;
  range({}, {});
  ++revision;
}

Pieces make_run_in_pieces(Run& run, std::shared_ptr<const Trace> trace, Scenario with) {
  run.executor = trace->executor;
  run.summary = trace->summary();
  const Counts counts = trace->counts();
  for (auto now = counts.begin(); now.index() < counts.size(); ++now) {
    const std::size_t i = now.index();
    for (std::uint32_t TaskCounts::*n : {&TaskCounts::running, &TaskCounts::ready, &TaskCounts::waiting_io, &TaskCounts::waiting_lock, &TaskCounts::waiting_gil, &TaskCounts::not_started})
      run.most.*n = std::max(run.most.*n, now.now().*n);
    const TaskCounts& c = now.now();
    run.most_at_once = std::max(run.most_at_once, c.there());
    run.most_begun = std::max(run.most_begun, c.there() - c.not_started);
    Nanos until = i + 1 < counts.size() ? counts.at(i + 1) : trace->end();
    run.waited += std::max<Nanos>(0, until - c.at) * c.waiting_io;
    if (i % kPiece == kPiece - 1) co_yield 0.2;
  }
  if (run.most_at_once > 0) {
    double longest = 0, from = -1;
    auto look = [&](bool many, Nanos t) {
      const auto at = static_cast<double>(t);
      if (many && from < 0) from = at;
      if (many || from < 0) return;
      if (at - from > longest) longest = at - from, run.busiest = (at + from) / 2;
      from = -1;
    };
    for (auto now = counts.begin(); now.index() < counts.size(); ++now) {
      look(2 * now.now().there() >= run.most_at_once, now.now().at);
      if (now.index() % kPiece == kPiece - 1) co_yield 0.3;
    }
    look(false, trace->end());
  }
  run.lane_tables.resize(trace->lanes().size());
  run.core_tables.resize(trace->cores().size());
  for (int of = 0; of < 2; ++of) {
    const std::vector<Lane>& lanes = of == 0 ? trace->lanes() : trace->cores();
    std::vector<TimeTable>& tables = of == 0 ? run.lane_tables : run.core_tables;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      const Spans spans = lanes[i].spans;
      if (spans.size() <= kLongLane) continue;
      for (std::size_t taken = kPiece; taken < spans.size(); taken += kPiece) {
        tables[i].update(spans.first(taken), false);
        co_yield of == 0 ? 0.4 : 0.6;
      }
      tables[i].update(spans);
    }
  }
  for (std::size_t taken = 0; taken < counts.size();) {
    taken = std::min(taken + kPiece, counts.size());
    run.counts.make(counts, taken);
    co_yield 0.8;
  }
  for (Pieces counting = count_switches_in_pieces(*trace, run.switches); counting.next();) co_yield 0.85;
  run.drops.update(*trace);
  co_yield 0.9;
  // Who hands what to whom is read at once; of most long runs nobody does.
  bool hands_over = std::ranges::any_of(trace->texts(), [](const TextLine& line) { return line.role == TextRole::hand_over; });
  for (const Lane& lane : trace->lanes())
    for (std::size_t from = 0; from < lane.marks.size() && !hands_over; from += 8 * kPiece) {
      const Marks marks = lane.marks;
      for (std::size_t i = from; i < std::min(from + 8 * kPiece, marks.size()) && !hands_over; ++i) hands_over = of_a_queue(marks[i]);
      if (lane.marks.size() > kPiece) co_yield 0.92;
    }
  if (hands_over)
    for (Pieces reading = dataflow_in_pieces(*trace, interleave::source_of(with), run.flow); reading.next();) co_yield 0.92;
  for (Pieces reading = code_lines_in_pieces(*trace, run.lines); reading.next();) co_yield 0.93;
  for (Pieces adding = costs_in_pieces(*trace, run.costs); adding.next();) co_yield 0.94;
  constexpr std::size_t kMostStages = 12;
  run.heart = heart_of(*trace);
  co_yield 0.95;
  const StagePlaces places = stage_places(run.flow, *trace);
  for (Pieces making = generator_lanes_in_pieces(*trace, run.lines, kMostStages, run.stages, &places); making.next();) co_yield 0.95;
  co_yield 0.96;
  for (std::size_t i = 0; i < trace->texts().size(); ++i)
    if (TextRole role = trace->texts()[i].role; role == TextRole::output || role == TextRole::error) run.printed.push_back(static_cast<std::uint32_t>(i));
  constexpr std::size_t kMostTold = 1000;
  if (const std::size_t tasks = trace->tasks().size(); tasks <= kMostTold) {
    run.last_printed.assign(tasks + 1, 0);
    for (const std::uint32_t i : run.printed) {
      const TextLine& line = trace->texts()[i];
      if (line.role == TextRole::output && line.task <= tasks) run.last_printed[line.task] = i + 1;
      if (const std::size_t colon = line.text.find(": "); line.task > kRootTask && colon != line.text.npos) run.called.emplace(line.task, line.text.substr(0, colon));
    }
  }
  run.order = order_of(*trace);
  run.trace = std::move(trace);
  run.scenario = std::move(with);
}

void App::finish(EngineStatus end_status) {
  live->ending = std::make_unique<LiveRun::Ending>();
  live->ending->status = std::move(end_status);
  if (!live->held) live->ending->run.drops = live->drops;  // else they are looked for again
  live->ending->work = finish_in_pieces(*live);
}

Pieces App::finish_in_pieces(LiveRun& over) const {
  LiveRun::Ending& end = *over.ending;
  for (Pieces finishing = over.builder->finish_in_pieces(end.status.end, end.trace); finishing.next();) co_yield 0.3 * finishing.part();
  for (Pieces making = make_run_in_pieces(end.run, end.trace, over.scenario); making.next();) co_yield 0.3 + 0.6 * making.part();
  end.run.expected = over.expected;
  if (end.run.expected > 0)
    for (Pieces asking = why_off_in_pieces(*end.run.trace, end.run.expected, end.run.cause, end.run.cause_in_brief); asking.next();) co_yield 0.9 + 0.1 * asking.part();
}

bool App::finish_more(double for_s) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(for_s);
  while (live->ending->work.next())
    if (std::chrono::steady_clock::now() >= until) return true;
  LiveRun over = std::move(*live);
  live.reset();
  finished(std::move(over));
  return false;
}

void App::finished(LiveRun over) {
  Run& run = over.ending->run;
  const EngineStatus& end_status = over.ending->status;
  // What is said of a good end is how it came about: that requests were timers.
  if (end_status.end == RunEnd::finished) notice = end_status.sentence;
  else run.ended_badly = end_status.sentence;
  // Another lesson may have been chosen meanwhile: its runs are none to compare with, and nothing is said of this one there.
  auto beside = std::find_if(history.rbegin(), history.rend(), [&](const Run& r) { return r.executor == ExecutorKind::serial && same_settings(r.scenario, over.scenario); });
  const Run* const serial = beside == history.rend() ? nullptr : &*beside;
  const bool serial_finished = serial && serial->trace->how_ended() == RunEnd::finished;
  run.findings = check_each(figures_of(*run.trace, serial_finished ? serial->summary.makespan : 0, run.ended_badly), over.expectations, run.cause);
  // How many times as fast is said of runs that are more than their start.
  auto short_run = [](const Run& r) {
    Result result;
    result.provenance = r.trace->provenance;
    result.summary = r.summary;
    result.clock_step = clock_step_of(*r.trace);
    return too_short(result);
  };
  Nanos baseline = run.executor != ExecutorKind::serial && serial && !short_run(*serial) && !short_run(run) ? serial->summary.makespan : 0;
  run.sentence = summary_sentence(*run.trace, baseline);
  status = run.ended_badly.empty() ? run.sentence : run.ended_badly;
  std::uint64_t dropped = run.summary.dropped_events;
  // A failure that the lesson is about stands in the sentence and in the table, and covers nothing.
  if (!run.ended_badly.empty() && check_of(run).kind != Verdict::Kind::as_predicted) notice = run.ended_badly;
  else if (dropped > 0)
    notice = fmt::format("{} events did not fit. The picture and its figures lack them; a smaller workload shows all.", dropped);
  for (const TextLine& text : run.trace->texts())
    if (text.role == TextRole::notice) notice = text.text;
  if (!same_settings(over.scenario, shown_settings)) status.clear(), notice.clear();
  keep(std::move(run));
}

void App::keep(Run run) {
  run.serial = ++last_serial_;
  history.push_back(std::move(run));
  if (history.size() > kMaxHistory) history.erase(history.begin());
  measure_latencies();
  ++revision;
}

void App::measure_latencies() {
  if (!view.latencies_shown) return;
  for (Run& run : history)
    if (run.latencies.empty() && run.summary.finished > 0) run.latencies = latencies_of(*run.trace);
}

double poll(App& app, double now_s) {
  double dt = app.last_poll_s > 0 ? std::clamp(now_s - app.last_poll_s, 0.0, 0.25) : 0;
  app.last_poll_s = now_s;
  double wish = kNever;
  constexpr double kSlice_s = 0.008, kDrawEvery_s = 0.1, kFlowEvery_s = 0.25;
  if (app.opening) {
    // Its progress is drawn ten times a second, whatever a picture costs here; the other polls are for the file alone.
    const double drawn_s = app.opening->drawn_s;
    const bool draws = now_s - drawn_s >= kDrawEvery_s;
    if (!app.open_more(kSlice_s) || draws) wish = 0, ++app.revision;
    else wish = kDrawEvery_s - (now_s - drawn_s);
    if (draws && app.opening) app.opening->drawn_s = now_s;
  }
  if (app.live && !app.live->ending) {
    LiveRun& live = *app.live;
    EngineStatus status = poll_engine(*app.engine, *live.builder,
                                      // In a frame; where its end is waited for; where no frames are drawn.
                                      std::chrono::milliseconds(live.cancelling ? 12 : now_s - std::exchange(live.polled_s, now_s) < 0.1 ? 3 : 100));
    if (live.reached == 0 && status.now > 0) ++app.revision;  // its workers are there
    live.reached = std::max(live.reached, status.now);  // an engine that has ended may say 0
    if (!live.held) {
      live.now = live.reached;
      live.so_far = &live.builder->so_far(live.reached);
      live.drops.update(*live.so_far);
      const std::vector<Lane>& lanes = live.so_far->lanes();
      live.lane_tables.resize(lanes.size());
      for (std::size_t i = 0; i < lanes.size(); ++i)  // the last is as long as now, and the one before may yet grow into it
        if (Spans spans = lanes[i].spans; spans.size() > kLongLane) live.lane_tables[i].update(spans.first(spans.size() - 1), false);
    }
    if (status.kind == EngineStatus::Kind::running && now_s - live.flow_made_s >= kFlowEvery_s) {
      live.flow_made_s = now_s;
      ++app.revision;  // who reads it as text sees how far it is
      // Of what was told, which is bounded, and only where there is more of it.
      if (!live.held && live.told.update(*live.so_far)) {
        live.flow = dataflow_of(*live.so_far, source_of(live.scenario), live.told);
        live.lines = code_lines_of(*live.so_far, live.told);
      }
    }
    wish = 0;
    if (status.kind == EngineStatus::Kind::ended) app.finish(std::move(status));
  }
  if (app.live && app.live->ending) {
    const bool cancelled = app.live->cancelling;
    const double held_at = app.live->held ? static_cast<double>(app.live->now) : -1;
    wish = 0;
    if (now_s - app.live->flow_made_s >= kFlowEvery_s) app.live->flow_made_s = now_s, ++app.revision;
    if (!app.finish_more(kSlice_s)) {
      if (cancelled) app.queue.clear();
      if (app.queue.empty()) app.all_finished();
      // Whoever paused the display to look at a moment finds it there; the next of several is followed again.
      if (held_at >= 0 && same_settings(app.history.back().scenario, app.shown_settings)) app.view.playhead = held_at, app.view.playhead_placed = true;
      if (held_at >= 0 && !app.queue.empty()) app.view.follow = true;
    }
  }
  if (!app.live && !app.queue.empty()) {
    ExecutorKind next = app.queue.front();
    app.queue.erase(app.queue.begin());
    app.start(next);
    wish = 0;
  }
  View& view = app.view;
  if (app.live && view.follow) {
    double now = static_cast<double>(app.live->now);
    view.glide.reset();
    view.window.begin = 0;
    // Among others what is said of it stands behind its lanes.
    const double others = static_cast<double>(view.compare ? app.fit_end() : 0), room = app.room_for_figures();
    view.window.end = std::max({now * (view.compare ? room : 1.06), others * room, 1e6});
  }
  if (view.glide) {
    constexpr double kFirst_s = 1.0 / 60;  // before it began nothing may have been drawn for long
    Glide& glide = *view.glide;
    glide.elapsed_s = glide.elapsed_s < 0 ? std::min(dt, kFirst_s) : glide.elapsed_s + dt;
    if (view.reduced_motion || glide.elapsed_s >= kMotion_s) app.set_window(glide.to);
    else view.window = between(glide.from, glide.to, eased(glide.elapsed_s / kMotion_s));
    wish = 0;
  }
  if (view.playing != 0) {
    double end = static_cast<double>(app.end());
    if (!view.reduced_motion) {
      view.playhead += view.playing * dt * 1e9 / kSpeeds[static_cast<std::size_t>(view.speed)];
      wish = 0;
    } else if (now_s - app.last_jump_s >= 0.6) {
      int direction = view.playing;
      app.step(direction);
      view.playing = direction;
      app.last_jump_s = now_s;
      wish = 0.6;
    } else {
      wish = std::min(wish, 0.6 - (now_s - app.last_jump_s));
    }
    const Viewport* around = view.loop && view.range ? &*view.range : nullptr;
    if (around && view.playing > 0 && view.playhead >= std::min(around->end, end)) view.playhead = around->begin;
    else if (around && view.playing < 0 && view.playhead <= around->begin) view.playhead = std::min(around->end, end);
    else if (view.playhead >= end || view.playhead <= 0) {
      view.playhead = std::clamp(view.playhead, 0.0, end);
      view.playing = 0;
      ++app.revision;
    }
    app.show_time(view.playhead);
  }
  return wish;
}

// Where the answer is seen: the first that the question names, or the quickest; the run that is later, or prints something else, than the others.
std::optional<ExecutorKind> App::telling_run() const {
  using About = Question::About;
  const LessonEntry* lesson = find_lesson(scenario.lesson);
  if (!view.compare || view.overlay || (lesson && !lesson->executor.empty())) return std::nullopt;  // of one executor the lesson itself speaks
  std::vector<const Run*> runs;
  for (const Shown& s : shown())
    if (s.run) runs.push_back(s.run);
  if (runs.size() < 2) return std::nullopt;
  auto slowest = [&](auto&& of) { return (*std::ranges::max_element(runs, {}, of))->executor; };
  switch (workload.asked.about) {
    case About::makespan:
      for (const ExecutorKind kind : workload.asked.between)
        if (run_of(kind)) return kind;
      [[fallthrough]];
    case About::winner:
    case About::speedup: {
      // As good as the best is as good as the table says.
      const Run* quickest = nullptr;
      for (const Run* run : runs)
        if (run->trace->how_ended() == RunEnd::finished && (!quickest || static_cast<double>(length_of(*run)) * kBestWithin < static_cast<double>(length_of(*quickest)))) quickest = run;
      return quickest ? std::optional(quickest->executor) : std::nullopt;
    }
    case About::p99: return slowest([](const Run* run) { return run->summary.latency.p99; });
    case About::beats: return slowest([](const Run* run) { return run->heart.silence; });
    case About::output: {
      auto last = [](const Run* run) { return run->printed.empty() ? std::string_view() : std::string_view(run->trace->texts()[run->printed.back()].text); };
      for (const Run* run : runs)
        if (last(run) != last(runs.front())) return run->executor;
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

void App::all_finished() {
  if (std::exchange(view.overlay_after, false) && overlaid().size() > 1) view.compare = view.overlay = true;
  look_at_runs();
  concluded = queue_total > 1 ? sentence() : status;
  measure_range();
  ++revision;
}

void App::look_at_runs() {
  if (view.follow) fit();
  // The cursor waits inside the shortest run, where every executor has something to show; Play starts at 0.
  Nanos shortest = 0;
  for (const Shown& s : shown())
    if (s.run && (shortest == 0 || length_of(s) < shortest)) shortest = length_of(s);
  view.playhead = static_cast<double>(shortest) * 0.8;
  // Of a deadlock at its end, where all are stuck; in a pipeline at a moment in which an item goes on.
  view.telling = telling_run();
  const auto lit = lit_executor();
  const Run* const run = lit ? run_of(*lit) : nullptr;
  Nanos stuck = 0;
  for (const Shown& s : shown())
    if (s.run && s.trace->how_ended() == RunEnd::deadlock) stuck = std::max(stuck, length_of(s));
  if (stuck > 0) {
    view.playhead = static_cast<double>(stuck);
  } else if (workload.scene == "memory") {
    view.playhead = static_cast<double>(end());  // what each saw last is the answer
  } else if (run && run->flow.told_until < Dataflow::kAll) {
    // What was told of is over long before anything is to be seen on the lanes.
  } else if (run && !run->flow.empty()) {
    const std::vector<Dataflow::Move>& moves = run->flow.parts.front();
    for (std::size_t i = moves.size() * 3 / 5; i < moves.size(); ++i)
      if (moves[i].carries) {
        view.playhead = static_cast<double>(moves[i].at);
        break;
      }
    // Whoever is refused is what there is to see.
    if (const auto no = std::ranges::find_if(moves, &Dataflow::Move::refused); no != moves.end()) view.playhead = std::max(view.playhead, static_cast<double>(no->at));
  } else if (run) {
    // Between two crowds there is nothing to be seen.
    const TaskCounts c = counts_at(*run->trace, view.playhead);
    if (10 * c.there() < run->most_at_once)
      if (run->busiest >= 0 && run->busiest <= static_cast<double>(shortest)) view.playhead = run->busiest;
  }
  view.playhead_placed = false;
  double longest = static_cast<double>(fit_end()) * 1e-9;
  const bool chosen = view.speed != view.speed_by_itself && speed_of_ == scenario.lesson;
  view.speed_by_itself = longest > 8 ? 0 : longest > 1.5 ? 1 : longest > 0.1 ? 2 : longest > 0.01 ? 3 : 4;
  if (!chosen) view.speed = view.speed_by_itself;
  speed_of_ = scenario.lesson;
}

// --- what is asked ---------------------------------------------------------------------------------------------------------

std::string App::command(std::string_view name, std::string_view argument, std::string_view value) {
  ++revision;
  auto kind_named = [](std::string_view id) { return executor_from_id(id); };
  if (name == "run") {
    if (busy()) return "A run is under way. Press Stop first.";
    ExecutorKind kind = selected();
    if (!argument.empty()) {
      auto asked = kind_named(argument);
      if (!asked) return fmt::format("There is no executor called '{}'.", argument);
      kind = *asked;
    }
    if (refused(kind)) return notice = engine->capabilities().refused[static_cast<std::size_t>(kind)];
    if (error()) return notice = error().to_string();
    notice.clear();
    let_go_of_files();
    select(kind);
    view.overlay_after = view.overlay_after || (view.compare && view.overlay && view.shown == kind);
    view.overlay = false;
    view.compare = false;
    view.shown = kind;
    view.follow = true;
    view.scroll_px = 0;
    queue_total = 1;
    start(kind);
    return {};
  }
  if (name == "run-all") {
    if (busy()) return "A run is under way. Press Stop first.";
    if (error()) return notice = error().to_string();
    queue.clear();
    for (ExecutorKind kind : executors())
      if (!refused(kind)) queue.push_back(kind);
    if (queue.empty()) return notice = "None of this lesson's executors can run here.";
    notice.clear();
    let_go_of_files();
    queue_total = static_cast<int>(queue.size());
    shown_settings = scenario;
    // Old runs of the same settings would look like results of this round.
    std::erase_if(history, [this](const Run& run) { return same_settings(run.scenario, shown_settings); });
    view.compare = true;
    view.overlay = view.overlay_after = false;
    view.follow = true;
    view.scroll_px = 0;
    view.playhead = -1;
    return {};
  }
  if (name == "stop") {
    queue.clear();
    if (opening) notice = fmt::format("{} was not opened.", opening->name);
    let_go_of_files();
    if (live) {
      live->cancelling = true;
      if (!live->ending) engine->cancel();
    }
    return {};
  }
  if (name == "lesson") {
    for (const LessonName& lesson : lesson_names())
      if (lesson.id == argument || lesson.name == argument) {
        if (busy()) command("stop");
        std::string wanted = lesson.id;
        notice.clear();
        let_go_of_files();
        put_code_away(scenario.lesson);
        change([&](Scenario& s) {
          Scenario fresh;
          fresh.lesson = wanted;
          fresh.seed = s.seed;
          fresh.virtual_time = s.virtual_time;
          s = fresh;
        });
        if (code.changed()) show_script();  // of the same lesson: what did not compile is still there
        shown_settings = scenario;
        look_afresh();
        return {};
      }
    return notice = fmt::format("No lesson is called '{}'. Clear the search to see all.", argument);
  }
  if (name == "select") {
    auto kind = kind_named(argument);
    if (!kind) return fmt::format("There is no executor called '{}'.", argument);
    select(*kind);
    view.telling.reset();
    if (run_of(*kind) || !anything_to_show()) {
      view.shown = *kind;
      if (run_of(*kind) && !busy()) {
        view.compare = view.overlay = false;
        fit();
      }
    }
    return {};
  }
  if (name == "repeat") {
    if (busy()) return "A run is under way. Press Stop first.";
    double times = 5;
    if (!argument.empty() && (!parse_parameter_value(argument, times) || times < 1 || times > static_cast<double>(kMostOverlaid)))
      return notice = fmt::format("repeat wants a number from 1 to {}.", kMostOverlaid);
    if (refused(selected())) return notice = engine->capabilities().refused[static_cast<std::size_t>(selected())];
    if (error()) return notice = error().to_string();
    notice.clear();
    let_go_of_files();
    view.compare = view.overlay = false;
    view.overlay_after = true;
    view.shown = selected();
    view.follow = true;
    view.scroll_px = 0;
    queue.assign(static_cast<std::size_t>(times), selected());
    queue_total = static_cast<int>(times);
    return {};
  }
  if (name == "overlay") {
    if (view.compare && view.overlay) {
      view.compare = view.overlay = false;
    } else {
      if (overlaid().size() < 2) return notice = "There is one run so far. Run again, or open a trace; then they stand one under another.";
      view.compare = view.overlay = true;
    }
    view.scroll_px = 0;
    pin({});
    view.looked_at = 0;
    if (!live) fit();
    measure_range();
    return {};
  }
  if (name == "show") {
    view.overlay = false;
    if (argument == "all") {
      view.compare = true;
    } else if (auto kind = kind_named(argument)) {
      view.compare = false;
      view.shown = *kind;
      select(*kind);
      // Where another run was stuck later this one is over.
      if (const Run* run = run_of(*kind)) view.playhead = std::min(view.playhead, static_cast<double>(length_of(*run)));
    } else {
      return fmt::format("There is no executor called '{}'.", argument);
    }
    view.scroll_px = 0;
    view.unfolded = false;
    if (!live) fit();
    measure_range();
    return {};
  }
  if (name == "set") return set(argument, value);
  if (name == "theme") {
    view.theme = argument == "dark" ? Theme::dark : argument == "light" ? Theme::light
                 : view.theme == Theme::dark ? Theme::light : Theme::dark;
    return {};
  }
  if (name == "forced-colours") {
    auto rgb = [](std::string_view text) {
      Rgb out = 0;
      const auto end = std::from_chars(text.data(), text.data() + text.size(), out, 16);
      return end.ec == std::errc() && end.ptr == text.data() + text.size() && text.size() == 6 ? std::optional(out) : std::nullopt;
    };
    const auto canvas = rgb(argument), text = rgb(value);
    if (argument != "off" && !(canvas && text)) return "forced-colours wants two colours such as 000000 FFFFFF, or off.";
    view.forced.reset();
    if (canvas && text) view.forced = ForcedColours{*canvas, *text};
    return {};
  }
  if (name == "reduced-motion") {
    view.reduced_motion = argument != "off";
    return {};
  }
  if (name == "play" && live) {
    if (!live->held) return {};
    live->held.reset();
    live->so_far = &live->builder->so_far(live->reached);
    live->now = live->reached;
    view.follow = true;
    return {};
  }
  if (name == "play" || name == "play-back") {
    if (end() <= 0 || live) return {};
    int direction = name == "play" ? 1 : -1;
    double last = static_cast<double>(end());
    if (direction > 0 && (!view.playhead_placed || view.playhead >= last)) view.playhead = 0;
    if (direction < 0 && view.playhead <= 0) view.playhead = last;
    if (view.loop && view.range && (view.playhead < view.range->begin || view.playhead >= view.range->end))
      view.playhead = direction > 0 ? view.range->begin : view.range->end;
    view.playhead_placed = true;
    view.playing = direction;
    last_jump_s = 0;
    return {};
  }
  if (name == "pause" && live) {
    if (live->held || live->reached <= 0) return {};
    live->held = std::make_shared<Trace>(*live->so_far);  // once, whatever it costs: all that is drawn reads this
    live->so_far = live->held.get();
    view.follow = false;
  }
  else if (name == "pause") view.playing = 0;
  else if (name == "fit") { view.follow = !paused_live(); glide_to(fitted()); }
  else if (name == "follow") {
    if (paused_live()) return command("play");
    view.follow = true;
  }
  else if (name == "step") return step(argument == "previous" ? -1 : 1, value);
  else if (name == "lanes") return lanes(argument);
  else if (name == "speed") {
    if (argument == "slower") view.speed = std::min(view.speed + 1, static_cast<int>(kSpeeds.size()) - 1);
    else if (argument == "faster") view.speed = std::max(view.speed - 1, 0);
    else return "speed wants slower or faster.";
  }
  else if (name == "share") share();
  else if (name == "save") return save(argument);
  else if (name == "open") wants_open = true;
  else if (name == "code") set_code(std::string(argument));
  else if (name == "edit") return edit(argument);
  else if (name == "undo-changes") return undo_changes();
  else if (name == "redo-changes") return redo_changes();
  else if (name == "latencies") {
    if (!anything_to_show()) return notice = "Nothing has run yet, so no task took any time.";
    view.latencies_shown = !view.latencies_shown;
    measure_latencies();
  }
  else if (name == "keys") view.keys_shown = !view.keys_shown;
  else if (name == "letter-keys") view.letter_keys = argument == "on" ? true : argument == "off" ? false : !view.letter_keys;
  else if (name == "find") return find(argument, value);
  else if (name == "range") return range(argument, value);
  else if (name == "select-range") {
    if (end() <= 0 || live) return notice = "After a run a stretch of it can be selected.";
    view.selecting = argument == "on" ? true : argument == "off" ? false : !view.selecting;
    if (view.selecting && view.tab != Tab::scene) view.tab = Tab::lanes;
  }
  else if (name == "loop") {
    if (!view.range) return notice = "There is no range to loop. Press Range and drag along the lanes, then loop it.";
    view.loop = !view.loop;
  }
  else if (name == "wakes") return wakes();
  else if (name == "line") return line();
  else if (name == "unpin") pin({});
  else if (name == "to-start") { view.playing = 0; view.playhead = 0; view.playhead_placed = true; show_time(0); }
  else if (name == "to-end") { view.playing = 0; view.playhead = static_cast<double>(end()); view.playhead_placed = true; show_time(view.playhead); }
  else if (name == "tab") view.tab = argument == "code" ? Tab::code : argument == "table" ? Tab::table : argument == "settings" ? Tab::settings : argument == "scene" ? Tab::scene : Tab::lanes;
  else if (name == "lessons") view.lessons.show();
  else if (name == "drawer") view.drawer_open = !view.drawer_open;
  else if (name == "notice") notice = argument;  // of the page: what only it knows
  else if (name == "dismiss") notice.clear();
  else if (name == "woke") return woke();
  else if (name == "guess" && !asks_who_is_first()) return "This lesson does not ask who is done first.";
  else if (name == "guess" && argument.empty()) {
    // One after another, then nobody.
    std::vector<ExecutorKind> all = executors();
    auto now = view.guess ? std::ranges::find(all, *view.guess) : all.end();
    if (now == all.end()) view.guess = all.front();
    else if (std::next(now) == all.end()) view.guess.reset();
    else view.guess = *std::next(now);
  }
  else if (name == "guess") {
    auto kind = kind_named(argument);
    if (!kind || !std::ranges::count(executors(), *kind)) return fmt::format("There is no executor called '{}'.", argument);
    view.guess = view.guess == kind ? std::nullopt : kind;
    if (view.guess) change([](Scenario& s) { s.executor.clear(); });  // who is first is asked of all, whoever was chosen before
  }
  else if (name == "guess-time") return guess_time(argument);
  else if (name == "present") view.present = !view.present;
  else if (name == "playhead" || name == "pin" || name == "window") return look(name, argument, value);
  else return fmt::format("There is no command called '{}'.", name);
  return {};
}

void App::look_afresh() {
  status.clear();
  concluded.clear();
  view.playhead = -1;
  view.playing = 0;
  view.telling.reset();
  pin({});
  view.hovered.reset();
  view.selecting = false;
  view.compare = true;
  view.overlay = view.overlay_after = false;
  view.looked_at = 0;
  view.guess.reset();
  view.guess_time = 0;
  view.follow = true;
  view.unfolded = false;
  view.scroll_px = 0;
  range({}, {});
  if (!live && anything_to_show()) look_at_runs();  // of a lesson that has run before
}

void App::select(ExecutorKind kind) {
  // Which executor is chosen changes no run on screen.
  change([kind](Scenario& s) { s.executor = id_of(kind); });
}

std::string App::scenario_hash() const {
  if (!code.changed() || code.text.empty()) return to_hash(scenario);
  Scenario shown = scenario;  // with the code on screen, right or wrong: nothing that was typed is lost
  shown.source = code.text;
  return to_hash(shown);
}

void App::apply_hash(std::string_view hash) {
  ParsedHash parsed = parse_hash(hash);
  if (parsed.scenario.virtual_time && !engine->capabilities().computes) parsed.scenario.virtual_time = false, parsed.changed.push_back(kNoVirtualTime);
  let_go_of_files();
  if (busy() && !(parsed.scenario == scenario)) command("stop");
  const bool other_lesson = !same_lesson(parsed.scenario.lesson, scenario.lesson);
  if (!other_lesson && interleave::source_of(parsed.scenario) == code.text) {
    parsed.scenario.source = scenario.source;  // the code that is on screen, right or wrong
    change([&](Scenario& s) { s = parsed.scenario; });
  } else {
    put_code_away(scenario.lesson);
    // Code in a link may be wrong: then it stands there with its mistake, and the lesson's own is in force.
    std::string text;
    if (find_lesson(parsed.scenario.lesson)) text = std::exchange(parsed.scenario.source, {});
    std::string before = notice;
    change([&](Scenario& s) { s = parsed.scenario; });
    show_script();
    if (!text.empty()) {
      notice = before;  // settings of a parameter that only this code has
      set_code(std::move(text));
    }
  }
  if (other_lesson || history.empty()) shown_settings = scenario;
  if (other_lesson) look_afresh();
  // What the link itself says wrong, then what its settings are to this script.
  if (std::string said = parsed.notice(); !said.empty()) {
    for (const std::string& more : workload.notices) said += " " + more;
    notice = said;
  }
  ++revision;
}

std::string App::set(std::string_view name, std::string_view text) {
  double value = 0;
  if (name == "time") {
    if (text == "virtual" && !engine->capabilities().computes) return notice = kNoVirtualTime;
    change([&](Scenario& s) { s.virtual_time = text == "virtual"; });
    return {};
  }
  const auto named = std::ranges::find(workload.parameters, name, &Parameter::name);
  if (named != workload.parameters.end() && !named->choices.empty()) {
    if (!named->parse(text, value)) return notice = fmt::format("'{}' is no value for {}; there are: {}.", text, name, fmt::join(named->choices, ", "));
  } else if (!parse_parameter_value(text, value)) return notice = fmt::format("'{}' is not a number for {}.", text, name);
  if (name == "workers") change([&](Scenario& s) { s.workers = std::clamp(static_cast<int>(value), 1, 100'000); });
  else if (name == "cores") change([&](Scenario& s) { s.cores = std::clamp(static_cast<int>(value), 1, 256); });
  else if (name == "gil") change([&](Scenario& s) { s.gil_interval = std::clamp<Nanos>(static_cast<Nanos>(value), 1000, 10'000 * kMillisecond); });
  else if (name == "seed") change([&](Scenario& s) { s.seed = static_cast<std::uint64_t>(std::max(0.0, value)); });
  else {
    auto known = std::ranges::find(workload.parameters, name, &Parameter::name);
    if (known == workload.parameters.end()) return notice = fmt::format("This lesson has no setting called '{}'.", name);
    set_parameter(*known, value);
  }
  return {};
}

void App::set_parameter(const Parameter& parameter, double value) {
  std::string name = parameter.name;  // the parameter itself goes with the workload that is replaced
  double clamped = std::clamp(value, parameter.min, parameter.max);
  if (parameter.kind != Parameter::Kind::real) clamped = std::round(clamped);
  bool standard = clamped == parameter.standard;
  change([&](Scenario& s) {
    std::erase_if(s.parameters, [&](const ParameterSetting& p) { return p.name == name; });
    if (!standard) s.set_parameter(name, clamped);
  });
}

// --- words -----------------------------------------------------------------------------------------------------------------

Nanos App::expected(ExecutorKind kind) const {
  const auto i = static_cast<std::size_t>(kind);
  const Run* serial = run_of(ExecutorKind::serial);
  if (workload.expected[i] > 0 || kind == ExecutorKind::serial || !serial || serial->trace->how_ended() != RunEnd::finished)
    return workload.expected[i];
  return expected_from(workload.expected_speedup[i], serial->summary.makespan);
}

Verdict App::check_of(const Run& run) const {
  return together(run.findings);
}

std::string App::off_by(const Run& run) const {
  if (check_of(run).kind != Verdict::Kind::off || run.expected <= 0) return {};
  return "off by " + format_signed_percent(static_cast<double>(length_of(run)) / static_cast<double>(run.expected) - 1);
}

std::string App::off_in_brief(const Run& run) const {
  const std::string by = run.trace->how_ended() == RunEnd::finished ? off_by(run) : std::string();
  return by.empty() || run.cause_in_brief.empty() || check_of(run).because != run.cause ? by : fmt::format("{}, because {}", by, run.cause_in_brief);
}

std::string App::never_run() const {
  std::vector<ExecutorKind> without;
  bool stopped = false;
  for (const ExecutorKind kind : executors()) {
    const Run* run = run_of(kind);
    if (run && run->opened.empty()) stopped |= run->trace->how_ended() == RunEnd::cancelled;
    else if (!run && !refused(kind)) without.push_back(kind);
  }
  return !view.compare || view.overlay || busy() || !stopped || without.empty() ? std::string() : fmt::format("Not run: {}.", joined(without));
}

std::string App::progress() const {
  if (opening) return fmt::format("Opening {}, {} %", opening->name, static_cast<int>(100 * opening->work.part()));
  if (!live) return queue.empty() ? std::string() : "Starting\xe2\x80\xa6";
  int nth = queue_total - static_cast<int>(queue.size());
  std::string time = live->reached > 0 ? time_in_words(live->reached, clock_step_of(*live->so_far)) : "starting\xe2\x80\xa6";  // workers take a while to be there
  if (live->ending) return fmt::format("{}, {}: its trace is put in order, {} %", name_of(live->executor), time, static_cast<int>(100 * live->ending->work.part()));
  if (live->cancelling) return "Stopping\xe2\x80\xa6";
  if (queue_total > 1) return fmt::format("{} of {}: {}, {}", nth, queue_total, name_of(live->executor), time);
  Nanos due = expected(live->executor);
  if (live->reached > 0 && due > 2'000 * kMillisecond) return fmt::format("{}, {} of about {}", name_of(live->executor), time, time_in_words(due));
  return fmt::format("{}, {}", name_of(live->executor), time);
}

std::string App::sentence() const {
  if (live || !queue.empty() || opening) return progress();
  if (!view.compare) {
    const Run* run = run_of(view.shown);
    if (!run) return {};
    const bool stopped = run->trace->how_ended() == RunEnd::cancelled;
    const std::string answer = stopped || run->foreign || workload.asked.of_time() ? std::string() : answered().sentence;
    if (!run->opened.empty()) {
      const std::string name = fmt::format("{}{}{}: ", run->opened, run->measured_under.empty() ? "" : ", under ", run->measured_under);
      return name + (answer.empty() ? length_in_words(*run) : answer);
    }
    const std::string said = !answer.empty() ? answer : stopped ? fmt::format("{}: stopped at {}", name_of(view.shown), length_in_words(*run))
                                                      : fmt::format("{}: {}", name_of(view.shown), length_in_words(*run));
    return stale() ? kBefore + said : said;
  }
  if (view.overlay) return overlay_sentence();
  return stale() ? kBefore + answered().sentence : answered().sentence;
}

Headline App::answered() const {
  constexpr std::size_t kFirst = 200;  // and the last: enough to tell runs apart
  std::vector<Output> outputs;
  std::vector<Result> results = known_results(*this);
  // Of one run alone its own, and what it is compared with.
  if (!view.compare) std::erase_if(results, [&](const Result& r) { return r.executor != view.shown && !(r.executor == ExecutorKind::serial && workload.asked.about == Question::About::speedup); });
  for (const Shown& s : shown()) {
    if (!s.run) continue;
    Output out{s.executor, s.trace->how_ended(), {}, {}};
    const std::vector<std::uint32_t>& lines = s.run->printed;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i == kFirst && lines.size() > kFirst) i = lines.size() - 1;
      if (const TextLine& line = s.trace->texts()[lines[i]]; line.role == TextRole::output) out.lines.push_back(line.text), out.tasks.push_back(line.task);
    }
    outputs.push_back(std::move(out));
  }
  std::vector<std::vector<TaskTime>> times;
  std::vector<WaitingLine> waits;
  using About = Question::About;
  if (workload.asked.about == About::tasks || workload.asked.about == About::ways)
    for (const Result& r : results) times.push_back(r.ran ? task_times(*run_of(r.executor), workload.asked.about == About::ways) : std::vector<TaskTime>());
  if (workload.asked.about == About::waits)
    for (const Result& r : results)
      if (waits.empty() && r.ran && r.how_ended == RunEnd::finished) waits = waiting_lines(run_of(r.executor)->lines);
  std::vector<Nanos> silences;
  if (workload.asked.about == About::beats)
    for (const Result& r : results) silences.push_back(r.ran ? run_of(r.executor)->heart.silence : 0);
  Headline out = answer(workload.asked, results, outputs, times, waits, silences);
  if (workload.asked.about == About::speedup && out.sentence != headline(results).sentence)
    if (std::string why = why_no_faster(); !why.empty()) out.subsentence = why + (out.subsentence.empty() ? "" : " ") + out.subsentence;
  return out;
}

std::string App::why_no_faster() const {
  // Of the one that is looked at; in a comparison of the fastest with several workers.
  const Run* best = nullptr;
  const Run* const serial = run_of(ExecutorKind::serial);
  for (const Shown& s : shown())
    if (s.run && s.run->costs.workers > 1 && s.executor != ExecutorKind::gil && (!best || length_of(*s.run) < length_of(*best))) best = s.run;
  if (!best) return {};
  // Who is as fast as that, or faster, has lost nothing that it says.
  constexpr double kAsGoodAs = 0.95;
  if (serial && static_cast<double>(length_of(*serial)) >= kAsGoodAs * best->costs.workers * static_cast<double>(length_of(*best))) return {};
  const std::string words = costs_in_words(best->costs, serial ? slower_than(best->costs, serial->summary.cpu_busy - serial->summary.main_busy) : 0);
  return words.empty() || !view.compare ? words : fmt::format("{}, {}", name_of(best->executor), words.substr(0, 1) == "W" ? "w" + words.substr(1) : words);
}

std::vector<TaskTime> App::task_times(const Run& run, bool from_start_to_end) {
  constexpr std::size_t kMostNames = 4, kMostTasks = 1000;
  const std::vector<TaskRecord>& tasks = run.trace->tasks();
  if (tasks.size() > kMostTasks) return {};
  const std::map<TaskId, std::string>& called = run.called;
  std::vector<TaskTime> out;
  std::vector<std::pair<Nanos, Nanos>> lives;
  for (const TaskRecord& task : tasks) {
    if (task.id <= kRootTask) continue;
    const auto own = called.find(task.id);
    if (own == called.end() && from_start_to_end) continue;
    std::string name = own != called.end() ? own->second : fmt::format("task {}", number_of(task.id));
    auto known = std::ranges::find(out, name, &TaskTime::name);
    if (known == out.end()) {
      if (out.size() == kMostNames) return {};
      out.push_back({std::move(name), 0});
      lives.emplace_back(task.started, task.ended);
      known = std::prev(out.end());
    }
    auto& [from, to] = lives[static_cast<std::size_t>(known - out.begin())];
    from = std::min(from, task.started);
    to = std::max(to, task.ended);
    known->time = from_start_to_end ? std::max<Nanos>(0, to - from) : known->time + task.running;
  }
  return out;
}

std::string App::subsentence() const {
  if (stale() && !busy())
    return fmt::format("{} changed since. These are the runs of before; run again to see the new ones.",
                       scenario.source != shown_settings.source ? "The code was" : "A setting was");
  if (live || !queue.empty()) return {};
  if (view.compare && view.overlay) return overlay_subsentence();
  if (view.compare) {
    std::string guessed = guess_words();
    for (const std::string& more : {guess_time_words(), answered().subsentence})
      if (!guessed.empty() || view.guess_time > 0) guessed += (guessed.empty() || more.empty() ? "" : " ") + more;
    if (!guessed.empty()) return guessed;
  }
  std::string more = view.compare ? answered().subsentence : std::string();
  if (const std::string without = never_run(); !without.empty()) more += (more.empty() ? "" : " ") + without;
  const std::vector<Shown> all = shown();
  if (std::ranges::any_of(all, [](const Shown& s) { return s.run; }) && std::ranges::all_of(all, [](const Shown& s) { return !s.run || main_worked_alone(*s.run); }))
    return (more.empty() ? "" : more + " ") + "main did all the work itself and made no tasks, so there is nothing to share out.";
  return more.empty() ? workload.claim : more;
}

bool App::main_worked_alone(const Run& run) {
  // Less is what any main needs to begin and to end.
  return !run.foreign && run.summary.tasks == 0 && run.summary.main_busy >= std::max<Nanos>(1'000'000, run.summary.makespan / 4);
}

std::string App::guess_words() const {
  const Run* guessed = view.guess ? run_of(*view.guess) : nullptr;
  const Run* shortest = nullptr;
  std::size_t ran = 0;
  for (ExecutorKind kind : executors())
    if (const Run* run = run_of(kind); run && run->trace->how_ended() == RunEnd::finished) {
      ++ran;
      if (!shortest || length_of(*run) < length_of(*shortest)) shortest = run;
    }
  if (!guessed || ran < 2 || guessed->trace->how_ended() != RunEnd::finished) return {};
  Nanos own = length_of(*guessed);
  const std::string first = fmt::format("{} {} first: ", kExpected, name_of(*view.guess));
  // Who is first is not asked of runs that are nothing but their beginning; and where this one is, the shortest is.
  for (const Result& r : known_results(*this))
    if (r.ran && r.executor == *view.guess && too_short(r)) return first + "it and the shortest are too short to compare.";
  // As the table: within 3 % is as good as the best.
  if (static_cast<double>(own) <= static_cast<double>(length_of(*shortest)) * kBestWithin) return first + "so it was.";
  return first + fmt::format("it took {}, the shortest {}.", length_in_words(*guessed), length_in_words(*shortest));
}

std::string App::guess_time_words() const {
  if (view.guess_time <= 0 || busy()) return {};
  const Run* run = !view.compare ? run_of(view.shown) : view.guess ? run_of(*view.guess) : nullptr;
  if (view.compare && !view.overlay && !view.guess)
    for (ExecutorKind kind : executors())
      if (const Run* each = run_of(kind); each && each->trace->how_ended() == RunEnd::finished && (!run || length_of(*each) < length_of(*run))) run = each;
  if (!run || run->foreign || run->trace->how_ended() != RunEnd::finished) return {};
  return fmt::format("{}: {} took {}.", guessed_time(), name_of(run->executor), length_in_words(*run));
}

std::string App::guessed_time() const { return fmt::format("{} {}", kExpected, time_in_words(view.guess_time)); }

std::string App::beside_guess(const Run& run, std::string words) const {
  if (view.guess_time <= 0 || run.trace->how_ended() != RunEnd::finished) return words;
  return guessed_time() + (words.empty() ? "" : "; ") + words;
}

std::string App::guess_time(std::string_view time) {
  if (!asks_who_is_first()) return "This lesson does not ask how long it takes.";
  double t = 0;
  const bool planted = view.guess_time > 0;
  if (time == "off" || (time.empty() && planted)) view.guess_time = 0;
  else if (time.empty()) view.guess_time = guess_at(0.5);
  else if (time == "earlier" || time == "later") view.guess_time = guess_at(planted ? guess_share(view.guess_time) + (time == "later" ? kGuessStep : -kGuessStep) : 0.5);
  else if (parse_parameter_value(time, t) && t > 0) view.guess_time = static_cast<Nanos>(std::min(t, 1e15));
  else return notice = fmt::format("'{}' is no time that a run could take.", time);
  return {};
}

std::optional<Provenance> App::common_provenance() const {
  std::optional<Provenance> common;
  for (const Shown& s : shown())
    if (s.trace) {
      if (common && *common != s.trace->provenance) return std::nullopt;
      common = s.trace->provenance;
    }
  return common;
}

std::string App::where() const {
  const Run* run = live || view.compare ? nullptr : run_of(view.shown);
  if (run && run->foreign) return "Recorded by another program";
  if (run && !run->measured_under.empty()) return "Recorded under " + run->measured_under;
  if (run && !run->opened.empty()) return "Recorded: " + run->opened;
  const std::string& here = engine->capabilities().where;
  constexpr std::string_view kThreads = "Real threads";
  const auto kind = live ? std::optional(live->executor) : run ? std::optional(run->executor) : std::nullopt;
  const Trace* const trace = run ? run->trace.get() : live ? live->so_far : nullptr;
  const bool one = !view.compare && (kind == ExecutorKind::serial || (kind == ExecutorKind::loop && workers() < 2 && !(trace && threads_beside_loop(*trace))));
  return one && here.starts_with(kThreads) ? "One real thread" + here.substr(kThreads.size()) : here;
}

std::string App::provenance_words(Provenance provenance) const {
  const Capabilities& can = engine->capabilities();
  std::string words;
  switch (provenance) {
    case Provenance::measured: words = "Measured: these runs happened here, just now, after a small one that is not shown."; break;
    case Provenance::modelled: words = "Modelled: computed in virtual time, not run."; break;
    case Provenance::recorded: words = "Recorded: a run of another time and machine."; break;
  }
  if (provenance == Provenance::recorded)
    for (const Shown& s : shown())
      if (s.run && !s.run->measured_under.empty()) words = fmt::format("Recorded: measured under {}, at another time.", s.run->measured_under);
  for (const std::string* more : {&can.where, &can.why})
    if (!more->empty()) words += (more == &can.where ? " " : " ") + *more + (more->ends_with('.') ? "" : ".");
  return words;
}

std::string App::emulated_words() const {
  for (const Shown& s : shown()) {
    if (!s.trace || s.trace->fact(Fact::emulated_cores) == 0) continue;
    const std::int64_t n = s.trace->fact(Fact::cores);
    const int machine = engine->capabilities().machine_cores;
    const std::string where = s.run && !s.run->opened.empty() ? std::string("on a machine that had more cores.")
                                                              : fmt::format("on the {} of this machine. With cores set to {} they are its own.", machine == 1 ? "one core" : fmt::format("{} cores", machine), machine);
    return fmt::format("Emulated cores: permits let {} {} compute at a time, {}", n, n == 1 ? "task" : "tasks", where);
  }
  return {};
}

std::optional<ExecutorKind> App::lit_executor() const {
  if (view.pinned && trace_of(view.pinned->executor)) return view.pinned->executor;
  if (live) return live->executor;
  if (view.compare && view.overlay)
    if (const Run* run = view.looked_at > 0 ? run_of(SpanPick{.run = view.looked_at}) : nullptr) return run->executor;
  if (!view.compare || view.overlay) return trace_of(view.shown) ? std::optional(view.shown) : std::nullopt;
  if (view.telling && trace_of(*view.telling)) return view.telling;
  if (trace_of(selected())) return selected();
  for (ExecutorKind kind : executors())
    if (trace_of(kind)) return kind;
  return std::nullopt;
}

void App::share() {
  clipboard = scenario_hash();
  notice = "The link to these settings was copied.";
  ++revision;
}

std::string settings_in_short(const App& app) {
  std::string out;
  for (const Parameter& p : app.workload.parameters) {
    std::string name = p.name;
    std::ranges::replace(name, '_', ' ');
    bool yes_no = p.kind == Parameter::Kind::integer && p.min == 0 && p.max == 1;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, yes_no ? p.value > 0 ? "on" : "off" : p.kind == Parameter::Kind::integer && p.choices.empty() && p.value >= 1000 ? format_count(static_cast<std::uint64_t>(p.value)) : p.text(p.value));
  }
  return out;
}

std::vector<Result> known_results(const App& app) {
  std::vector<Result> out;
  const Nanos longest = app.longest();
  const bool foreign = app.foreign();  // none of the lesson's, and no task in it that a table could speak of
  for (ExecutorKind kind : app.executors()) {
    Result r;
    r.executor = kind;
    r.expected = foreign ? 0 : app.expected(kind);
    if (const Run* run = app.run_of(kind); run && !foreign) {
      r.ran = true;
      r.provenance = run->trace->provenance;
      r.how_ended = run->trace->how_ended();
      r.summary = run->summary;
      r.summary.makespan = app.length_of(*run);
      r.expected = run->expected;
      r.clock_step = clock_step_of(*run->trace);
      r.waited = run->waited;
      auto fact = [&](Fact f) { return static_cast<int>(run->trace->fact(f)); };
      bool one = kind == ExecutorKind::serial || kind == ExecutorKind::gil || kind == ExecutorKind::loop;
      r.cores = one ? 1 : std::max(0, std::min(fact(Fact::cores), fact(Fact::workers)));
      if (kind == ExecutorKind::loop) r.cores = std::max(1, loops_of(*run->trace));
      r.verdict = app.check_of(*run).words;
    } else {
      r.refused = app.engine->capabilities().refused[static_cast<std::size_t>(kind)];
    }
    r.longest = longest;
    out.push_back(std::move(r));
  }
  return out;
}

std::vector<ResultRow> App::results() const {
  std::vector<Result> known = known_results(*this);
  std::vector<ResultCells> cells = result_cells(known);
  std::vector<ResultRow> rows;
  const bool stopped = !never_run().empty();
  // Before a run or a guess the models would give the answer away.
  const bool guessing = !view.guess && asks_who_is_first() && std::ranges::none_of(known, &Result::ran);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    ResultRow row{std::move(cells[i])};
    if (guessing) row.model.clear();
    row.provenance = known[i].provenance;
    row.makespan = known[i].ran ? known[i].summary.makespan : 0;
    row.refused = !known[i].ran && !known[i].refused.empty();
    if (live && live->executor == row.executor) row.check = "running";
    else if (std::ranges::count(queue, row.executor)) row.check = "next";
    else if (!known[i].ran && !row.refused && stopped) row.check = "not run";
    row.badge = known[i].ran && std::ranges::any_of(known, [&](const Result& r) { return r.ran && r.provenance != known[i].provenance; });
    if (known[i].ran) row.off_in_brief = off_in_brief(*run_of(row.executor));
    rows.push_back(std::move(row));
  }
  return rows;
}

void App::list_tasks(AppState& out) const {
  const auto kind = lit_executor();
  if (!kind || live || foreign()) return;
  const Trace* const trace = trace_of(SpanPick{.executor = *kind, .run = serial_of(*kind)});
  if (!trace || !trace->ended()) return;
  const double at = std::max(0.0, view.playhead);
  const std::size_t all = trace->tasks().empty() ? 0 : trace->tasks().size() - 1;  // without main, which is the first
  if (all == 0) return;
  for (const TaskRecord& task : std::span(trace->tasks()).subspan(1, std::min(all, kMostTaskStates)))
    out.tasks.push_back({number_of(task.id), fmt::format("{}: {}", task_name(*trace, task.id), task_words(*trace, task.id, at))});
  const std::string count = all > kMostTaskStates ? fmt::format("The first {} of {} tasks", kMostTaskStates, format_count(all)) : fmt::format("{} {}", format_count(all), all == 1 ? "task" : "tasks");
  out.tasks_said = fmt::format("{} on {} at {}", count, name_of(*kind), time_in_words(static_cast<Nanos>(at)));
}

void App::note_what_is_mirrored() {
  // A playhead that moves is mirrored where it comes to rest.
  const bool rests = view.playing == 0 && !view.scrubbing;
  Mirrored now{notice, view.present, view.editing, view.letter_keys, paused_live(), view.playing, view.lanes_by, rests ? view.playhead : mirrored_.playhead, view.pinned, view.range, view.looked_at};
  if (view.range_from) now.range = mirrored_.range;
  if (now == mirrored_) return;
  mirrored_ = std::move(now);
  ++revision;
}

AppState App::state() const {
  AppState out;
  out.revision = revision;
  out.lesson = workload.name;
  out.lesson_id = workload.id;
  out.title = workload.title;
  out.question = question();
  out.lessons = lesson_names();
  for (const Parameter& p : workload.parameters)
    out.parameters.push_back({p.name, p.label(), p.text(p.value), p.value, p.min, p.max, p.log, p.kind == Parameter::Kind::integer, p.yes_or_no()});
  const Capabilities& can = engine->capabilities();
  for (ExecutorKind kind : executors()) {
    ExecutorState e;
    e.kind = kind;
    e.selected = kind == selected();
    e.running = live && live->executor == kind;
    e.waiting = std::ranges::count(queue, kind) > 0;
    e.refused = can.refused[static_cast<std::size_t>(kind)];
    out.executors.push_back(std::move(e));
  }
  out.results = results();
  out.running = busy();
  if (opening) out.opening = opening->name;
  out.progress = progress();
  out.sentence = sentence();
  out.status = status;
  out.concluded = busy() ? std::string() : concluded;
  out.notice = notice;
  out.where = where();
  out.why = can.why;
  out.emulated = emulated_words();
  out.hash = scenario_hash();
  if (view.pinned) out.pinned = span_sentence(*this, *view.pinned);
  out.range = range_words();
  list_tasks(out);
  out.code = code_state();
  out.dark = view.theme == Theme::dark;
  return out;
}

}  // namespace interleave
