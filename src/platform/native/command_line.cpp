// Index: sentences - reading a script and its settings - Ctrl-C - run - the options.
#include "platform/native/command_line.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "platform/native/native_engine.h"
#include "platform/native/native_run.h"
#include "platform/native/read_file.h"
#include "platform/native/report.h"
#include "platform/native/timeline_picture.h"
#include "platform/native/version.h"
#include "ui/figures.h"
#include "trace/trace_file.h"
#include "workloads/prepare.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

// -- Sentences ---------------------------------------------------------------------------------------------------------

void complain(std::string_view sentence) { std::fprintf(stderr, "%.*s\n", static_cast<int>(sentence.size()), sentence.data()); }

/// To standard output; a reader that left (`| head`) is no error. (fmt::print would throw.)
void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int refuse(std::string_view sentence) {
  complain(sentence);
  return kExitBad;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i)
    all += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return all;
}

// -- Reading a script and its settings ---------------------------------------------------------------------------------

struct RunCommand {
  std::string target, on, time = "real", trace_file, svg_file, seed;
  int workers = 0, cores = 0;
  std::vector<std::string> set, cost;
  bool pin = false, json = false, dump = false;
};

/// NAME=VALUE. False: a sentence. `known`: parameters whose choices have names.
bool split(const std::string& text, std::string_view option, std::string& name, double& value, std::string& sentence, std::span<const Parameter> known = {}) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0) {
    sentence = fmt::format("{} wants NAME=VALUE, such as latency=200ms, not '{}'.", option, text);
    return false;
  }
  name = text.substr(0, at);
  const std::string rest = text.substr(at + 1);
  for (const Parameter& p : known) {
    if (p.name != name) continue;
    if (p.parse(rest, value)) {
      double with_unit = 0;  // of a time, and not of a choice whose name ends so
      if (p.kind != Parameter::Kind::duration && rest.ends_with('s') && parse_parameter_value(rest, with_unit)) sentence = fmt::format("{} is a number, without a unit.", name);
      else if (p.kind == Parameter::Kind::integer && value != std::nearbyint(value)) sentence = fmt::format("{} is a whole number, not {}.", name, rest);
      return sentence.empty();
    }
    if (p.choices.empty() && !p.yes_or_no()) continue;
    sentence = p.yes_or_no() ? fmt::format("'{}' is no value for {}; it is on or off.", rest, name)
                             : fmt::format("'{}' is no value for {}; there are: {}.", rest, name, fmt::join(p.choices, ", "));
    return false;
  }
  if (!parse_parameter_value(rest, value)) {
    sentence = fmt::format("'{}' is no value for {}. Write a number, or a time such as 200ms, 1.5s or 50us.", rest, name);
    return false;
  }
  return true;
}

bool is_file_name(const std::string& target) {
  return target.ends_with(".py") || target.find('/') != std::string::npos;
}

/// Empty, or what is wrong with the options.
std::string read_scenario(const RunCommand& command, Scenario& scenario) {
  scenario.lesson = command.target;
  if (is_file_name(command.target)) {
    if (std::string wrong = read_file(command.target, scenario.source); !wrong.empty()) return wrong;
    if (scenario.source.empty()) return fmt::format("{}:1:1: The script is empty.", command.target);
  } else if (!find_lesson(command.target)) {
    return fmt::format("No lesson is called '{}'. `interleave list` shows them; a script's name ends in .py.", command.target);
  }
  if (command.time == "virtual") return "Virtual time is not built yet: leave out --time virtual.";
  if (command.time != "real") return fmt::format("--time is real or virtual, not '{}'.", command.time);
  scenario.workers = command.workers;
  scenario.cores = command.cores;
  if (!command.seed.empty()) {  // read here: -1 would be a very large number to who reads numbers without a sign
    const auto [end, error] = std::from_chars(command.seed.data(), command.seed.data() + command.seed.size(), scenario.seed);
    if (error != std::errc() || end != command.seed.data() + command.seed.size())
      return fmt::format("--seed wants a whole number from 0 to {}, not '{}'.", UINT64_MAX, command.seed);
  }
  std::string sentence, name;
  double value = 0;
  for (const std::string& cost : command.cost) {
    if (!split(cost, "--cost", name, value, sentence)) return sentence;
    constexpr std::string_view later[] = {"quantum", "switch", "spawn", "copy", "poll"};
    if (std::find(std::begin(later), std::end(later), name) != std::end(later))
      return fmt::format("--cost {} is not built yet; it needs virtual time. gil_interval is.", name);
    if (name != "gil_interval")
      return fmt::format("There is no cost '{}'. There are: quantum, switch, spawn, copy, poll and gil_interval.", name);
    if (value < 1'000 || value > 10e9) return "gil_interval is 1us to 10s.";
    scenario.gil_interval = static_cast<Nanos>(value);
  }
  std::vector<Parameter> known;
  if (const LessonEntry* lesson = find_lesson(command.target); lesson && scenario.source.empty()) known = lesson->parameters;
  else if (const Prepared script = prepare(scenario, id_of(ExecutorKind::serial), 1); script.instance) known = script.instance->parameters();
  for (const std::string& set : command.set) {
    if (!split(set, "--set", name, value, sentence, known)) return sentence;
    scenario.set_parameter(name, value);
  }
  return {};
}

/// Empty, or why a setting does not fit the script.
std::string settings_fit(const Scenario& scenario, const Instance& instance, const std::vector<std::string>& as_written) {
  for (const ParameterSetting& set : scenario.parameters) {
    const Parameter* parameter = instance.parameter(set.name);
    if (!parameter) {
      std::vector<std::string> names;
      for (const Parameter& p : instance.parameters()) names.push_back(p.name);
      if (names.empty()) return fmt::format("There is no parameter '{}': this script has none.", set.name);
      return fmt::format("There is no parameter '{}'. There {}: {}.", set.name, names.size() == 1 ? "is" : "are", joined(names));
    }
    if (set.value >= parameter->min && set.value <= parameter->max) continue;
    for (const std::string& text : as_written)
      if (parameter->kind == Parameter::Kind::duration && text.starts_with(set.name + "=") && text.find_first_of("0123456789", text.size() - 1) != std::string::npos)
        return fmt::format("{} wants a unit, such as {}ms.", set.name, text.substr(set.name.size() + 1));
    return fmt::format("{} is {} to {}, not {}.", set.name, parameter->text(parameter->min), parameter->text(parameter->max),
                       parameter->text(set.value));
  }
  return {};
}

std::string no_executor(std::string_view wanted) {
  return fmt::format("There is no executor '{}'. There are: {} and all.", wanted, fmt::join(kExecutorIds, ", "));
}

/// Which executors, in the order of the ids. Empty: `sentence` says why.
std::vector<ExecutorKind> chosen(const std::string& on, const Prepared& prepared, std::string& sentence) {
  std::string wanted = on;
  const std::vector<std::string>& lesson_on = prepared.instance->lesson().on;
  if (wanted.empty() && prepared.lesson && !prepared.lesson->executor.empty()) wanted = prepared.lesson->executor;
  if (wanted.empty()) wanted = lesson_on.empty() ? "serial" : lesson_on.front();
  std::vector<ExecutorKind> kinds;
  for (int i = 0; i < kExecutorKinds; ++i) {
    const std::string id(kExecutorIds[i]);
    const bool in_lesson = lesson_on.empty() || std::find(lesson_on.begin(), lesson_on.end(), id) != lesson_on.end();
    if (wanted == id || (wanted == "all" && in_lesson)) kinds.push_back(static_cast<ExecutorKind>(i));
  }
  if (kinds.empty()) sentence = no_executor(wanted);
  return kinds;
}

// -- Ctrl-C ------------------------------------------------------------------------------------------------------------

/// The first Ctrl-C cancels the run under way and those to come, the second ends the program. A thread of its own waits
/// for the signal: cancel() takes locks, which a handler may not.
class Interrupt {
 public:
  /// Blocks SIGINT in this thread, and so in all that it starts.
  static Interrupt& watch() {
    static Interrupt* const one = new Interrupt;  // its thread never ends
    return *one;
  }
  bool happened() {
    std::lock_guard lock(mutex_);
    return happened_;
  }
  /// Asked by the first: a run that starts ends, too.
  const std::shared_ptr<StopSignal>& stop() const { return stop_; }
  void set_run(NativeRun* run) {
    std::lock_guard lock(mutex_);
    run_ = run;
    if (run_ && happened_) run_->cancel();
  }

 private:
  Interrupt() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::thread([this, set] {
      for (;;) {
        int signal = 0;
        sigwait(&set, &signal);
        std::lock_guard lock(mutex_);
        // timeout(1) sends one to the program and one to its group: two at once are one.
        const Nanos now = monotonic_now();
        if (happened_ && now - first_ > 300'000'000) _exit(kExitInterrupted);
        if (!happened_) first_ = now;
        happened_ = true;
        stop_->ask();
        if (run_) run_->cancel();
      }
    }).detach();
  }
  std::mutex mutex_;
  bool happened_ = false;
  Nanos first_ = 0;
  NativeRun* run_ = nullptr;
  const std::shared_ptr<StopSignal> stop_ = std::make_shared<StopSignal>();
};

// -- run ---------------------------------------------------------------------------------------------------------------

RunReport run_one(NativeMachine& machine, const Scenario& scenario, ExecutorKind kind, Interrupt& interrupt) {
  NativeRun run(machine, scenario, kind, interrupt.stop());
  interrupt.set_run(&run);
  const Progress progress = run.finish();
  interrupt.set_run(nullptr);
  TraceBuilder builder(kind, Provenance::measured);
  TraceReader reader(run.recorder());
  std::vector<std::uint64_t> packets(64 << 10);
  while (const std::size_t count = reader.read(packets)) builder.add(std::span(packets).first(count));
  RunReport report;
  report.executor = kind;
  report.trace = builder.finish(progress.end);
  report.sentence = progress.sentence;
  return report;
}

/// trace.json, or trace.loop.json where there are several.
std::string file_for(const std::string& file, ExecutorKind kind, bool several) {
  if (!several) return file;
  const std::filesystem::path path(file);
  return (path.parent_path() / (path.stem().string() + "." + std::string(id_of(kind)) + path.extension().string())).string();
}

int run_command(const RunCommand& command) {
  Interrupt& interrupt = Interrupt::watch();
  if (command.json && command.dump) return refuse("--json and --dump both want standard output; choose one.");
  if (const auto kind = std::filesystem::path(command.trace_file).extension(); !command.trace_file.empty() && kind != ".json" && kind != ".ilt")
    return refuse(fmt::format("--trace wants NAME.json or NAME.ilt, not '{}'.", command.trace_file));
  if (!command.svg_file.empty() && !command.svg_file.ends_with(".svg")) return refuse(fmt::format("--svg wants NAME.svg, not '{}'.", command.svg_file));
  Scenario scenario;
  if (const std::string sentence = read_scenario(command, scenario); !sentence.empty()) return refuse(sentence);

  NativeMachine machine;
  if (command.pin && !machine.pin(scenario.cores > 0 ? scenario.cores : machine.cores()))
    return refuse(fmt::format("--pin wants --cores 1 to {}: this program may use no more.", machine.cores()));
  Prepared prepared = prepare(scenario, "serial", machine.cores());
  if (!prepared.instance) return refuse(prepared.sentence);
  if (const std::string sentence = settings_fit(scenario, *prepared.instance, command.set); !sentence.empty()) return refuse(sentence);
  Report report;
  report.notices = prepared.instance->notices();
  if (std::string limited = cores_limited(scenario, prepared); !limited.empty()) report.notices.push_back(std::move(limited));
  for (const std::string& notice : report.notices) complain(notice);
  std::string sentence;
  const std::vector<ExecutorKind> kinds = chosen(command.on, prepared, sentence);
  if (kinds.empty()) return refuse(sentence);
  scenario.executor = kinds.size() == 1 ? id_of(kinds[0]) : "all";

  std::vector<NamedTrace> to_draw;
  const std::string& said = prepared.instance->lesson().name;
  report.lesson = prepared.lesson ? prepared.lesson->name : said.empty() ? std::filesystem::path(command.target).stem().string() : said;
  report.title = prepared.lesson ? prepared.lesson->title : prepared.instance->lesson().title;
  report.parameters = prepared.instance->parameters();

  const Capabilities capabilities = native_capabilities(machine);
  int status = 0;
  for (const ExecutorKind kind : kinds) {
    if (const std::string& why = capabilities.refused[static_cast<int>(kind)]; !why.empty()) {
      report.runs.emplace_back();
      report.runs.back().executor = kind;
      report.runs.back().refused = why;
      if (kinds.size() == 1) status = refuse(why);
      continue;
    }
    if (interrupt.happened()) break;
    const Prepared own = prepare(scenario, id_of(kind), machine.cores());
    if (!own.instance) return refuse(own.sentence);
    Nanos expected = expected_makespan(*own.instance, id_of(kind));
    if (expected == 0 && kind != ExecutorKind::serial)
      expected = expected_from(expected_speedup(*own.instance, id_of(kind)), serial_makespan(report));
    report.runs.push_back(run_one(machine, scenario, kind, interrupt));
    RunReport& run = report.runs.back();
    if (kind != ExecutorKind::loop || own.workers == 1) {  // lessons speak of one event loop
      run.expected = expected;
      run.expectations = expectations_for(*own.instance, id_of(kind));
    }
    if (run.trace->how_ended() != RunEnd::finished) {
      if (together(findings_of(run, serial_makespan(report))).kind != Verdict::Kind::as_predicted) status = kExitFailed;
      constexpr std::string_view how[] = {"finished", "failed", "was cancelled", "ended in a deadlock", "was aborted"};
      complain(fmt::format("{} on {} {}{}", report.lesson, id_of(kind), how[static_cast<int>(run.trace->how_ended())],
                           run.sentence.empty() ? "." : fmt::format(": {}", without_kind(run.sentence))));
    }
    for (const TextLine& line : run.trace->texts())
      if (line.role == TextRole::notice) complain(fmt::format("{}: {}", id_of(kind), line.text));
    Scenario ran = scenario;
    ran.executor = id_of(kind);
    if (!command.svg_file.empty()) to_draw.push_back({.name = report.lesson, .bytes = trace_file(*run.trace, to_hash(ran)), .just_measured = true});
    if (!command.trace_file.empty()) {
      const std::string name = file_for(command.trace_file, kind, kinds.size() > 1);
      std::ofstream file(name, std::ios::binary);
      file << (std::filesystem::path(name).extension() == ".ilt" ? trace_file(*run.trace, to_hash(ran)) : chrome_json(*run.trace, to_hash(ran)));
      if (!file.flush()) return refuse(fmt::format("{} cannot be written: {}.", name, std::strerror(errno)));
    }
    if (command.dump) print(dump_text(*run.trace));
  }
  if (!to_draw.empty())
    if (const std::string wrong = write_timelines(to_draw, command.svg_file); !wrong.empty()) return refuse(wrong);
  if (command.json) print(report_json(report));
  else if (!command.dump) print(report_table(report));
  return interrupt.happened() ? kExitInterrupted : status;
}

}  // namespace

// -- The options -------------------------------------------------------------------------------------------------------

std::optional<int> run_command_line(int argc, char** argv, DesktopOptions& desktop) {
  CLI::App app("Interleave: run a small workload on real executors and see how each one schedules it.\n"
               "Without a command it opens its window.", "interleave");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", [] { return version_words(); }, "print the version and exit");

  bool list_json = false;
  CLI::App* list = app.add_subcommand("list", "the lessons");
  list->add_flag("--json", list_json, "as a JSON array");

  RunCommand run;
  CLI::App* run_app = app.add_subcommand("run", "run a lesson, or a script of your own");
  run_app->add_option("LESSON|FILE.py", run.target, "a lesson's name or id, or a script")->required();
  const CLI::Option* on = run_app->add_option("--on", run.on, "serial, threads, gil, processes, loop, stealing, or all (the lesson's list)");
  run_app->add_option("--workers", run.workers, "threads or processes; the lesson says how many, else as many as cores. With --on loop: event loops, else one")
      ->check(CLI::Range(1, 100'000));
  run_app->add_option("--cores", run.cores, "cores to use; fewer than the machine has are emulated by permits, or see --pin")
      ->check(CLI::Range(1, 1'024));
  run_app->add_option("--time", run.time, "real (virtual is not built yet)");
  const CLI::Option* seed = run_app->add_option("--seed", run.seed, "for whatever is chosen at random");
  run_app->add_option("--set", run.set, "NAME=VALUE: a parameter, such as connections=10 or latency=20ms; may be repeated")
      ->allow_extra_args(false);
  run_app->add_option("--cost", run.cost, "gil_interval=VALUE: how long the GIL is kept while others wait")->allow_extra_args(false);
  run_app->add_flag("--pin", run.pin, "keep all of it on so many CPUs, really: with --cores 1 threads share one");
  run_app->add_flag("--json", run.json, "print one JSON object instead of a table");
  run_app->add_option("--trace", run.trace_file, "write the trace here: NAME.json for Perfetto, NAME.ilt for `interleave open` (of several runs, one file each)");
  run_app->add_option("--svg", run.svg_file, "draw the timeline here, NAME.svg: of several runs one under another; needs no display");
  run_app->add_flag("--dump", run.dump, "print the trace as text: lanes, spans and marks");

  CLI::App* open_app = app.add_subcommand("open", "show a trace: one of ours (.ilt, .json) or Chrome JSON of another program");
  bool open_dump = false;
  std::string open_svg;
  open_app->add_option("FILE", desktop.open, "the file")->required();
  open_app->add_flag("--dump", open_dump, "print it as text, without a window");
  open_app->add_option("--svg", open_svg, "draw its timeline here, NAME.svg, without a window");
  open_app->add_option("--screenshot", desktop.screenshot)->group("");

  for (const char* name : {"explore", "advise", "sweep", "export"}) app.add_subcommand(name, "(not built yet)")->allow_extras();

  // For the README's picture and for tests: they change the window, so they belong to the bare command.
  std::string size;
  app.add_option("--screenshot", desktop.screenshot)->group("");
  app.add_option("--size", size)->group("");
  app.add_option("--theme", desktop.theme)->group("");
  app.add_option("--lesson", desktop.lesson)->group("");
  app.add_option("--run", desktop.run)->group("");
  app.add_option("--frames", desktop.frames)->group("");
  app.add_option("--do", desktop.steps)->group("")->allow_extra_args(false);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted_help) {
    return app.exit(wanted_help);
  } catch (const CLI::ParseError& error) {
    const std::string command = std::string("interleave") + (*run_app ? " run" : *open_app ? " open" : *list ? " list" : "");
    std::string words = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
      const std::vector<std::string> all = app.remaining(true);
      const auto option = std::ranges::find_if(all, [](const std::string& one) { return one.starts_with("-"); });
      if (option != all.end()) words = fmt::format("{} is no option of `{}`.", *option, command);
      else if (!all.empty()) words = fmt::format("'{}' is one word too many for `{}`.", all.front(), command);
    }
    return refuse(fmt::format("{}{} `{} --help` shows the options.", words, words.ends_with(".") ? "" : ".", command));
  }
  if (*list) {
    for (const std::string& error : lesson_errors()) complain(error);
    print(list_json ? lessons_json(lessons()) : lessons_table(lessons()));
    return 0;
  }
  if (*run_app && on->count() > 0 && run.on.empty()) return refuse(no_executor(""));
  if (*run_app && seed->count() > 0 && run.seed.empty()) return refuse("--seed wants a whole number.");
  if (*run_app) return run_command(run);
  if (*open_app) {
    const bool window = !open_dump && open_svg.empty();  // which reads it itself
    std::string bytes;
    if (const std::string wrong = read_file(desktop.open, bytes, window ? 4096 : SIZE_MAX); !wrong.empty()) return refuse(wrong);
    if (desktop.open.ends_with(".py") && (open_dump || !open_svg.empty()))
      return refuse(fmt::format("{0} is a script, not a trace: `interleave run {0} {1}` runs it and {2} its trace.", desktop.open,
                                open_dump ? "--dump" : "--svg NAME.svg", open_dump ? "prints" : "draws"));
    if (!open_svg.empty() && !open_svg.ends_with(".svg")) return refuse(fmt::format("--svg wants NAME.svg, not '{}'.", open_svg));
    if (window) {
      // What is junk is said before a display is asked for.
      if (desktop.open.ends_with(".py") || may_be_trace(bytes)) return std::nullopt;
      return refuse(fmt::format("{}: {}", desktop.open, open_trace(bytes).sentence));
    }
    if (!open_svg.empty())
      if (const std::string wrong = write_timelines({{std::filesystem::path(desktop.open).filename().string(), bytes}}, open_svg); !wrong.empty()) return refuse(wrong);
    if (!open_dump) return 0;
    const OpenedTrace opened = open_trace(bytes);
    if (!opened.sentence.empty()) complain(fmt::format("{}: {}", desktop.open, opened.sentence));
    if (!opened.trace) return kExitBad;
    print(dump_text(*opened.trace));
    return 0;
  }
  for (CLI::App* later : app.get_subcommands())
    return refuse(fmt::format("`interleave {}` is not built yet.", later->get_name()));

  if (!size.empty() && (std::sscanf(size.c_str(), "%dx%d", &desktop.width, &desktop.height) != 2 || desktop.width < 64 ||
                        desktop.height < 64 || desktop.width > 8192 || desktop.height > 8192))
    return refuse("--size wants WIDTHxHEIGHT, such as 1366x768.");
  if (desktop.theme != "dark" && desktop.theme != "light") return refuse("--theme is dark or light.");
  if (!desktop.lesson.empty() && !find_lesson(desktop.lesson)) return refuse(fmt::format("No lesson is called '{}'.", desktop.lesson));
  return std::nullopt;
}

}  // namespace interleave
