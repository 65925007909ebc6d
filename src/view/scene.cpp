#include "view/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "view/colours.h"
#include "view/format.h"
#include "view/scene_shapes.h"

namespace interleave {
namespace {

using Shape = SceneShape;
using Kind = SceneShape::Kind;
using Box = SceneBox;

constexpr float kHead = kSceneHead, kFigurePx = 7.3f;  // and a figure's digit

// A row for each core: who has it.
void cores(std::vector<Shape>& out, const Box& b, const SceneInput& in, const std::vector<TaskAt>& running) {
  int n = std::max({1, in.cores, static_cast<int>(running.size())});
  float pitch = std::clamp((b.h + 4) / static_cast<float>(n), 14.0f, 28.0f);
  int fit = std::max(1, static_cast<int>((b.h + 4) / pitch));
  for (int i = 0; i < std::min(n, fit); ++i) {
    Box place{b.x, b.y + static_cast<float>(i) * pitch, b.w, pitch - 4};
    auto who = std::ranges::find(running, i, &TaskAt::core);
    if (who != running.end()) out.push_back(task_shape(Kind::chip, place, *who));
    else out.push_back(shape_at(Kind::place, place));
  }
}

void pen_head(std::vector<Shape>& out, float x, float w, float y, std::string name, std::uint32_t n) {
  out.push_back(words_at(x, y, std::move(name)));
  out.push_back(words_at(x + w, y, format_count(n), 1, Kind::figure));
}

// Waiting -> ready -> cores -> done, each with how many are there.
void pens(std::vector<Shape>& out, const SceneInput& in, Box b, bool with_waiting) {
  const TaskCounts& c = in.counts;
  std::uint32_t all = c.there() + c.done;
  const std::vector<TaskAt> waiting = those(in, waits), queue = those(in, queues), running = those(in, runs);
  std::vector<TaskAt> done = those(in, [](const TaskAt& t) { return t.done; });
  constexpr float kArrow = 22;
  int n = with_waiting ? 4 : 3;
  float usable = b.w - static_cast<float>(n - 1) * kArrow, x = b.x;
  auto pen = [&](float part, std::string name, std::uint32_t count, auto fill) {
    float w = std::floor(usable * part);
    pen_head(out, x, w, b.y, std::move(name), count);
    fill(Box{x, b.y + kHead, w, b.h - kHead});
    x += w;
    if (x + kArrow < b.right()) {
      out.push_back(shape_at(Kind::arrow, {x + 4, b.y + kHead + std::min(24.0f, (b.h - kHead) / 2), kArrow - 8, 0}));
      x += kArrow;
    }
  };
  bool narrow = b.w < 420;
  // Of those to come the count stands beside the first name, or below all where that has no room for it.
  const bool beside = !narrow && c.waiting_lock == 0 && usable * 0.28f > 180;
  if (constexpr float kLine = 16, kLeast = 12; with_waiting && in.to_come() > 0 && !beside && b.h >= kHead + kLeast + kLine) {
    b.h -= kLine;
    out.push_back(words_at(b.x, b.bottom() + 1, fmt::format("{} to come", format_count(in.to_come()))));
  }
  // As large as all need that are ever there together: of hundreds that come and go few are.
  const std::uint32_t live = in.most_at_once > 0 ? std::min(in.most_at_once, all) : all;
  const std::string waiting_count = format_count(c.waiting_io + c.waiting_lock);
  const bool for_io = std::floor(usable * 0.28f) >= 6.6f * 16 + 8 * static_cast<float>(waiting_count.size());
  if (with_waiting)
    // What fits beside its count, at about 6.6 px a character.
    pen(0.28f, narrow || c.waiting_lock > 0 ? std::string("Waiting") : in.to_come() == 0 && for_io ? "Waiting for I/O" : beside ? fmt::format("Waiting, {} to come", format_count(in.to_come())) : "Waiting",
        c.waiting_io + c.waiting_lock, [&](const Box& box) { crowd(out, box, waiting, c.waiting_io + c.waiting_lock, live); });
  pen(with_waiting ? 0.28f : 0.46f, in.permit ? narrow ? "In line" : "In line for the GIL" : narrow ? "Ready" : "Ready queue", c.ready + c.waiting_gil,
      [&](const Box& box) { crowd(out, box, queue, c.ready + c.waiting_gil, live); });
  pen(with_waiting ? 0.2f : 0.26f, in.permit ? "Has it" : in.threads ? narrow ? "Runs" : "Threads" : in.cores == 1 ? "Core" : "Cores", c.running, [&](const Box& box) { cores(out, box, in, running); });
  pen(with_waiting ? 0.24f : 0.28f, "Done", c.done, [&](const Box& box) { crowd(out, box, done, c.done, all); });
}

std::vector<Shape> tasks_scene(const SceneInput& in, float w, float h) {
  std::vector<Shape> out;
  pens(out, in, {0, 0, w, h}, true);
  return out;
}

// Above, requests ride a wire to the server: x is the share of the wait. Below, what became of the answers.
std::vector<Shape> requests_scene(const SceneInput& in, float w, float h) {
  if (h < 150) return tasks_scene(in, w, h);
  std::vector<Shape> out;
  const std::vector<TaskAt> waiting = those(in, waits);
  const float wire = std::min(64.0f, h * 0.36f);
  std::string name = "Waiting for the server";
  if (in.to_come() > 0) name += fmt::format(", {} to come", format_count(in.to_come()));
  pen_head(out, 0, w, 0, name, in.counts.waiting_io + in.counts.waiting_lock);
  // Those that are equally far stand on one another.
  constexpr float kColumn = 9;
  auto columns = static_cast<std::size_t>(std::max(4.0f, w / kColumn));
  std::vector<std::uint32_t> stacks(columns);
  for (const TaskAt& task : waiting)
    ++stacks[std::min(columns - 1, static_cast<std::size_t>(std::clamp(task.share, 0.0f, 1.0f) * static_cast<float>(columns)))];
  std::uint32_t highest = 1;
  for (std::uint32_t n : stacks) highest = std::max(highest, n);
  float floor = kHead + wire - 12, most = wire - 16, each = std::min(8.0f, most / static_cast<float>(highest));
  out.push_back(shape_at(Kind::rule, {0, floor, w, 0}));
  for (std::size_t i = 0; i < columns; ++i) {
    if (stacks[i] == 0) continue;
    Shape s = shape_at(Kind::cell, {static_cast<float>(i) * w / static_cast<float>(columns), floor - std::max(3.0f, each * static_cast<float>(stacks[i])), kColumn - 1.5f, std::max(3.0f, each * static_cast<float>(stacks[i]))});
    s.state = State::waiting_io;
    out.push_back(std::move(s));
  }
  out.push_back(words_at(0, floor + 3, "asked"));
  out.push_back(words_at(w, floor + 3, "answered", 1));
  float below = floor + 26;
  pens(out, in, {0, below, w, h - below}, false);
  return out;
}

std::string lines_in_words(int n) {
  constexpr std::array<const char*, 5> kWords = {"", "One line", "Two lines", "Three lines", "Four lines"};
  return n >= 1 && n <= 4 ? kWords[static_cast<std::size_t>(n)] : fmt::format("{} lines", n);
}

// Persons in rows, as many as there is room for; "+3" for the rest.
void persons(std::vector<Shape>& out, const Box& b, float d, const std::vector<TaskAt>& tasks, std::uint32_t count) {
  float pitch = d + 12;  // for the rings
  auto columns = std::max<std::size_t>(1, static_cast<std::size_t>((b.w + 12) / pitch));
  auto rows = std::max<std::size_t>(1, static_cast<std::size_t>((b.h + 12) / pitch));
  std::size_t fit = columns * rows, shown = std::min<std::size_t>(tasks.size(), count > fit ? fit - 1 : fit);
  for (std::size_t i = 0; i < shown; ++i)
    out.push_back(task_shape(Kind::person, {b.x + static_cast<float>(i % columns) * pitch, b.y + static_cast<float>(i / columns) * pitch, d, d}, tasks[i]));
  if (count > shown) {
    std::size_t i = std::min(shown, fit - 1);
    out.push_back(words_at(b.x + static_cast<float>(i % columns) * pitch + d / 2, b.y + static_cast<float>(i / columns) * pitch + d / 2 - 8,
                        fmt::format("+{}", format_count(count - shown)), 0, Kind::figure));
  }
}

std::vector<Shape> cashiers_scene(const SceneInput& in, float w, float h) {
  std::vector<Shape> out;
  const TaskCounts& c = in.counts;
  std::vector<TaskAt> waiting = those(in, waits), running = those(in, runs), queue = those(in, queues), coming = those(in, to_come);
  std::vector<TaskAt> done = those(in, [](const TaskAt& t) { return t.done; });
  // Who was at the till stands in no line again: what was ordered is ready, and the cashier is to hand it over.
  const auto line_end = std::stable_partition(queue.begin(), queue.end(), [](const TaskAt& t) { return !t.back; });
  const auto to_hand_over = static_cast<std::uint32_t>(queue.end() - line_end);
  for (auto t = line_end; t != queue.end(); ++t) {
    waiting.push_back(*t);
    waiting.back().share = 1;
  }
  queue.erase(line_end, queue.end());
  queue.insert(queue.end(), coming.begin(), coming.end());
  std::ranges::stable_sort(queue, {}, &TaskAt::number);
  const int lines = std::clamp(in.lines, 1, 8), tills = std::max({1, in.cores, static_cast<int>(running.size())});
  float lines_w = std::floor(w * 0.32f), till_x = std::floor(w * 0.36f), till_w = std::floor(w * 0.14f), kitchen_x = std::floor(w * 0.56f),
        kitchen_w = std::floor(w * 0.3f), done_x = std::floor(w * 0.89f);
  // Customers are as large as a whole line of them allows; at the till and in the kitchen there is more room.
  float room = h - kHead, d = std::clamp(std::floor(room / 2 - 18), 20.0f, w < 420 ? 26.0f : 30.0f);
  auto in_a_line = std::ceil(static_cast<float>(in.tasks.size()) / static_cast<float>(lines));
  float small = std::clamp(std::floor(std::min(lines_w / std::max(1.0f, in_a_line) - 4, room / static_cast<float>(lines) - 8)), 20.0f, d);
  out.push_back(words_at(0, 0, lines_in_words(lines)));
  out.push_back(words_at(till_x + till_w / 2, 0, tills == 1 ? "Till" : "Tills", 0));
  out.push_back(words_at(kitchen_x + 8, 0, "Kitchen"));
  out.push_back(words_at(w, 0, c.done > 0 ? fmt::format("Done {}", format_count(c.done)) : "Done", 1));

  // Customers stand in turn in the lines; the next one is nearest to the till.
  int shown_lines = std::max(1, std::min(lines, static_cast<int>(room / 24)));
  float line_h = room / static_cast<float>(shown_lines);
  auto places = std::max<std::size_t>(1, static_cast<std::size_t>(lines_w / (small + 4)));
  std::uint32_t in_line = c.ready + c.waiting_gil + c.not_started;
  in_line -= std::min(in_line, to_hand_over);
  std::size_t placed = 0;
  std::vector<std::size_t> used(static_cast<std::size_t>(shown_lines));
  for (std::size_t i = 0; i < queue.size(); ++i) {
    auto line = static_cast<std::size_t>(queue[i].number > 0 ? static_cast<int>(queue[i].number - 1) % lines : static_cast<int>(i) % lines);
    if (line >= used.size() || used[line] >= places) continue;
    float cy = kHead + line_h * (static_cast<float>(line) + 0.5f);
    out.push_back(task_shape(Kind::person, {lines_w - static_cast<float>(used[line] + 1) * (small + 4), cy - small / 2 - 2, small, small}, queue[i]));
    out.back().share = -1;  // nobody knows how long a line takes
    ++used[line];
    ++placed;
  }
  for (int i = 0; i < shown_lines; ++i) {
    float y = kHead + line_h * (static_cast<float>(i) + 0.5f) + small / 2 + 3;
    out.push_back(shape_at(Kind::rule, {0, y, lines_w, 0}));
  }
  if (in_line > placed) out.push_back(words_at(lines_w, 0, fmt::format("{} more", format_count(in_line - placed)), 1));

  int shown_tills = std::max(1, std::min(tills, static_cast<int>(room / (d + 10))));
  float till_h = std::min(room / static_cast<float>(shown_tills), d + 34);
  for (int i = 0; i < shown_tills; ++i) {
    Box box{till_x, kHead + (room - till_h * static_cast<float>(shown_tills)) / 2 + till_h * static_cast<float>(i) + 2, till_w, till_h - 4};
    out.push_back(shape_at(Kind::room, box));
    Box person{box.x + (box.w - d) / 2, box.y + (box.h - d) / 2, d, d};
    auto who = std::ranges::find(running, i, &TaskAt::core);
    if (who == running.end() && tills == 1 && !running.empty()) who = running.begin();
    out.push_back(who != running.end() ? task_shape(Kind::person, person, *who) : shape_at(Kind::place, person));
  }
  out.push_back(shape_at(Kind::arrow, {till_x + till_w + 4, kHead + room / 2, kitchen_x - till_x - till_w - 8, 0}));

  Box kitchen{kitchen_x, kHead + 2, kitchen_w, room - 4};
  out.push_back(shape_at(Kind::room, kitchen));
  persons(out, {kitchen.x + 9, kitchen.y + 9, kitchen.w - 18, kitchen.h - 16}, d, waiting, c.waiting_io + c.waiting_lock + to_hand_over);
  persons(out, {std::max(done_x, w - d), kHead + 11, w - std::max(done_x, w - d), room - 14}, d, done, c.done);
  return out;
}

// One bar in chunks; a line from each to who adds it up, with a parcel on it while its bytes are on their way; at the right
// main makes one sum of all.
std::vector<Shape> list_scene(const SceneInput& in, float w, float h) {
  std::vector<Shape> out;
  const TaskCounts& c = in.counts;
  const std::vector<TaskAt> running = those(in, runs);
  auto n = static_cast<std::uint32_t>(in.tasks.size());
  if (n == 0) return out;
  float total_w = 76, list_w = w - total_w - 26;
  out.push_back(words_at(0, 0, fmt::format("The list, {} {}", format_count(n), n == 1 ? "chunk" : "chunks")));
  out.push_back(words_at(w - total_w, 0, "Total"));
  float bar_h = std::clamp(h * 0.22f, 22.0f, 34.0f), chunk = list_w / static_cast<float>(n), y = kHead + 2;
  for (std::uint32_t i = 0; i < n; ++i) {
    const TaskAt& task = in.tasks[i];
    Box box{static_cast<float>(i) * chunk, y, std::max(2.0f, chunk - 2), bar_h};
    if (!task.done && task.state == State::running && task.share >= 0) {
      out.push_back(shape_at(Kind::place, box));
      Shape part = task_shape(Kind::cell, {box.x, box.y, std::max(2.0f, box.w * task.share), box.h}, task);
      out.push_back(std::move(part));
      if (chunk >= 18) {
        // On a patch of the state's colour where that ends below it.
        const float half = kFigurePx * static_cast<float>(std::to_string(task.number).size()) / 2 + 1, ends = box.x + box.w * task.share, middle = box.x + box.w / 2;
        const bool crossed = ends > middle - half && ends < middle + half;
        if (crossed) {
          Shape patch = task_shape(Kind::cell, {middle - half, y + bar_h / 2 - 8, 2 * half, 16}, task);
          patch.share = -1;
          out.push_back(std::move(patch));
        }
        out.push_back(words_at(box.x + box.w / 2, y + bar_h / 2 - 8, std::to_string(task.number), 0, Kind::figure));
        out.back().state = task.state;
        out.back().strong = crossed || task.share >= 0.5f;
      }
    } else if (chunk >= 18) {
      out.push_back(task_shape(Kind::chip, box, task));
    } else {
      out.push_back(task_shape(Kind::cell, box, task));
    }
  }
  int places = std::max({1, in.cores, static_cast<int>(running.size())});
  float place_w = std::min(92.0f, (list_w + 6) / static_cast<float>(places) - 6), place_h = 28, place_y = h - place_h;
  int shown = std::min(places, std::max(1, static_cast<int>((list_w + 6) / (std::max(place_w, 34.0f) + 6))));
  place_w = std::max(place_w, 34.0f);
  float left = (list_w - static_cast<float>(shown) * (place_w + 6) + 6) / 2;
  for (int i = 0; i < shown; ++i) {
    Box place{left + static_cast<float>(i) * (place_w + 6), place_y, place_w, place_h};
    auto who = std::ranges::find(running, i, &TaskAt::core);
    auto parcel = std::ranges::find_if(in.tasks, [i](const TaskAt& t) { return !t.done && t.state == State::copying && t.core == i; });
    const float seat = place.x + place_w / 2;
    if (who != running.end()) {
      out.push_back(task_shape(Kind::chip, place, *who));
      if (who->number == 0 || who->number > n) continue;
      float from = (static_cast<float>(who->number) - 0.5f) * chunk;
      out.push_back(shape_at(Kind::arrow, {from, y + bar_h + 4, seat - from, place_y - y - bar_h - 9}));
      continue;
    }
    out.push_back(shape_at(Kind::place, place));
    if (parcel == in.tasks.end() || parcel->number == 0 || parcel->number > n) continue;
    // A chunk goes down to who adds it up; its sum goes up to the total.
    const float chunk_x = (static_cast<float>(parcel->number) - 0.5f) * chunk, far = parcel->back ? w - total_w + 8 : chunk_x, top = y + bar_h + 4, low = place_y - 4;
    out.push_back(shape_at(Kind::rule, {seat, low, far - seat, top - low}));
    const float gone = std::clamp(parcel->share, 0.0f, 1.0f), part = parcel->back ? gone : 1 - gone;
    out.push_back(task_shape(Kind::cell, {std::clamp(seat + (far - seat) * part - 8, 0.0f, w - 16), low + (top - low) * part - 6, 16, 12}, *parcel));
    out.back().share = -1;
  }
  out.push_back(words_at(w, place_y + 6, in.cores == 1 ? "one core adds" : "cores add", 1));
  out.push_back(shape_at(Kind::arrow, {list_w + 4, y + bar_h / 2, 18, 0}));
  const bool merges = c.done == n && in.main == State::running;
  out.push_back(shape_at(Kind::room, {w - total_w, y - 1, total_w, bar_h + 2}));
  out.back().strong = merges;
  out.push_back(words_at(w - total_w / 2, y + bar_h / 2 - 8, fmt::format("{} of {}", format_count(c.done), format_count(n)), 0, Kind::figure));
  std::uint32_t copying = 0;
  for (const TaskAt& t : in.tasks) copying += !t.done && t.state == State::copying;
  std::vector<std::string> notes;
  if (merges) notes.push_back("main adds them");
  if (copying > 0) notes.push_back(fmt::format("{} on the way", format_count(copying)));
  if (in.copied_bytes > 0) notes.push_back(fmt::format("{} in all", format_bytes(in.copied_bytes)));
  float note_y = y + bar_h + 7;
  for (std::string& note : notes) {
    if (note_y + 16 > place_y + 4) break;
    out.push_back(words_at(w, note_y, std::move(note), 1));
    note_y += 17;
  }
  return out;
}

// Who is on a way that comes back to where it began.
std::vector<std::uint32_t> cycle_of(const SceneInput& in) {
  std::map<std::uint32_t, std::uint32_t> waits_for;
  for (const TaskAt& task : in.tasks)
    if (task.number > 0 && task.waits_for > 0) waits_for[task.number] = task.waits_for;
  for (auto [first, next] : waits_for) {
    std::vector<std::uint32_t> way{first};
    while (next != first && waits_for.contains(next) && way.size() <= waits_for.size()) {
      way.push_back(next);
      next = waits_for[next];
    }
    if (next == first) return way;
  }
  return {};
}

std::string words_of(const std::vector<std::uint32_t>& cycle) {
  std::string out;
  for (std::size_t i = 0; i < cycle.size() && i < 6; ++i)
    out += fmt::format("{}{} waits for {}", i == 0 ? "" : ", ", cycle[i], cycle[(i + 1) % cycle.size()]);
  return out;
}

// Who waits for whom in a ring: a chip each, an arrow to the next, and back from the last to the first. Which lock it is stands
// on the arrow.
constexpr float kRing = 46;  // its height
void ring_of(std::vector<Shape>& out, const SceneInput& in, const std::vector<std::uint32_t>& cycle, float y, float w) {
  constexpr float kChip = 36, kHigh = 24, kMostGap = 96, kLeastGap = 30;
  const auto most = static_cast<std::size_t>((w + kLeastGap) / (kChip + kLeastGap));
  const std::size_t n = std::min(cycle.size(), std::max<std::size_t>(2, most));  // of very many the first
  const float gap = std::min(kMostGap, (w - static_cast<float>(n) * kChip) / static_cast<float>(n - 1));
  auto x_of = [&](std::size_t i) { return static_cast<float>(i) * (kChip + gap); };
  auto task_of = [&](std::size_t i) {
    auto who = std::ranges::find(in.tasks, cycle[i], &TaskAt::number);
    return who == in.tasks.end() ? TaskAt{.number = cycle[i], .state = State::waiting_lock} : *who;
  };
  auto lock_of = [&](std::size_t i) {
    const std::uint32_t lock = task_of(i).lock;
    return lock == 0 ? std::string() : lock <= in.locks.size() ? in.locks[lock - 1] : std::to_string(lock);
  };
  auto put = [&](Kind kind, Box along) {
    out.push_back(shape_at(kind, along));
    out.back().strong = true;
    out.back().state = State::waiting_lock;
  };
  for (std::size_t i = 0; i < n; ++i) out.push_back(task_shape(Kind::chip, {x_of(i), y, kChip, kHigh}, task_of(i)));
  for (std::size_t i = 0; i + 1 < n; ++i) {
    put(Kind::arrow, {x_of(i) + kChip + 3, y + 16, gap - 6, 0});
    if (const std::string name = lock_of(i); !name.empty()) out.push_back(words_at(x_of(i) + kChip + gap / 2, y - 3, name, 0, Kind::figure));
  }
  const float first = kChip / 2, last = x_of(n - 1) + kChip / 2, low = y + kHigh + 11;
  put(Kind::rule, {last, y + kHigh + 2, 0, low - y - kHigh - 2});
  put(Kind::rule, {last, low, first - last, 0});
  put(Kind::arrow, {first, low, 0, y + kHigh + 2 - low});
  if (const std::string name = lock_of(n - 1); !name.empty() && n == cycle.size()) out.push_back(words_at((first + last) / 2, low - 17, name, 0, Kind::figure));
}

// Above, where all tasks are. Below, who waits for whose lock: the owner at the left, an arrow from those who want it.
std::vector<Shape> locks_scene(const SceneInput& in, float w, float h) {
  const std::vector<std::uint32_t> cycle = cycle_of(in);
  if (h < 110 && cycle.empty()) return tasks_scene(in, w, h);
  std::vector<Shape> out;
  // Who waits for whom is the lesson: where there is no room for both it stands alone.
  constexpr float kBoth = 150;
  const bool wanted = std::ranges::any_of(in.tasks, [](const TaskAt& t) { return !t.done && t.state == State::waiting_lock; });
  if (h < kBoth && !wanted) return tasks_scene(in, w, h);
  const float above = h < kBoth ? 0 : std::min(h * 0.5f, 120.0f);
  if (above > 0) pens(out, in, {0, 0, w, above - 8}, true);
  std::map<std::uint32_t, std::vector<const TaskAt*>> of_owner;
  std::size_t unknown = 0;
  for (const TaskAt& task : in.tasks) {
    if (task.done || task.state != State::waiting_lock) continue;
    if (task.waits_for > 0) of_owner[task.waits_for].push_back(&task);
    else ++unknown;
  }
  float y = above;
  const std::string named = words_of(cycle);
  if (!cycle.empty()) {
    // The cycle comes first, whatever the height.
    if (h - above >= kHead + 8 + kRing + 18) out.push_back(words_at(0, y, "Each waits for the next one's lock")), y += kHead + 4;
    else y = std::max(y, h - 22 - kRing);
    ring_of(out, in, cycle, y + 4, w);
    y += kRing + 8;
    std::erase_if(of_owner, [&](const auto& each) { return std::ranges::all_of(each.second, [&](const TaskAt* t) { return std::ranges::count(cycle, t->number) > 0; }); });
    out.push_back(words_at(0, h - 16, named));
    if (of_owner.empty() || y + 17 + 30 > h - 20) return out;
  }
  out.push_back(words_at(0, y, of_owner.empty() && unknown == 0 ? "Nobody waits for a lock" : "Has the lock"));
  if (!of_owner.empty()) out.push_back(words_at(76, y, "wanted by"));
  y += kHead - 1;
  constexpr float kRow = 30;
  const float foot = h - (named.empty() && unknown == 0 ? 0 : 20);
  for (auto& [owner, waiting] : of_owner) {
    if (y + kRow > foot) break;
    auto who = std::ranges::find(in.tasks, owner, &TaskAt::number);
    TaskAt alone;
    alone.number = owner;
    out.push_back(task_shape(Kind::chip, {0, y, 44, 24}, who == in.tasks.end() ? alone : *who));
    const bool strong = std::ranges::any_of(waiting, [&](const TaskAt* t) { return std::ranges::count(cycle, t->number) > 0; }) && std::ranges::count(cycle, owner) > 0;
    out.push_back(shape_at(Kind::arrow, {72, y + 12, -22, 0}));
    out.back().strong = strong;
    float x = 78;
    std::size_t shown = 0;
    for (const TaskAt* task : waiting) {
      if (x + 32 > w - (shown + 1 < waiting.size() ? 40 : 0)) break;
      out.push_back(task_shape(Kind::chip, {x, y, 30, 24}, *task));
      x += 34;
      ++shown;
    }
    if (shown < waiting.size()) out.push_back(words_at(x + 2, y + 4, fmt::format("+{}", waiting.size() - shown), -1, Kind::figure));
    y += kRow;
  }
  if (named.empty() && unknown > 0) out.push_back(words_at(0, h - 16, unknown == 1 ? "One waits, and nobody let it go on" : fmt::format("{} wait, and nobody let them go on", format_count(unknown))));
  return out;
}

}  // namespace

std::string cycle_words(const SceneInput& in) { return words_of(cycle_of(in)); }

std::vector<SceneShape> scene(SceneKind kind, const SceneInput& in, float width, float height) {
  switch (kind) {
    case SceneKind::cashiers: return cashiers_scene(in, width, height);
    case SceneKind::requests: return requests_scene(in, width, height);
    case SceneKind::list: return list_scene(in, width, height);
    case SceneKind::locks: return locks_scene(in, width, height);
    case SceneKind::gil: return gil_scene(in, width, height);
    case SceneKind::book: return book_scene(in, width, height);
    case SceneKind::memory: return memory_scene(in, width, height);
    case SceneKind::map: return map_scene(in, width, height);
    case SceneKind::dataflow:
    case SceneKind::tasks: break;
  }
  return tasks_scene(in, width, height);
}

std::string dump_scene(const std::vector<SceneShape>& shapes) {
  constexpr std::array<const char*, 11> kNames = {"words", "figure", "person", "chip", "cell", "place", "room", "rule", "arrow", "ring", "verdict"};
  std::string out;
  for (const Shape& s : shapes) {
    out += fmt::format("{} {:.0f},{:.0f}", kNames[static_cast<std::size_t>(s.kind)], s.x, s.y);
    if (s.w != 0 || s.h != 0) out += fmt::format(" {:.0f}x{:.0f}", s.w, s.h);
    if (s.kind == Kind::person || s.kind == Kind::chip || s.kind == Kind::cell) {
      if (s.number > 0) out += fmt::format(" #{}", s.number);
      out += s.done ? std::string(" done") : fmt::format(" {}", name_of(s.state));
      if (s.share >= 0 && !s.done) out += fmt::format(" {:.0f}%", s.share * 100);
    }
    if (s.kind == Kind::verdict) out += fmt::format(" {}", id_of(static_cast<ExecutorKind>(s.number - 1)));
    if (s.kind == Kind::arrow && s.done) out += " barred";
    if (s.strong) out += " 3px";
    if (!s.text.empty()) out += fmt::format(" '{}'", s.text);
    out += "\n";
  }
  return out;
}

}  // namespace interleave
