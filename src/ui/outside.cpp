// outside.cpp -- what goes out of the App and comes in: files to keep, a trace that somebody opens. (Scripts: code.cpp.)
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "trace/trace_file.h"
#include "ui/app.h"
#include "view/format.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

// As a table program reads it: what holds a comma, a quote or a line's end stands in quotes. A cell that a program could
// take for a formula does not begin as one.
std::string cell(std::string_view text) {
  std::string out(text);
  if (!out.empty() && (out[0] == '=' || out[0] == '+' || out[0] == '-' || out[0] == '@') && out.find_first_not_of("+-.0123456789") != out.npos) out.insert(0, "'");
  if (out.find_first_of(",\"\n\r") == out.npos) return out;
  std::string quoted = "\"";
  for (char c : out) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string App::csv() const {
  std::string out =
      "executor,provenance,makespan_ns,model_ns,speedup,core_busy,switches,tasks,p50_ns,p99_ns,max_ns,bytes_per_task,spawn_ns,copied_bytes,dropped_events,check\n";
  const std::vector<Result> known = known_results(*this);
  const std::vector<ResultRow> rows = results();
  const Result* serial = nullptr;
  for (const Result& r : known)
    if (r.ran && r.executor == ExecutorKind::serial) serial = &r;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const Result& r = known[i];
    if (!r.ran) {
      out += fmt::format("{},,,{},,,,,,,,,,,,{}\n", id_of(r.executor), r.expected > 0 ? std::to_string(r.expected) : std::string(), cell(r.refused));
      continue;
    }
    const Summary& s = r.summary;
    std::string speedup = serial && s.makespan > 0 ? fmt::format("{:.4f}", static_cast<double>(serial->summary.makespan) / static_cast<double>(s.makespan)) : std::string();
    out += fmt::format("{},{},{},{},{},{:.6f},{},{},{},{},{},{},{},{},{},{}\n", id_of(r.executor), word_of(r.provenance), s.makespan,
                       r.expected > 0 ? std::to_string(r.expected) : std::string(), speedup, s.core_busy, s.switches, s.tasks, s.latency.p50, s.latency.p99,
                       s.latency.max, s.bytes_per_task, s.spawn_ns, s.copied_bytes, s.dropped_events, cell(i < rows.size() ? rows[i].check : std::string()));
  }
  return out;
}

std::string App::save(std::string_view what) {
  if (what == "py") return keep_file(workload.file.ends_with(".py") ? workload.file : std::string(".py"), "text/x-python", code.text);
  if (what == "csv") return keep_file(".csv", "text/csv", csv());
  if (what == "png") return keep_file(".png", "image/png", {});
  if (what == "svg") {
    if (!anything_to_show()) return notice = "Nothing has run yet, so there is no timeline to save.";
    wants_svg = true;  // the next frame makes it
    return {};
  }
  if (what == "trace" || what == "json") {
    auto kind = lit_executor();
    const Run* run = kind ? shown(*kind).run : nullptr;
    if (!run) return notice = "Nothing has run yet, so there is no trace to save.";
    const std::string ending = "-" + std::string(id_of(*kind)), about = run->foreign ? std::string() : to_hash(run->scenario);
    if (what == "json") return keep_file(ending + ".json", "application/json", chrome_json(*run->trace, about));
    return keep_file(ending + ".ilt", "application/octet-stream", trace_file(*run->trace, about));
  }
  return fmt::format("'{}' is nothing that can be saved: png, svg, csv, trace, json or py.", what);
}

std::string App::keep_file(std::string_view ending, const char* type, std::string bytes) {
  // A whole name, or how it ends.
  const bool whole = !ending.starts_with('.') && !ending.starts_with('-');
  saves.push_back({whole ? std::string(ending) : fmt::format("interleave-{}{}", workload.name.empty() ? "script" : workload.name, ending), type, std::move(bytes)});
  // Of the picture on screen it is said when that has been taken: it is not to be in it.
  notice = saves.back().type == "image/png" ? std::string() : fmt::format("Saved as {}.", saves.back().name);
  ++revision;
  return {};
}

void App::take_svg(std::string svg) {
  wants_svg = false;
  keep_file(".svg", "image/svg+xml", std::move(svg));
}

// --- a file that comes in ------------------------------------------------------------------------------------------------

std::string App::open(std::string_view name, std::string_view bytes, bool just_measured) {
  if (name.ends_with(".py")) {
    ++revision;
    return open_script(name, bytes);
  }
  if (std::string sentence = begin_open(name, std::string(bytes)); !sentence.empty()) return sentence;
  opening->just_measured = just_measured;
  const std::uint32_t before = last_serial_;
  while (open_more(1)) {}
  return last_serial_ == before ? notice : std::string();  // then nothing came of it
}

std::string App::begin_open(std::string_view name, std::string bytes, std::string measured_under, std::string left_out) {
  ++revision;
  if (name.ends_with(".py")) return open_script(name, bytes);
  if (busy()) return notice = "A run is under way. Press Stop first, then open the file.";
  let_go_of_files();
  opening = file_to_open(name, std::move(bytes), std::move(measured_under), std::move(left_out));
  files_together_ = false;
  notice.clear();
  return {};
}

void App::begin_files() {
  ++revision;
  let_go_of_files();
  files_together_ = true;
  notice.clear();
}

void App::say_of_file(std::string_view sentence) {
  ++revision;
  if (notice != sentence) notice += fmt::format("{}{}", notice.empty() ? "" : " ", sentence);
}

std::string App::also_open(std::string_view name, std::string bytes, std::string measured_under, std::string left_out) {
  if (name.ends_with(".py") || busy()) {
    const std::string before = std::exchange(notice, {});
    // A script lets go of what was on its way, but not of what came with it.
    auto first = std::move(opening);
    auto rest = std::exchange(opening_next, {});
    const std::uint32_t together = traces_together_;
    std::string sentence = begin_open(name, std::move(bytes), std::move(measured_under), std::move(left_out));
    opening = std::move(first);
    opening_next = std::move(rest);
    traces_together_ = together;
    files_together_ = true;
    const std::string own = std::exchange(notice, before);
    if (!own.empty()) say_of_file(own);
    return sentence;
  }
  ++revision;
  files_together_ = true;
  std::unique_ptr<Opening> file = file_to_open(name, std::move(bytes), std::move(measured_under), std::move(left_out));
  if (opening) opening_next.push_back(std::move(file));
  else opening = std::move(file);
  return {};
}

std::unique_ptr<Opening> App::file_to_open(std::string_view name, std::string bytes, std::string measured_under, std::string left_out) const {
  auto file = std::make_unique<Opening>();
  file->name = name.substr(std::min(name.find_last_of("/\\") + 1, name.size()));
  file->bytes = std::move(bytes);
  file->measured_under = std::move(measured_under);
  file->left_out = std::move(left_out);
  file->work = open_in_pieces(*file);
  return file;
}

void App::let_go_of_files() {
  traces_together_ = 0;
  opening_next.clear();
  opening.reset();
}

bool App::open_more(double for_s) {
  if (!opening) return false;
  // By the real clock, whatever time it is in the App: what comes of it does not depend on it.
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(for_s);
  while (opening->work.next())
    if (std::chrono::steady_clock::now() >= until) return true;
  const std::unique_ptr<Opening> file = std::move(opening);
  // To show it may be to go to its lesson, which lets go of files: not of those that came with it.
  std::vector<std::unique_ptr<Opening>> next = std::exchange(opening_next, {});
  const std::uint32_t together = traces_together_ + (file->opened.trace ? 1 : 0);
  const std::string said = files_together_ ? notice : std::string();
  show_opened(*file);
  traces_together_ = together;
  if (!said.empty()) notice = notice.empty() ? said : said + " " + notice;
  if (together > 1) {
    view.compare = view.overlay = true;
    fit();
  }
  if (next.empty()) return false;
  opening = std::move(next.front());
  next.erase(next.begin());
  opening_next = std::move(next);
  files_together_ = true;
  return true;
}

Pieces App::open_in_pieces(Opening& file) const {
  for (Pieces reading = open_trace_in_pieces(file.bytes, file.opened); reading.next();) co_yield 0.8 * reading.part();
  file.bytes = {};
  if (!file.opened.trace) co_return;
  const std::string& about = file.opened.about;
  const bool names_script = about.find("l=") != about.npos || about.find("src=") != about.npos;
  if (!file.just_measured) file.opened.trace->provenance = file.opened.trace->provenance == Provenance::modelled ? Provenance::modelled : Provenance::recorded;
  for (Pieces making = make_run_in_pieces(file.run, file.opened.trace, names_script ? parse_hash(about).scenario : scenario); making.next();)
    co_yield 0.8 + 0.2 * making.part();
}

void App::show_opened(Opening& file) {
  ++revision;
  const OpenedTrace& opened = file.opened;
  if (!opened.trace) {
    notice = fmt::format("{}: {}", file.name, opened.sentence);
    return;
  }
  if (opened.about.find("l=") != opened.about.npos || opened.about.find("src=") != opened.about.npos) {
    const ParsedHash said = parse_hash(opened.about);
    if (find_lesson(said.scenario.lesson)) command("lesson", said.scenario.lesson);
    change([&](Scenario& s) { s = said.scenario; });
    notice.clear();
  }
  const bool own = opened.about.find('=') != opened.about.npos;
  Run& run = file.run;
  run.opened = file.name;
  run.measured_under = file.measured_under.empty() ? opened.measured_under : file.measured_under;
  run.foreign = !own;
  // It answers no lesson's question, and is none of its results.
  run.scenario = own ? scenario : Scenario{};
  if (!own) run.scenario.lesson = run.opened;
  run.expected = own ? expected(run.executor) : 0;
  run.scenario.executor = id_of(run.executor);
  if (run.trace->how_ended() != RunEnd::finished)
    for (const TextLine& line : run.trace->texts())
      if (line.role == TextRole::error) run.ended_badly = line.text;
  shown_settings = run.scenario;
  const ExecutorKind kind = run.executor;
  keep(std::move(run));
  pin({});
  view.hovered.reset();
  set_range(std::nullopt);
  view.compare = view.overlay = false;
  view.shown = kind;
  view.follow = true;
  if (!own) view.lanes_by = LanesBy::worker;
  all_finished();
  auto counted = [](std::size_t n, const char* one) { return fmt::format("{} {}{}", format_count(n), one, n == 1 ? "" : "s"); };
  const std::size_t lanes = opened.trace->lanes().size();
  if (own) {
    status = fmt::format("{}: {}, {}, {}.", file.name, counted(lanes, "lane"), counted(opened.trace->summary().tasks, "task"), time_in_words(length_of(kind), clock_step_of(*opened.trace)));
  } else {  // nothing of another program is a task: it has threads, and on them slices
    std::size_t slices = 0;
    for (const Lane& lane : opened.trace->lanes()) slices += static_cast<std::size_t>(std::ranges::count_if(lane.spans, [](const Span& span) { return span.state != State::idle; }));
    status = fmt::format("{}: {}, {}, {}.", file.name, counted(lanes, "thread"), counted(slices, "slice"), time_in_words(length_of(kind), clock_step_of(*opened.trace)));
  }
  const std::string& left_out = file.left_out.empty() ? opened.sentence : file.left_out;
  notice = left_out.empty() ? std::string() : fmt::format("{}: {}", file.name, left_out);
  if (own && !std::ranges::count(executors(), kind)) notice += (notice.empty() ? "" : " ") + std::string("This lesson does not run on this executor; the lanes are shown all the same.");
}

}  // namespace interleave
