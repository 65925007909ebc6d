#include "ui/timeline_plan.h"
#include "trace/loops.h"
#include "ui/widgets.h"
#include "view/format.h"
#include "view/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>


namespace interleave {
namespace {

// Lanes that execute tasks; the coordinator only makes them.
std::vector<int> worker_lanes(const Trace& trace) {
  std::vector<int> out;
  for (std::size_t i = 0; i < trace.lanes().size(); ++i)
    if (trace.lanes()[i].kind != LaneKind::coordinator) out.push_back(static_cast<int>(i));
  if (out.empty() && !trace.lanes().empty()) out.push_back(0);
  return out;
}

// The coordinator's, where main worked itself for so long that it can be seen; -1: it only made tasks.
int main_lane(const Trace& trace) {
  const Summary s = trace.summary();
  // While a run begins, main's share is large in every run.
  const Nanos least = std::max<Nanos>(s.makespan / 50, trace.ended() ? 20'000 : 20'000'000);
  if (s.main_busy < least) return -1;
  auto lane = std::ranges::find(trace.lanes(), LaneKind::coordinator, &Lane::kind);
  return lane == trace.lanes().end() ? -1 : static_cast<int>(lane - trace.lanes().begin());
}

std::string cores_of(const Trace* trace, std::size_t n) {
  const bool emulated = trace && trace->fact(Fact::emulated_cores) != 0;
  return fmt::format("{} {}{}", format_count(n), emulated ? "emulated " : "", n == 1 ? "core" : "cores");
}

std::string count_of(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", format_count(n), n == 1 ? one : many);
}

// Without main.
std::size_t task_count(const Trace& trace) { return trace.tasks().empty() ? 0 : trace.tasks().size() - 1; }

// Who serves the tasks: "100 workers, 4 cores".
std::string who_serves(const App& app, ExecutorKind kind, const Trace* trace) {
  // Its own, which need not be the selected one's: a loop has one, and of processes there are no more than cores.
  const int own = app.workload.workers_of[static_cast<std::size_t>(kind)];
  std::size_t workers = static_cast<std::size_t>(own > 0 ? own : app.workers()), cores = static_cast<std::size_t>(app.cores());
  if (trace) {
    if (auto n = trace->fact(Fact::workers); n > 0) workers = static_cast<std::size_t>(n);
    if (auto n = trace->fact(Fact::cores); n > 0) cores = static_cast<std::size_t>(n);
  }
  switch (kind) {
    case ExecutorKind::serial: return "1 thread";
    case ExecutorKind::threads: return count_of(workers, "worker", "workers") + ", " + cores_of(trace, cores);
    case ExecutorKind::gil: return count_of(workers, "worker", "workers") + ", 1 permit";
    case ExecutorKind::processes: return count_of(workers, "process", "processes") + ", " + cores_of(trace, cores);
    case ExecutorKind::loop: {
      std::size_t tasks = trace ? task_count(*trace) : 0;
      // Those that a click on Run would start; beside others it is one.
      int loops = trace ? loops_of(*trace) : app.view.compare || app.selected() != kind ? 1 : app.workers();
      std::string of = tasks > 0 ? count_of(tasks, "coroutine", "coroutines") : "coroutines";
      return loops > 1 ? fmt::format("{} loops, {}", loops, of) : tasks > 0 ? of : "1 thread, coroutines";
    }
    case ExecutorKind::stealing: {
      const bool emulated = trace && trace->fact(Fact::emulated_cores) != 0;
      return count_of(workers, "worker", "workers") + (emulated ? ", " + cores_of(trace, cores) : "") + ", coroutines";
    }
  }
  return {};
}

// As many letters of it as fit, and that there are more.
std::string cut_to(std::string_view text, float room) {
  std::string out(text);
  // Of a long line no more than could fit, for a start: a letter has four bytes at most.
  const auto most = static_cast<std::size_t>(4 * (std::max(0.0f, room) / text_width(Face::mono, kPrintedPx, "0") + 1));
  if (out.size() > most) out.resize(most);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
  while (!out.empty() && text_width(Face::mono, kPrintedPx, out + "\u2026") > room) {
    while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    out.pop_back();
  }
  return out + "\u2026";
}

struct Builder {
  const App& app;
  TimelinePlan& plan;
  float y;

  void add(LaneRow row, float h, float gap) {
    row.y = y;
    row.h = h;
    if (y + h >= plan.lanes.y && y <= plan.lanes.bottom()) plan.rows.push_back(std::move(row));
    y += h + gap;
  }
  // What was printed, in a row so high. Lines that find no place are counted, not dropped.
  LaneRow printed_row(const App::Shown& of_run, float h, float indent) {
    constexpr float kApart = 10, kBeside = 4, kOneMoment = 24, kLeastCut = 60;
    LaneRow row;
    row.kind = LaneRow::Kind::printed;
    row.trace = of_run.trace;
    row.run = of_run.run;
    row.where.executor = of_run.executor;
    row.where.run = of_run.serial;
    row.indent = indent;
    const Viewport& window = app.view.window;
    const float right = plan.x + plan.width;
    const int lines = std::max(1, static_cast<int>(std::floor((h + 1) / kPrintedLine)));
    // How far a line is free from there on; less than `from`: it is not.
    auto room_until = [&](int line, float from) {
      float until = right;
      for (const PrintedAt& p : row.printed)
        if (p.line == line && p.from + p.width + kApart > from) until = std::min(until, p.from - kApart);
      return until;
    };
    auto put = [&](PrintedAt said, float from) {
      if (from < plan.x) return false;
      for (said.line = 0, said.from = from; said.line < lines; ++said.line)
        if (from + said.width <= room_until(said.line, from)) {
          row.printed.push_back(std::move(said));
          return true;
        }
      return false;
    };
    // First those that have room at their moment: they begin there or, where the axis ends first, end there. Never does a moment
    // lie within its own words.
    std::vector<PrintedAt> others;
    for (const std::uint32_t nth : row.run->printed) {
      const TextLine& text = row.trace->texts()[nth];
      const auto at = static_cast<double>(std::min(text.at, app.length_of(*row.run)));  // that it failed is said at its end
      if (at < window.begin || at > window.end) continue;
      PrintedAt said{.text = nth, .words = text.text, .x = plan.px(window, at), .width = text_width(Face::mono, kPrintedPx, text.text)};
      if (!put(said, said.x + kBeside) && (said.x + kBeside + said.width <= right || !put(said, said.x - kBeside - said.width))) others.push_back(std::move(said));
    }
    // Then, behind one of the same moment, as good as at its time; or cut.
    std::map<std::uint32_t, float> moment;  // of those behind others, of the first of them
    auto moment_of = [&](const PrintedAt& p) { return moment.contains(p.text) ? moment[p.text] : p.x; };
    std::size_t left_out = 0;
    for (PrintedAt& said : others) {
      bool placed = false;
      for (std::size_t i = 0, n = row.printed.size(); i < n && !placed; ++i) {
        const PrintedAt before = row.printed[i];
        const float from = before.from + before.width + kApart;
        if (before.text > said.text || said.x - moment_of(before) >= kOneMoment || before.from < before.x || from + said.width > room_until(before.line, from)) continue;
        said.from = from, said.line = before.line, moment[said.text] = moment_of(before);
        row.printed.push_back(said);
        placed = true;
      }
      for (int line = 0; line < lines && !placed; ++line) {
        const float from = said.x + kBeside, room = room_until(line, from) - from;
        if (room < kLeastCut) continue;
        said.words = cut_to(said.words, room), said.width = text_width(Face::mono, kPrintedPx, said.words);
        said.from = from, said.line = line;
        row.printed.push_back(said);
        placed = true;
      }
      left_out += !placed;
    }
    std::ranges::sort(row.printed, {}, &PrintedAt::text);
    row.label = "printed";
    if (left_out > 0) {
      const std::string more = fmt::format("+{} more", format_count(left_out));
      row.label += ", " + more;
      if (text_width(Face::regular, 13, row.label) > plan.x - plan.header_x - 4 - indent) row.label = more;
    }
    return row;
  }
  LaneRow lane_row(const App::Shown& of_run, SpanPick::Of of, int index) {
    LaneRow row;
    row.trace = of_run.trace;
    row.where = {of_run.executor, of, static_cast<std::uint32_t>(index), 0, 1, of_run.serial};
    row.spans = of == SpanPick::Of::stage ? Spans(of_run.run->stages[static_cast<std::size_t>(index)].spans) : spans_at(row.trace, row.where);
    row.run = of_run.run;
    if (of == SpanPick::Of::task && of_run.run && static_cast<std::size_t>(index) < of_run.run->last_printed.size())
      if (const std::uint32_t nth = of_run.run->last_printed[static_cast<std::size_t>(index)]; nth > 0) row.said = of_run.trace->texts()[nth - 1].text;
    const std::vector<TimeTable>* tables = nullptr;
    if (of == SpanPick::Of::stage) tables = nullptr;
    else if (of_run.run && of != SpanPick::Of::task) tables = of == SpanPick::Of::core ? &of_run.run->core_tables : &of_run.run->lane_tables;
    else if (!of_run.run && app.live && of == SpanPick::Of::worker) tables = &app.live->lane_tables;
    if (tables && static_cast<std::size_t>(index) < tables->size() && (*tables)[static_cast<std::size_t>(index)].size() > 0) row.table = &(*tables)[static_cast<std::size_t>(index)];
    return row;
  }
};

// One executor in "Run all": its lanes and the task stack.
struct GroupShape {
  std::vector<int> lanes;
  SpanPick::Of of = SpanPick::Of::core;
  std::size_t in_all = 0;  ///< lanes, with those that are folded
  /// Where there is room: its few tasks, and who had control inside of them, a lane each.
  struct More { SpanPick::Of of; int index; std::string label; };
  std::vector<More> more;
  std::size_t few_tasks = 0;  ///< with `more`
  bool alone = false;   ///< one task, and one lane that shows where it is
  bool heart = false;   ///< its one more lane is what the lesson is about
  bool prints = false;  ///< few enough lines for each to stand at its time
  std::string note;     ///< of one without lanes: that it comes next, or why it has none
  float note_h = 0;     ///< that this takes below a name above the lanes; 0: it stands beside the name
};

constexpr const char* kHeart = "heart";
constexpr float kPrintedGap = 4;
constexpr std::size_t kMostPrintedLines = 8;
constexpr std::size_t kMostPrinted = 40;  // lines; of more none has a place at its time

GroupShape shape_of(const App& app, const App::Shown& shown) {
  constexpr std::size_t kFewTasks = 8, kMostMore = 12;
  const Trace* trace = shown.trace;
  GroupShape shape;
  if (!trace) return shape;
  if (shown.run && trace->ended() && !shown.run->foreign && task_count(*trace) <= kFewTasks) {
    if (task_count(*trace) > 1)
      for (std::size_t id = 2; id <= trace->tasks().size(); ++id) shape.more.push_back({SpanPick::Of::task, static_cast<int>(id), name_of_task(*trace, shown.run, static_cast<TaskId>(id))});
    for (std::size_t i = 0; i < shown.run->stages.size(); ++i) shape.more.push_back({SpanPick::Of::stage, static_cast<int>(i), shown.run->stages[i].name});
    if (shape.more.size() > kMostMore) shape.more.clear();
    shape.few_tasks = task_count(*trace);
    shape.prints = !shown.run->printed.empty() && shown.run->printed.size() <= kMostPrinted;
  }
  // Of many tasks the one that the lesson asks about.
  if (shape.more.empty() && shown.run && app.workload.asked.about == Question::About::beats && shown.run->heart.task != kNoTask)
    shape.more.push_back({SpanPick::Of::task, static_cast<int>(shown.run->heart.task), kHeart}), shape.few_tasks = task_count(*trace), shape.heart = true;
  std::vector<int> workers = worker_lanes(*trace);
  // Threads beside a loop are the lesson where there are any: a core's lane would not say which of them waits.
  if (workers.size() <= 4 || trace->cores().empty() || (workers.size() <= 8 && threads_beside_loop(*trace))) {
    shape.of = SpanPick::Of::worker;
    shape.lanes = workers;
    if (int main = main_lane(*trace); main >= 0 && !std::ranges::count(workers, main)) shape.lanes.insert(shape.lanes.begin(), main);
  } else {
    for (std::size_t i = 0; i < trace->cores().size(); ++i) shape.lanes.push_back(static_cast<int>(i));
  }
  shape.alone = shape.lanes.size() == 1 && trace->ended() && task_count(*trace) == 1;
  shape.in_all = shape.lanes.size();
  if (!app.view.unfolded && shape.lanes.size() > kMostGroupLanes) shape.lanes.resize(kMostGroupLanes);
  return shape;
}

bool asks_what_is_printed(const App& app) {
  using About = Question::About;
  const About about = app.workload.asked.about;
  return about == About::output || about == About::first || about == About::lines || about == About::order;
}

std::string note_of(const App& app, const App::Shown& shown) {
  const ExecutorKind kind = shown.executor;
  if (app.live && app.live->executor == kind && !shown.run) return fmt::format("running, {}", app.time_in_words(app.live->now, clock_step_of(*app.live->so_far)));
  if (std::ranges::count(app.queue, kind)) return "next";
  if (shown.trace) return {};
  if (app.refused(kind)) return app.engine->capabilities().refused[static_cast<std::size_t>(kind)];
  return app.never_run().empty() ? std::string() : "Not run: Run all was stopped before it.";
}

void plan_groups(Builder& b, const std::vector<App::Shown>& all) {
  const App& app = b.app;
  const bool differ = app.anything_to_show() && !app.common_provenance();
  std::vector<GroupShape> shapes;
  for (const App::Shown& s : all) shapes.push_back(shape_of(app, s));
  // Full size first, with a lane for each of few tasks; where that is too high these go, then the stacks give way, then the lanes.
  struct Size { float single, packed, gap, stack, between, least, more = 20, printed = 0; };
  constexpr float kMoreGap = 3;
  // Where heads have no column, a group's name stands above its lanes.
  const float title = b.plan.x - b.plan.header_x < 40 ? kGroupTitle : 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    GroupShape& g = shapes[i];
    g.note = note_of(app, all[i]);
    if (title <= 0 || !g.lanes.empty() || g.note.empty()) continue;
    const float beside = b.plan.x + b.plan.width - b.plan.header_x - 36 - text_width(Face::semibold, 14, name_of(all[i].executor)) - 24;
    if (text_width(Face::regular, 13, g.note) > beside) g.note_h = put_wrapped(nullptr, Face::regular, 13, {}, 0, g.note, b.plan.width - 16, 2) + 2;
  }
  // The first is for two or three runs of few lanes on a large screen, which would stand in its upper half.
  constexpr Size kSizes[] = {{72, 64, 5, 240, 44, 180, 64, 3 * kPrintedLine}, {44, 44, 4, 200, 34, 180, 44, 3 * kPrintedLine}, {44, 40, 4, 132, 34, 180, 40, 2 * kPrintedLine}, {44, 22, 3, 64, 26, 84, 26, 2 * kPrintedLine},
                             {32, 16, 3, 48, 22, 70, 20, kPrintedLine}, {24, 12, 3, 36, 18, 56, 20, kPrintedLine}, {20, 9, 2, 31, 15, 52, 20, kPrintedLine}, {20, 9, 2, 22, 12, 46, 20, kPrintedLine},
                             {18, 8, 2, 12, 10, 40, 18, kPrintedLine}, {16, 7, 1, 8, 8, 34, 16, kPrintedLine}, {12, 5, 1, 0, 6, 20, 16, kPrintedLine}, {10, 4, 1, 0, 4, 18, 16}};
  // What was printed makes lanes this low only where it is what is asked about, and the lowest on a wall, where nothing else has it.
  const Size* const lowest_with_print = !asks_what_is_printed(app) ? &kSizes[5] : app.view.present ? std::end(kSizes) : &kSizes[9];
  // Where each task has a lane the stack says little more; of one task on one lane, nothing.
  auto stack_of = [](const Size& s, const GroupShape& g) { return g.alone ? 0 : g.more.empty() ? s.stack : g.few_tasks < 2 ? 0 : std::min(s.stack, 40.0f); };
  auto height = [title, &stack_of](const Size& s, const GroupShape& g) {
    if (g.lanes.empty()) return title > 0 ? title + g.note_h : std::min(s.least, 38.0f);  // has not run: its name, and why
    auto n = static_cast<float>(g.lanes.size());
    float lanes = n <= 1 ? s.single : n * s.packed + (n - 1) * s.gap;
    lanes += static_cast<float>(g.more.size()) * (s.more + kMoreGap);
    const float stack = stack_of(s, g);
    return title + std::max(title > 0 ? 0 : (g.more.empty() && !g.alone) || g.heart ? s.least : g.more.empty() ? std::min(s.least, 84.0f) : 84, lanes + (stack > 0 ? s.gap + stack : 0)) + (g.prints && s.printed > 0 ? s.printed + kPrintedGap : 0);
  };
  const bool printing = title <= 0 && std::ranges::any_of(shapes, &GroupShape::prints);
  auto silent = [](Size s) {
    s.printed = 0;
    return s;
  };
  // They stand beside the group's name only below it.
  const bool heart = std::ranges::any_of(shapes, &GroupShape::heart);
  // Without a column their names stand within their lanes, which are as high as a line of text.
  const bool no_column = !heart && b.plan.x - b.plan.header_x < 140;
  const Size& least_for_more = heart ? *std::prev(std::end(kSizes)) : title > 0 ? kSizes[8] : kSizes[4];
  auto fits = [&](const Size& s) {
    float total = -s.between;
    for (const GroupShape& g : shapes) total += height(s, g) + s.between;
    return total <= b.plan.lanes.h - 4;
  };
  if (no_column && title <= 0)
    for (GroupShape& g : shapes) g.more.clear();
  if (no_column)
    for (GroupShape& g : shapes) std::erase_if(g.more, [](const GroupShape::More& more) { return more.of != SpanPick::Of::stage; });
  // The code around generators goes first.
  if (!fits(silent(least_for_more)))
    for (std::size_t i = 0; i < shapes.size(); ++i)
      std::erase_if(shapes[i].more, [&](const GroupShape::More& more) { return more.of == SpanPick::Of::stage && all[i].run->stages[static_cast<std::size_t>(more.index)].kind == LaneKind::coordinator; });
  if (!fits(silent(least_for_more)))
    for (GroupShape& g : shapes) g.more.clear();
  // Smaller lanes with what was printed come before larger ones without.
  const bool with_printed = printing && std::any_of(kSizes, lowest_with_print, [&](const Size& s) { return s.printed > 0 && fits(s); });
  Size chosen = kSizes[0];
  for (const Size& each : kSizes) {
    const Size s = with_printed ? each : silent(each);
    chosen = s;
    float total = -s.between;
    for (const GroupShape& g : shapes) total += height(s, g) + s.between;
    float left = b.plan.lanes.h - 4 - total;
    if (left < 0) continue;
    // What is left makes lanes higher, then gaps wider, up to what the next size has.
    auto n = static_cast<float>(std::max<std::size_t>(1, shapes.size()));
    if (&each != &kSizes[0]) {
      const Size& more = *(&each - 1);
      for (float part = 1; part >= 0.25f; part -= 0.25f) {
        Size mixed{std::floor(std::lerp(s.single, more.single, part)), std::floor(std::lerp(s.packed, more.packed, part)), s.gap,
                   std::floor(std::lerp(s.stack, more.stack, part)), s.between, std::floor(std::lerp(s.least, more.least, part)),
                   std::floor(std::lerp(s.more, more.more, part)), s.printed};
        if (mixed.stack < 6) mixed.stack = 0;
        float higher = -mixed.between;
        for (const GroupShape& g : shapes) higher += height(mixed, g) + mixed.between;
        if (higher > b.plan.lanes.h - 4) continue;
        chosen = mixed;
        left = b.plan.lanes.h - 4 - higher;
        break;
      }
    }
    // Then more lines of what was printed.
    const auto print = static_cast<float>(std::ranges::count_if(shapes, &GroupShape::prints));
    std::size_t lines = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i)
      if (shapes[i].prints) lines = std::max(lines, all[i].run->printed.size());
    const float most_printed = static_cast<float>(std::min(lines, kMostPrintedLines)) * kPrintedLine;
    while (chosen.printed > 0 && chosen.printed < most_printed && left >= print * kPrintedLine) chosen.printed += kPrintedLine, left -= print * kPrintedLine;
    chosen.between += std::clamp(std::floor(left / n), 0.0f, 10.0f);
    break;
  }
  const Size* size = &chosen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ExecutorKind kind = all[i].executor;
    LaneGroup group;
    group.executor = kind;
    group.trace = all[i].trace;
    group.run = all[i].run;
    group.title = all[i].title;
    group.serial = all[i].serial;
    group.badge = differ && group.run;
    group.y = b.y;
    group.h = height(*size, shapes[i]);
    group.who = group.title.empty() ? who_serves(app, kind, group.trace) : std::string(name_of(kind)) + (!group.run || group.run->opened.empty() ? "" : group.run->measured_under.empty() ? ", opened" : ", " + group.run->measured_under);
    const GroupShape& shape = shapes[i];
    group.note = shape.note;
    group.note_beside = title > 0 && shape.note_h <= 0;
    // Where the first lane with a name is as high up as these words, that goes there.
    const auto n = static_cast<float>(shape.lanes.size());
    const float second_y = size->packed * 1.5f + size->gap - 9, more_y = (n <= 1 ? size->single : n * size->packed + (n - 1) * size->gap) + size->gap + size->more / 2 - 9;
    const bool helpers = group.trace && shape.of == SpanPick::Of::worker && shape.lanes.size() > 1 && threads_beside_loop(*group.trace) && title <= 0 && second_y >= 20 && size->packed >= 14;
    group.who_beside = (helpers && second_y < 36) || (!shape.more.empty() && more_y < 36);
    if (shape.in_all > kMostGroupLanes) group.lanes = shape.lanes.size(), group.lanes_in_all = shape.in_all;
    float start = b.y;
    b.y += title;
    group.title_h = title;
    if (group.trace) {
      for (int lane : shape.lanes) {
        LaneRow row = b.lane_row(all[i], shape.of, lane);
        if (helpers && lane != shape.lanes.front()) row.label = group.trace->lanes()[static_cast<std::size_t>(lane)].name, row.indent = 38;
        b.add(std::move(row), shape.lanes.size() <= 1 ? size->single : size->packed, size->gap);
      }
      for (const GroupShape::More& more : shape.more) {
        LaneRow row = b.lane_row(all[i], more.of, more.index);
        row.label = more.label;
        if (shape.prints && size->printed > 0) row.said = {};  // it stands below
        row.indent = 38;
        if (no_column && title > 0) row.detail = std::exchange(row.label, {}), row.said = {};
        if (shape.heart && title > 0) row.said = kHeart, row.label.clear();  // no column for it: behind its end
        b.add(std::move(row), size->more, kMoreGap);
      }
      if (float stack_h = stack_of(*size, shape); stack_h > 0) {
        // Of its height, below: a small area of how many cores are in use.
        constexpr float kLeastStack = 28, kAreaGap = 2;
        const float area_h = stack_h >= kLeastStack && group.trace->cores().size() > 1 ? std::round(std::clamp(stack_h * 0.28f, 8.0f, 16.0f)) : 0;
        if (area_h > 0) stack_h -= area_h + kAreaGap;
        LaneRow stack;
        stack.kind = LaneRow::Kind::stack;
        stack.trace = group.trace;
        stack.run = group.run;
        stack.counts = group.run ? &group.run->counts : nullptr;
        stack.most = group.run ? group.run->most_at_once : 0;
        stack.where.executor = kind;
        stack.where.run = group.serial;
        LaneRow area = stack;
        b.add(std::move(stack), stack_h, area_h > 0 ? kAreaGap : 0);
        if (area_h > 0) {
          area.kind = LaneRow::Kind::queue;
          area.state = State::running;
          area.most = static_cast<std::uint32_t>(group.trace->cores().size());
          // Its name stands below what stands beside the lanes, where there is room.
          if (title <= 0 && b.plan.x - b.plan.header_x >= 140 && b.y + area_h / 2 - 8 >= group.y + 35) area.label = threads_beside_loop(*group.trace) ? "threads in use" : "cores in use", area.indent = 38;
          b.add(std::move(area), area_h, 0);
        }
      }
    }
    if (group.trace && shape.prints && size->printed > 0) {
      group.foot_h = size->printed + kPrintedGap;
      b.y = start + group.h - size->printed;
      b.add(b.printed_row(all[i], size->printed, 38), size->printed, 0);
    }
    b.y = start + group.h + size->between;
    b.plan.groups.push_back(std::move(group));
  }
  b.y -= size->between;
}

/// The lanes of one run in their order. Of tasks there may be a hundred thousand: they are counted, not listed.
struct LaneList {
  using Of = SpanPick::Of;
  std::vector<std::pair<Of, int>> first;
  std::size_t tasks = 0;        ///< from number 1 on, without `elsewhere`
  TaskId elsewhere = kNoTask;   ///< a task that is among the first
  std::size_t stages = 0;

  std::size_t size() const { return first.size() + tasks + stages; }
  std::pair<Of, int> at(std::size_t i) const {
    if (i < first.size()) return first[i];
    i -= first.size();
    if (i >= tasks) return {Of::stage, static_cast<int>(i - tasks)};
    const auto id = static_cast<TaskId>(i) + kRootTask + 1;
    return {Of::task, static_cast<int>(elsewhere != kNoTask && id >= elsewhere ? id + 1 : id)};
  }
  /// -1: it is none of them.
  std::ptrdiff_t find(std::pair<Of, int> lane) const {
    if (const auto at = std::ranges::find(first, lane); at != first.end()) return at - first.begin();
    const auto [of, index] = lane;
    if (of == Of::stage && index >= 0 && static_cast<std::size_t>(index) < stages) return static_cast<std::ptrdiff_t>(first.size() + tasks) + index;
    const std::ptrdiff_t nth = index - static_cast<int>(kRootTask) - 1 - (elsewhere != kNoTask && index > static_cast<int>(elsewhere));
    return of == Of::task && nth >= 0 && nth < static_cast<std::ptrdiff_t>(tasks) ? static_cast<std::ptrdiff_t>(first.size()) + nth : -1;
  }
};

// Whose lane a task's span is on, or the next of its spans that is on one; -1: nobody's.
int worker_of(const Trace& trace, const SpanPick& task) {
  constexpr std::size_t kMostLookedAt = 8;
  const Spans life = spans_at(&trace, task);
  for (std::size_t n = task.span; n < life.size() && n < task.span + kMostLookedAt; ++n) {
    const Span at = life[n];
    for (std::size_t i = 0; i < trace.lanes().size(); ++i) {
      const auto& spans = trace.lanes()[i].spans;
      const auto on = std::ranges::upper_bound(spans, at.begin, {}, &Span::end);
      if (on != spans.end() && on->task == at.task && on->begin < at.end) return static_cast<int>(i);
    }
  }
  return -1;
}

void plan_single(Builder& b, const App::Shown& shown) {
  const App& app = b.app;
  const ExecutorKind kind = shown.executor;
  const Trace* trace = shown.trace;
  const Run* run = shown.run;
  if (!trace) return;
  using Of = SpanPick::Of;
  bool gil = kind == ExecutorKind::gil && trace->cores().size() == 1;
  float room = b.plan.lanes.h, strip = room > 260 ? 44.0f : room > 160 ? 24.0f : 0;
  if (gil) {
    LaneRow row = b.lane_row(shown, Of::core, 0);
    row.kind = LaneRow::Kind::resource;
    row.drops = run ? &run->drops : &app.live->drops;
    row.label = "The GIL";
    row.counts = run ? &run->counts : nullptr;
    b.add(row, 24, 8);
    room -= 32;
  }
  // Below the lanes, over time: who stands in line, the cores in use, where all tasks are. As many as leave the lanes room.
  std::vector<LaneRow> strips;
  auto queue = [&](State state, std::uint32_t most, const char* label, const char* words) {
    if (run && most == 0) return;
    LaneRow row;
    row.kind = LaneRow::Kind::queue;
    row.state = state;
    row.label = label;
    row.most = most;
    if (run) row.detail = fmt::format("{} to {} {}", 0, format_count(most), words);
    strips.push_back(std::move(row));
  };
  const TaskCounts most = run ? run->most : TaskCounts{};
  if (gil) queue(State::waiting_gil, most.waiting_gil, "GIL queue", "waiting");
  else queue(State::ready, most.ready, "Ready queue", "waiting");
  if (!gil && trace->cores().size() > 1) {
    queue(State::running, std::max(most.running, run ? static_cast<std::uint32_t>(trace->cores().size()) : 0u), threads_beside_loop(*trace) ? "Threads in use" : "Cores in use", "in use");
  }
  if (most.waiting_lock > 0) queue(State::waiting_lock, most.waiting_lock, "For locks", "waiting");
  LaneRow all;
  all.kind = LaneRow::Kind::stack;
  // What another program's threads did are slices.
  const bool foreign = run && run->foreign;
  all.label = foreign ? "All slices" : "All tasks";
  all.detail = foreign ? count_of(task_count(*trace), "slice", "slices") : count_of(task_count(*trace), "task", "tasks");
  all.most = run ? run->most_at_once : 0;
  if (all.most > 0 && all.most < task_count(*trace)) all.detail += fmt::format(", {} at once", format_count(all.most));
  strips.push_back(std::move(all));
  // What all the tasks that have begun and are not done take: each as much as one does, as the table says.
  const bool small = app.layout.form == Form::phone || app.layout.form == Form::embed;
  if (run && !small && strip >= 34 && trace->summary().bytes_per_task > 0 && kind != ExecutorKind::processes && run->most_begun > 1) {
    LaneRow memory;
    memory.kind = LaneRow::Kind::memory;
    memory.label = "Memory";
    memory.most = run->most_begun;
    // Nobody measures it moment by moment: what one task takes was measured, how many there are was counted.
    memory.detail = fmt::format("{} \xc3\x97 tasks, not sampled", format_bytes(trace->summary().bytes_per_task));
    strips.push_back(std::move(memory));
  }
  // Of one task on one lane that lane says all.
  const bool alone = run && task_count(*trace) == 1 && worker_lanes(*trace).size() == 1;
  if (strip <= 0 || alone) strips.clear();
  // A lane keeps at least its 18 px, and five lanes come before a second strip.
  std::size_t wanted = app.view.lanes_by == LanesBy::core ? trace->cores().size() : worker_lanes(*trace).size();
  float lanes_h = 24 * static_cast<float>(std::min<std::size_t>(std::max<std::size_t>(wanted, 1), 8));
  // Lanes come before it: a dozen, or all that there are.
  const std::size_t with_tasks = app.view.lanes_by == LanesBy::task || (app.view.lanes_by == LanesBy::worker && wanted == 1) ? wanted + task_count(*trace) : wanted;
  if (!strips.empty() && strips.back().kind == LaneRow::Kind::memory && 24 * static_cast<float>(std::min<std::size_t>(with_tasks, 12)) + static_cast<float>(strips.size()) * (strip + 10) > room) strips.pop_back();
  while (strips.size() > 1 && lanes_h + static_cast<float>(strips.size()) * (strip + 10) > room) {
    if (strips.size() == 2 && gil) strips.pop_back();
    else strips.erase(strips.end() - 2);
  }
  room -= static_cast<float>(strips.size()) * (strip + 10);

  // Lanes as asked for. One lane alone (a loop, serial) leaves room for the tasks that it serves.
  LaneList lanes;
  std::vector<int> workers = worker_lanes(*trace);
  if (int main = main_lane(*trace); main >= 0 && app.view.lanes_by != LanesBy::core && !std::ranges::count(workers, main)) lanes.first.push_back({Of::worker, main});
  if (app.view.lanes_by == LanesBy::core) {
    for (std::size_t i = 0; i < trace->cores().size(); ++i) lanes.first.push_back({Of::core, static_cast<int>(i)});
  } else if (app.view.lanes_by == LanesBy::worker) {
    for (int lane : workers) lanes.first.push_back({Of::worker, lane});
  }
  // The task that the lesson asks about, below the loop that it is on.
  const TaskId heart = run && app.workload.asked.about == Question::About::beats && app.view.lanes_by == LanesBy::worker ? run->heart.task : kNoTask;
  if (heart != kNoTask) lanes.first.insert(lanes.first.begin() + (kind == ExecutorKind::loop && !lanes.first.empty() ? 1 : 0), {Of::task, static_cast<int>(heart)});
  const char *one = "worker", *many = "workers";
  if (app.view.lanes_by == LanesBy::task || (app.view.lanes_by == LanesBy::worker && workers.size() == 1)) {
    one = "task", many = "tasks";
    if (trace->ended() && (!alone || app.view.lanes_by == LanesBy::task)) {
      lanes.tasks = task_count(*trace);
      if (heart > kRootTask && lanes.tasks > 0) lanes.elsewhere = heart, --lanes.tasks;
    }
  }
  // Below its tasks, whoever had control inside of them.
  if (run && app.view.lanes_by != LanesBy::core) lanes.stages = run->stages.size();
  constexpr float kPitch = 24, kLeast = 18;
  auto n = static_cast<float>(lanes.size());
  float pitch = kPitch;
  std::size_t visible = lanes.size();
  if (n * kPitch > room) {
    if (n * kLeast <= room) pitch = std::floor(room / n);
    else if (!app.view.unfolded) visible = static_cast<std::size_t>(std::max(1.0f, std::floor((room - 22) / kPitch)));
  } else if (n > 0) {
    // Of one task what it printed stands below.
    const float below = alone ? 47 + kPrintedLine * static_cast<float>(std::min<std::size_t>(run->printed.size(), 3)) : 0;
    pitch = std::clamp(std::floor((room - below) / n), kPitch, 48.0f);
  }
  // A hundred workers of whom thirty had work: these are seen.
  const auto& pinned = app.view.pinned;
  std::ptrdiff_t keep = -1;
  if (pinned && pinned->executor == kind && pinned->run == shown.serial) {
    keep = lanes.find({pinned->of, static_cast<int>(pinned->lane)});
    if (keep < 0 && pinned->of == Of::task && visible < lanes.size()) keep = lanes.find({Of::worker, worker_of(*trace, *pinned)});
  }
  const auto has_worked = [&](std::size_t i) {
    const auto [of, index] = lanes.at(i);
    return of == Of::task || of == Of::stage || worked(spans_at(trace, {kind, of, static_cast<std::uint32_t>(index), 0, 1}));
  };
  const auto put = [&](std::size_t i) {
    const auto [of, index] = lanes.at(i);
    LaneRow row = b.lane_row(shown, of, index);
    if (of == Of::stage) row.label = run->stages[static_cast<std::size_t>(index)].name;
    else if (of == Of::task && static_cast<TaskId>(index) == heart) row.label = kHeart;
    else if (of == Of::task) row.label = name_of_task(*trace, run, static_cast<TaskId>(index));
    else {
      const Lane& lane = (of == Of::core ? trace->cores() : trace->lanes())[static_cast<std::size_t>(index)];
      row.label = lane.name;
      row.detail = lane.detail;
      if (lane.kind == LaneKind::coordinator && (kind == ExecutorKind::serial || (kind == ExecutorKind::loop && loops_of(*trace) < 2))) row.detail = "on the same thread";
    }
    b.add(std::move(row), pitch - 4, 4);
  };
  if (visible < lanes.size()) {
    for (const std::uint32_t i : choose_lanes(lanes.size(), visible, has_worked, keep)) put(i);
  } else {
    // Of all of them those that are on screen: what is above and below only takes its place.
    const float top = b.y;
    const auto nth = [&](float y) { return static_cast<std::size_t>(std::clamp(std::floor((y - top) / pitch), 0.0f, n)); };
    const std::size_t from = nth(b.plan.lanes.y), to = std::min(nth(b.plan.lanes.bottom()) + 1, lanes.size());
    b.y = top + pitch * static_cast<float>(from);
    for (std::size_t i = from; i < to; ++i) put(i);
    b.y = top + pitch * n;
  }
  if (visible < lanes.size()) {
    LaneRow more;
    more.kind = LaneRow::Kind::folded;
    more.trace = trace;
    more.label = fmt::format("{} more {}, folded", format_count(lanes.size() - visible), lanes.size() - visible == 1 ? one : many);
    b.add(more, 18, 4);
  }
  if (alone && visible == lanes.size()) {
    // What is left is what it printed, where each line came, and that there is no more.
    if (!run->printed.empty() && run->printed.size() <= kMostPrinted) {
      const float h = static_cast<float>(std::min(run->printed.size(), kMostPrintedLines)) * kPrintedLine;
      b.y += 8;
      LaneRow row = b.printed_row(shown, h, 0);
      int used = 1;  // of its lines
      for (const PrintedAt& said : row.printed) used = std::max(used, said.line + 1);
      b.add(std::move(row), static_cast<float>(used) * kPrintedLine, 4);
    }
    b.plan.note = "One task on one lane: nobody waits in line, and no other task is there to be drawn.";
    b.plan.note_y = b.y + 12;
    b.y += 34;
  }
  for (LaneRow& row : strips) {
    b.y += 6;
    row.trace = trace;
    row.run = run;
    row.counts = run ? &run->counts : nullptr;
    row.where.executor = kind;
    b.add(std::move(row), strip, 4);
  }
}

}  // namespace

std::string name_of_task(const Trace& trace, const Run* run, TaskId task) {
  constexpr std::size_t kLongest = 12;
  std::string out = capital(task_name(trace, task));
  if (!trace.name_of(task).empty()) out = trace.name_of(task);
  if (run && !run->foreign)
    if (const auto own = run->called.find(task); own != run->called.end() && own->second.size() <= kLongest && own->second != out && capital(own->second) != out) out += ", " + own->second;
  return out;
}

Spans spans_at(const App& app, const SpanPick& pick) {
  if (pick.of != SpanPick::Of::stage) return spans_at(app.trace_of(pick), pick);
  const Run* run = app.run_of(pick);
  return run && pick.lane < run->stages.size() ? Spans(run->stages[pick.lane].spans) : Spans();
}

Spans spans_at(const Trace* trace, const SpanPick& pick) {
  if (!trace) return {};
  switch (pick.of) {
    case SpanPick::Of::core: return pick.lane < trace->cores().size() ? Spans(trace->cores()[pick.lane].spans) : Spans();
    case SpanPick::Of::worker: return pick.lane < trace->lanes().size() ? Spans(trace->lanes()[pick.lane].spans) : Spans();
    case SpanPick::Of::task: return trace->ended() ? trace->spans_of(pick.lane) : Spans();
    case SpanPick::Of::stage: break;
  }
  return {};
}

std::vector<SpanPick> lanes_of(const TimelinePlan& plan, ExecutorKind kind, std::uint32_t run) {
  std::vector<SpanPick> out;
  for (const LaneRow& row : plan.rows)
    if (row.kind == LaneRow::Kind::lane && row.where.executor == kind && row.where.run == run) out.push_back(row.where);
  return out;
}

std::optional<SpanPick> first_lane(const App& app) {
  auto kind = app.lit_executor();
  const std::uint32_t run = kind ? app.serial_of(*kind) : 0;
  const Trace* trace = kind ? app.trace_of(SpanPick{.executor = *kind, .run = run}) : nullptr;
  std::vector<int> workers = trace ? worker_lanes(*trace) : std::vector<int>();
  if (workers.empty()) return std::nullopt;
  const int main = task_count(*trace) == 0 ? main_lane(*trace) : -1;
  const auto is_main = [&](const SpanPick& lane) { return lane.of == SpanPick::Of::worker && static_cast<int>(lane.lane) != main && !std::ranges::count(workers, static_cast<int>(lane.lane)); };
  if (!app.layout.timeline.empty())
    for (const SpanPick& lane : lanes_of(plan_timeline(app), *kind, run))
      if (!is_main(lane) && worked(spans_at(app, lane))) return lane;
  // Of those that worked the first is never folded.
  const auto first = std::ranges::find_if(workers, [&](int lane) { return worked(trace->lanes()[static_cast<std::size_t>(lane)].spans); });
  return SpanPick{*kind, SpanPick::Of::worker, static_cast<std::uint32_t>(main >= 0 ? main : first != workers.end() ? *first : workers.front()), 0, 1, run};
}

MinimapScale minimap_scale(const App& app, const TimelinePlan& plan, float room) {
  const Rect& r = plan.minimap;
  const auto longest = static_cast<double>(std::max<Nanos>(app.end(), 1));
  const float least = r.w / 2;
  double whole = longest * static_cast<double>(r.w / std::max(least, r.w - room - 18));
  // Where the frame ends behind the longest bar but leaves no room before that, there is room behind it.
  const double beyond = (app.view.window.end - longest) / whole * static_cast<double>(r.w);
  if (beyond > 0 && app.view.window.end < whole && beyond < static_cast<double>(room) + 12)
    whole = std::max(whole, app.view.window.end * static_cast<double>(r.w / std::max(least, r.w - room - 16)));
  return {whole, r.x, r.w};
}

TimelinePlan plan_timeline(const App& app) {
  TimelinePlan plan;
  const Layout& layout = app.layout;
  const Rect& r = layout.timeline;
  bool phone = layout.form == Form::phone, embed = layout.form == Form::embed;
  float pad = phone ? 16 : embed ? 12 : 16;
  float y = r.y + (embed ? 4 : 12);
  plan.shown = app.shown_with_titles();
  std::vector<App::Shown> all = plan.shown;
  if (layout.one_executor && all.size() > 1) std::erase_if(all, [&](const App::Shown& s) { return app.view.overlay ? &s != &all.back() : s.executor != app.selected(); });
  // A small embed has the runs' times at its right edge; an answer that is none has no other place than this.
  const bool answers = embed && !layout.sentence && !app.busy() && !app.asks_who_is_first() && !(app.view.compare && layout.one_executor) && app.anything_to_show();
  if (answers) {
    const float h = put_wrapped(nullptr, Face::bold, kSmallSentencePx, {}, 0, app.sentence(), r.w - 2 * pad, 2);
    plan.sentence = {r.x + pad, y, r.w - 2 * pad, h};
    y += h + 4;
  }
  if (layout.sentence) {
    // All of it, in two lines at most.
    // The drawer covers lanes, but not what is said of them.
    const float beside = layout.form == Form::drawer && !layout.workload.empty() ? std::max(r.x + pad, layout.workload.right() + 12) : r.x + pad;
    float h = 32, px = layout.form == Form::wide ? 22 : 18, width = r.right() - pad - beside;
    if (app.view.compare || app.busy()) {
      std::string said = app.sentence(), more = app.view.compare ? app.subsentence() : std::string();
      if (said.empty() && layout.form == Form::drawer) h = put_wrapped(nullptr, Face::bold, px, {}, 0, app.question(), width, 3) + 22;
      else h = put_wrapped(nullptr, Face::bold, px, {}, 0, said.empty() ? "Nothing" : said, width, 2);
      if (!more.empty()) h += 2 + put_wrapped(nullptr, Face::regular, 14, {}, 0, more, width, 2);
    }
    plan.sentence = {beside, y, r.right() - pad - beside, h};
    y += h + 8;
  }
  plan.header_x = r.x + pad;
  float header = app.view.compare || layout.form == Form::wide ? layout.header : std::min(layout.header, 112.0f);
  if (phone) header = 64;
  if (header < 100 && (phone || embed) && app.view.compare) header = 12;  // names stand above the lanes
  plan.x = r.x + pad + header;
  float figures = layout.figures_right ? 116 : 0;
  plan.width = std::max(40.0f, r.right() - pad - figures - plan.x);
  if (layout.minimap && app.anything_to_show()) {
    bool close = r.h < 600;  // then without an axis of its own: its figures say the times
    float h = app.view.compare ? (close ? 13.0f : 15.0f) * static_cast<float>(all.size()) + (close ? 0.0f : 24.0f) : 30;
    if (r.h - h < 300) h = 0;
    if (h > 0) {
      plan.minimap = {plan.x, y, plan.width, h};
      y += h + 8;
    }
  }
  plan.axis = {plan.x, y, plan.width, 28};
  y += 32;
  const bool one_line = embed || ((layout.form == Form::drawer || layout.form == Form::laptop) && !app.view.present && layout.states.empty());
  float legend = one_line && r.bottom() - layout.transport - y > 220 ? 26 : phone ? 52 : 0;
  plan.transport = {r.x, r.bottom() - layout.transport, r.w, layout.transport};
  y += 2;
  plan.lanes = {r.x, y, r.w, std::max(0.0f, plan.transport.y - legend - y - 2)};
  Builder builder{app, plan, y - app.view.scroll_px};
  if (app.view.compare) plan_groups(builder, all);
  else plan_single(builder, all.front());
  plan.content_height = builder.y + app.view.scroll_px - y;
  return plan;
}

}  // namespace interleave
