#include "trace/trace_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "trace/random_run.h"
#include "trace/trace_parts.h"
#include "trace/two_workers.h"

namespace interleave {
namespace {

/// All that a Trace says, also what dump_text() leaves out.
std::string everything(const Trace& trace) {
  std::string out = dump_text(trace);
  auto span = [&out](const Span& s) {
    out += std::to_string(s.begin) + ".." + std::to_string(s.end) + " " + std::to_string(static_cast<int>(s.state)) + " " + std::to_string(s.task) + " " +
           std::to_string(s.line) + " " + std::to_string(s.core) + "\n";
  };
  for (const TaskRecord& task : trace.tasks()) {
    out += "life of " + std::to_string(task.id) + "\n";
    for (const Span& s : trace.spans_of(task.id)) span(s);
  }
  for (const Lane& core : trace.cores()) {
    out += "core\n";
    // The same task on at once: one span or two, as batches came.
    for (std::size_t i = 0; i < core.spans.size(); ++i) {
      Span joined = core.spans[i];
      while (i + 1 < core.spans.size() && core.spans[i + 1].begin == joined.end && core.spans[i + 1].task == joined.task && core.spans[i + 1].line == joined.line)
        joined.end = core.spans[++i].end;
      span(joined);
    }
  }
  for (const TaskCounts& c : trace.counts())
    out += "at " + std::to_string(c.at) + ": " + std::to_string(c.running) + " " + std::to_string(c.ready) + " " + std::to_string(c.waiting_io) + " " +
           std::to_string(c.waiting_lock) + " " + std::to_string(c.waiting_gil) + " " + std::to_string(c.not_started) + " " + std::to_string(c.done) + " " + std::to_string(c.main) + "\n";
  for (const Lane& lane : trace.lanes())
    for (const Mark& m : lane.marks)
      if (auto when = trace.time_of(m.cause)) out += "cause " + std::to_string(*when) + "\n";
  Summary s = trace.summary();
  out += std::to_string(s.core_busy) + " " + std::to_string(s.tasks) + " " + std::to_string(s.finished) + " " + std::to_string(s.forks) + " " + std::to_string(s.bytes_per_task);
  return out;
}

TEST(TraceFile, GivesBackAnEqualTrace) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  OpenedTrace opened = open_trace(trace_file(*trace, "v=1&l=http"));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(opened.about, "v=1&l=http");
  EXPECT_EQ(opened.sentence, "");
  EXPECT_EQ(everything(*opened.trace), everything(*trace));
}

TEST(TraceFile, GivesBackAnEqualTraceOfRunsThatNoExecutorMakes) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const auto kind = static_cast<ExecutorKind>(seed % kExecutorKinds);
    auto trace = random_run(seed, 1 + static_cast<int>(seed % 7), 1 + static_cast<int>(seed * 3 % 40), kind, static_cast<RunEnd>(seed % 5));
    OpenedTrace opened = open_trace(trace_file(*trace));
    ASSERT_TRUE(opened.trace) << seed << ": " << opened.sentence;
    ASSERT_EQ(everything(*opened.trace), everything(*trace)) << seed;
  }
}

TEST(TraceFile, IsTheSameWhenWrittenAgain) {
  auto trace = random_run(5);
  const std::string bytes = trace_file(*trace, "about");
  EXPECT_EQ(trace_file(*open_trace(bytes).trace, "about"), bytes);
}

// As a run with 48 workers is, times as a real clock gives them.
constexpr int kRounds = 20'000;
std::shared_ptr<const Trace> long_run() {
  Recorder recorder(std::size_t{256} << 20);
  std::mt19937 random(3);
  std::vector<LaneRecorder*> of;
  for (int i = 0; i < 48; ++i) of.push_back(&recorder.lane(LaneKind::worker, "worker"));
  for (TaskId id = 2; id < 1002; ++id) of[0]->at(0, EventKind::spawn, 3, id);
  std::vector<Nanos> now(48, 1000);
  for (int i = 0; i < kRounds; ++i) {
    const std::size_t l = random() % 48;
    const TaskId task = 2 + random() % 1000;
    of[l]->at(now[l] += 1'000'000 + random() % 100'000'000, EventKind::run, run_on(static_cast<std::uint32_t>(l % 4), 7), task);
    of[l]->at(now[l] += 1'000'000 + random() % 5'000'000, EventKind::wait, 9, task);
  }
  return trace_of(recorder, ExecutorKind::threads);
}

TEST(TraceFile, TakesAtMost24BytesASpan) {
  auto trace = long_run();
  std::size_t spans = 0;
  for (const Lane& lane : trace->lanes()) spans += lane.spans.size();
  ASSERT_GE(spans, 2u * kRounds - 48);
  EXPECT_LE(trace_file(*trace).size(), spans * 24);
}

TEST(TraceFile, InPiecesIsWhatItIsAtOnce) {
  auto trace = long_run();
  const std::string bytes = trace_file(*trace, "about");
  OpenedTrace opened;
  Pieces work = open_trace_in_pieces(bytes, opened);
  std::size_t pieces = 1;
  double part = 0;
  for (; work.next(); ++pieces) {
    EXPECT_FALSE(opened.trace) << "not before it is whole";
    EXPECT_GE(work.part(), part);
    EXPECT_LE(part = work.part(), 1);
  }
  EXPECT_GE(pieces, 4 * kRounds / kPiece) << "lanes, tasks, counts and cores, each of them in pieces";
  ASSERT_TRUE(opened.trace) << opened.sentence;
  // Not EXPECT_EQ: of texts this long it would look for the shortest way from one to the other.
  EXPECT_TRUE(everything(*opened.trace) == everything(*open_trace(bytes).trace));
  EXPECT_TRUE(trace_file(*opened.trace, opened.about) == bytes);
}

TEST(TraceFile, ThatIsLetGoOfAnywhereLeavesNothing) {  // what AddressSanitizer is asked
  const std::string bytes = trace_file(*long_run());
  for (int stop = 0; stop < 30; ++stop) {
    OpenedTrace opened;
    Pieces work = open_trace_in_pieces(bytes, opened);
    for (int i = 0; i < stop && work.next(); ++i) {}
    EXPECT_FALSE(work.done()) << stop;
  }
}

TEST(TraceFile, CoresMadeInPiecesAreInOrderWhateverTheLanes) {
  // One lane, two, and many, with equal beginnings and overlaps: what all lanes together sorted by their beginnings would be.
  for (const int lanes : {1, 2, 3, 7, 16}) {
    std::mt19937 random(static_cast<unsigned>(lanes));
    Trace trace;
    TraceParts parts(trace);
    parts.lanes.resize(static_cast<std::size_t>(lanes));
    std::vector<std::vector<Span>> sorted(3);
    for (Lane& lane : parts.lanes) {
      Nanos at = random() % 50;
      for (int i = 0; i < 3000; ++i) {
        const Nanos begin = at + random() % 3;
        at = begin + 1 + static_cast<Nanos>(random() % 3);
        const Span span{begin, at, static_cast<TaskId>(random() % 9 + 2), 0, random() % 4 ? State::running : State::waiting_io, static_cast<std::uint8_t>(random() % 3)};
        lane.spans.push_back(span);
        if (span.state == State::running) sorted[span.core].push_back(span);
      }
    }
    for (std::vector<Span>& core : sorted) {
      std::ranges::stable_sort(core, {}, &Span::begin);
      for (std::size_t i = 1; i < core.size(); ++i) {
        core[i].begin = std::max(core[i].begin, core[i - 1].end);
        core[i].end = std::max(core[i].end, core[i].begin);
      }
    }
    Pieces deriving = derive_cores_in_pieces(parts);
    int pieces = 1;
    while (deriving.next()) ++pieces;
    ASSERT_EQ(parts.cores.size(), sorted.size());
    for (std::size_t core = 0; core < sorted.size(); ++core) EXPECT_TRUE(std::ranges::equal(parts.cores[core].spans, sorted[core])) << lanes << " lanes, core " << core;
    if (lanes > 5) {
      EXPECT_GE(pieces, 2);
    }
  }
}

TEST(TraceFile, AnyFlippedBitAndAnyMissingEndIsSaidInASentence) {
  TwoWorkers run;
  const std::string good = trace_file(*trace_of(run.recorder, ExecutorKind::threads));
  for (std::size_t n = 0; n < good.size(); ++n) {
    OpenedTrace cut = open_trace(std::string_view(good).substr(0, n));
    EXPECT_FALSE(cut.trace) << n;
    EXPECT_TRUE(cut.sentence.ends_with('.')) << cut.sentence;
  }
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    std::string bad = good;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ 1 << (i % 8));
    OpenedTrace opened = open_trace(bad);
    EXPECT_FALSE(opened.trace) << "bit " << i;
    EXPECT_TRUE(opened.sentence.ends_with('.')) << opened.sentence;
  }
  EXPECT_FALSE(open_trace(good + "x").trace);
  std::string newer = good;
  newer[8] = 9;
  EXPECT_NE(open_trace(newer).sentence.find("version 9"), std::string::npos);
}

// Whoever damages a file on purpose writes the checksum anew.
TEST(TraceFile, HostileBytesWithARightChecksumAreATraceThatHoldsOrASentence) {
  std::mt19937 random(7);
  std::size_t refused = 0, taken = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const std::string good = trace_file(*random_run(seed, 3, 6));
    const std::string_view body = std::string_view(good).substr(0, good.size() - 8);
    for (int round = 0; round < 400; ++round) {
      std::string bad(body);
      switch (random() % 4) {
        case 0: bad.resize(9 + random() % (bad.size() - 9)); break;
        case 1: bad.insert(9 + random() % (bad.size() - 9), 1 + random() % 9, static_cast<char>(random())); break;
        default:
          for (unsigned k = 0; k <= random() % 6; ++k) {
            const std::size_t at = 9 + random() % (bad.size() - 9);
            bad[at] = random() % 2 ? static_cast<char>(random()) : static_cast<char>(bad[at] ^ 1 << random() % 8);
          }
      }
      const std::uint64_t sum = trace_file_checksum(bad);
      for (int i = 0; i < 8; ++i) bad.push_back(static_cast<char>(sum >> (8 * i)));
      OpenedTrace opened = open_trace(bad);
      if (!opened.trace) {
        ++refused;
        ASSERT_TRUE(opened.sentence.ends_with('.')) << opened.sentence;
        continue;
      }
      ++taken;
      // What is taken keeps what everybody relies on.
      for (const std::vector<Lane>* all : {&opened.trace->lanes(), &opened.trace->cores()})
        for (const Lane& lane : *all) {
          Nanos at = std::numeric_limits<Nanos>::min();
          for (const Span& s : lane.spans) {
            ASSERT_GE(s.begin, at);
            ASSERT_GE(s.end, s.begin);
            ASSERT_LT(static_cast<int>(s.state), kStates);
            ASSERT_LE(s.task, opened.trace->tasks().size());
            at = s.end;
          }
          ASSERT_TRUE(std::ranges::is_sorted(lane.marks, {}, &Mark::at));
        }
      ASSERT_TRUE(std::ranges::is_sorted(opened.trace->counts(), {}, &TaskCounts::at));
      (void)everything(*opened.trace);
      (void)chrome_json(*opened.trace);
    }
  }
  EXPECT_GT(refused, 500u);
  EXPECT_GT(taken, 20u) << "a changed name or time is still a trace";
}

// --- Chrome JSON ---------------------------------------------------------------------------------------------------------

TEST(ChromeJson, OfOursComesBackWithItsLanesTasksAndTexts) {
  TwoWorkers run;
  auto trace = trace_of(run.recorder, ExecutorKind::threads);
  OpenedTrace opened = open_trace(chrome_json(*trace));
  ASSERT_TRUE(opened.trace) << opened.sentence;
  const Trace& back = *opened.trace;
  EXPECT_EQ(back.provenance, Provenance::recorded);
  EXPECT_EQ(back.executor, trace->executor);
  EXPECT_EQ(back.summary().makespan, trace->summary().makespan);
  EXPECT_EQ(back.summary().cpu_busy, trace->summary().cpu_busy);
  EXPECT_EQ(back.summary().latency.max, trace->summary().latency.max);
  ASSERT_EQ(back.lanes().size(), trace->lanes().size());
  for (std::size_t i = 0; i < back.lanes().size(); ++i) {
    EXPECT_EQ(back.lanes()[i].name, trace->lanes()[i].name);
    EXPECT_EQ(back.lanes()[i].kind, trace->lanes()[i].kind);
    std::vector<Span> a, b;
    for (const Span& s : trace->lanes()[i].spans)
      if (s.state != State::idle) a.push_back(s);
    for (const Span& s : back.lanes()[i].spans)
      if (s.state != State::idle) b.push_back(s);
    EXPECT_EQ(a, b) << "lane " << i;
  }
  ASSERT_EQ(back.tasks().size(), trace->tasks().size());
  for (const TaskRecord& task : trace->tasks()) {
    const Life a = trace->spans_of(task.id), b = back.spans_of(task.id);
    EXPECT_TRUE(std::ranges::equal(a, b)) << "task " << task.id;
    EXPECT_EQ(back.tasks()[task.id - 1].ended, task.ended);
  }
  ASSERT_FALSE(back.counts().empty());
  EXPECT_EQ(back.counts().back().done, trace->counts().back().done);
}

TEST(ChromeJson, OfAnotherProgramIsALaneForEachThread) {
  // As VizTracer, Perfetto and browsers write it: nested calls, in any order, times since the machine was started.
  OpenedTrace opened = open_trace(R"([
    {"ph":"M","pid":7,"tid":1,"name":"thread_name","args":{"name":"MainThread"}},
    {"ph":"X","pid":7,"tid":1,"ts":1000000.5,"dur":100,"name":"work","args":{"func_args":{"a":[1,{"b":2}]}}},
    {"ph":"X","pid":7,"tid":1,"ts":1000020.5,"dur":30,"name":"read"},
    {"ph":"E","pid":7,"tid":"io","ts":1000080.5},
    {"ph":"B","pid":7,"tid":"io","ts":1000010.5,"name":"read"},
    {"ph":"B","pid":7,"tid":"io","ts":1000090.5,"name":"never ended"},
    {"ph":"B","pid":7,"tid":"io","ts":1000095.5,"name":"never ended"},
    {"ph":"C","pid":7,"name":"memory","ts":1000003,"args":{"bytes":5}}
  ])");
  ASSERT_TRUE(opened.trace) << opened.sentence;
  const Trace& trace = *opened.trace;
  EXPECT_EQ(trace.provenance, Provenance::recorded);
  EXPECT_NE(opened.sentence.find("1 event"), std::string::npos) << opened.sentence;
  ASSERT_EQ(trace.lanes().size(), 2u);
  EXPECT_EQ(trace.lanes()[0].name, "MainThread");
  const Spans main = trace.lanes()[0].spans;
  ASSERT_EQ(main.size(), 3u);  // work, read inside it, work again
  EXPECT_EQ(main[0].begin, 0);
  EXPECT_EQ(main[0].end, 20'000);
  EXPECT_EQ(trace.name_of(main[0].task), "work");
  EXPECT_EQ(trace.name_of(main[1].task), "read");
  EXPECT_EQ(main[2].end, 100'000);
  EXPECT_EQ(main[2].task, main[0].task);
  ASSERT_GE(trace.lanes()[1].spans.size(), 3u);
  EXPECT_EQ(trace.lanes()[1].spans[0].task, main[1].task) << "the same function is the same task in each thread";
  EXPECT_EQ(trace.lanes()[1].spans[1].state, State::idle);
  // It can be kept as one of ours.
  OpenedTrace again = open_trace(trace_file(trace, opened.about));
  ASSERT_TRUE(again.trace) << again.sentence;
  EXPECT_EQ(everything(*again.trace), everything(trace));
  EXPECT_EQ(again.trace->name_of(main[1].task), "read");
}

TEST(ChromeJson, OfVizTracerIsALaneForEachThread) {
  // Written by hand after what its documents say: complete slices with fractions of a microsecond, the place in the name, files behind them.
  OpenedTrace opened = open_trace(R"json({"traceEvents": [
    {"ph": "M", "pid": 41, "tid": 41, "name": "process_name", "args": {"name": "MainProcess"}},
    {"ph": "M", "pid": 41, "tid": 41, "name": "thread_name", "args": {"name": "MainThread"}},
    {"ph": "M", "pid": 41, "tid": 42, "name": "thread_name", "args": {"name": "Thread-1"}},
    {"pid": 41, "tid": 41, "ts": 88000.125, "ph": "X", "dur": 30.25, "name": "main (/tmp/p.py:9)", "args": {}, "cat": "FEE"},
    {"pid": 41, "tid": 42, "ts": 88003.125, "ph": "X", "dur": 20.5, "name": "work (/tmp/p.py:3)", "args": {}, "cat": "FEE"},
    {"pid": 41, "tid": 42, "ts": 88004.125, "ph": "X", "dur": 0.125, "name": "builtins.len", "args": {}, "cat": "FEE"}],
    "viztracer_metadata": {"version": "1.0.0", "overflow": false},
    "file_info": {"files": {"/tmp/p.py": ["def work(): ...", 1]}, "functions": {"work": ["/tmp/p.py", 3]}}})json");
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(opened.sentence, "");
  const Trace& trace = *opened.trace;
  ASSERT_EQ(trace.lanes().size(), 2u);
  EXPECT_EQ(trace.lanes()[0].name, "MainThread");
  EXPECT_EQ(trace.lanes()[1].name, "Thread-1");
  ASSERT_EQ(trace.lanes()[0].spans.size(), 1u);
  EXPECT_EQ(trace.lanes()[0].spans[0].begin, 0);
  EXPECT_EQ(trace.lanes()[0].spans[0].end, 30'250);
  EXPECT_EQ(trace.name_of(trace.lanes()[0].spans[0].task), "main (/tmp/p.py:9)");
  ASSERT_EQ(trace.lanes()[1].spans.size(), 3u);  // work, len inside it, work again
  EXPECT_EQ(trace.lanes()[1].spans[1].end - trace.lanes()[1].spans[1].begin, 125);
}

TEST(ChromeJson, SaysHowManyThreadsAreLeftOut) {
  std::string json = "[";
  for (int i = 0; i < 600; ++i) json += (i ? "," : "") + std::string(R"({"ph":"X","name":"f","pid":1,"ts":1,"dur":2,"tid":)") + std::to_string(i) + "}";
  const OpenedTrace opened = open_trace(json + "]");
  ASSERT_TRUE(opened.trace) << opened.sentence;
  EXPECT_EQ(opened.trace->lanes().size(), 512u);
  EXPECT_EQ(opened.sentence, "512 threads are shown, the most that there is room for; 88 more with 88 events were left out.");
}

TEST(ChromeJson, SaysWhatLastsNoTime) {
  const OpenedTrace some = open_trace(R"([{"ph":"X","name":"f","pid":1,"tid":1,"ts":1,"dur":2},{"ph":"X","name":"g","pid":1,"tid":1,"ts":2,"dur":0}])");
  ASSERT_TRUE(some.trace) << some.sentence;
  EXPECT_EQ(some.sentence, "1 slice that lasts no time was left out.");
  const OpenedTrace none = open_trace(R"([{"ph":"X","name":"g","pid":1,"tid":1,"ts":2,"dur":0}])");
  EXPECT_FALSE(none.trace);
  EXPECT_EQ(none.sentence, "All slices of this JSON begin and end at one moment, so there is nothing to show.");
  const OpenedTrace late = open_trace(R"({"traceEvents":[{"ph":"X","name":"a","ts":0,"dur":1e300,"pid":1,"tid":1},{"ph":"X","name":"b","ts":1e300,"dur":5,"pid":1,"tid":1}]})");
  EXPECT_EQ(late.sentence, "The slices of this JSON lie at times beyond eleven days from its first, so there is nothing to show.");
  const OpenedTrace later = open_trace(R"([{"ph":"X","name":"a","ts":0,"dur":5,"pid":1,"tid":1},{"ph":"X","name":"b","ts":3,"dur":1e14,"pid":1,"tid":1}])");
  EXPECT_EQ(later.sentence, "1 event at times beyond eleven days was left out.");
  const OpenedTrace one = open_trace(R"({"traceEvents":[{"ph":"X","name":"a","ts":1,"dur":5,"pid":1,"tid":1},{"ph":"s","name":"z","ts":2,"pid":1,"tid":1,"id":1}]})");
  EXPECT_EQ(one.sentence, "1 event of a kind that is no slice was left out.");
}

TEST(ChromeJson, HalfACharacterBecomesTheOneThatStandsForNone) {
  auto name = [](const std::string& escaped) {
    const OpenedTrace opened = open_trace(R"([{"ph":"X","name":")" + escaped + R"(","pid":1,"tid":1,"ts":1,"dur":2}])");
    return opened.trace ? std::string(opened.trace->name_of(opened.trace->lanes()[0].spans[0].task)) : opened.sentence;
  };
  EXPECT_EQ(name(R"(a\\ud800b)"), R"(a\ud800b)") << "a backslash and letters";
  EXPECT_EQ(name(R"(a\ud800b)"), "a\xef\xbf\xbd" "b");
  EXPECT_EQ(name(R"(a\udc00)"), "a\xef\xbf\xbd");
  EXPECT_EQ(name(R"(\uD83D\uDE00)"), "\xf0\x9f\x98\x80") << "a whole pair stays";
  EXPECT_EQ(name(R"(\ud800\ud83d\ude00)"), "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

TEST(ChromeJson, ThatIsNoneIsSaidInASentence) {
  for (const char* bytes : {"", "hello", "{}", "[]", "[{}]", "{\"traceEvents\":[]}", "[[[[[[[[[[[[[[", "{\"traceEvents\":[{\"ph\":\"X\"", "[1,2,3]",
                            R"([{"ph":"X","ts":1e400,"dur":1}])", R"([{"ph":"X","ts":"x","dur":null,"name":[]}])", R"([{"ph":"E","ts":5}])", "\xef\xbb\xbf{", "{\"a\":"}) {
    OpenedTrace opened = open_trace(bytes);
    EXPECT_FALSE(opened.trace) << bytes;
    EXPECT_TRUE(opened.sentence.ends_with('.')) << bytes << ": " << opened.sentence;
  }
  EXPECT_FALSE(open_trace(std::string(200'000, '[')).trace) << "depth costs nothing";
}

TEST(ChromeJson, DamagedInAnyWayIsATraceThatHoldsOrASentence) {
  std::mt19937 random(11);
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const std::string good = chrome_json(*random_run(seed, 3, 5));
    for (int round = 0; round < 80; ++round) {
      std::string bad = good;
      if (random() % 3 == 0) bad.resize(random() % bad.size());
      else
        for (unsigned k = 0; k <= random() % 8; ++k) bad[random() % bad.size()] = "0123456789-e.\"{}[],:aXBEM\\"[random() % 26];
      OpenedTrace opened = open_trace(bad);
      if (!opened.trace) {
        ASSERT_TRUE(opened.sentence.ends_with('.')) << opened.sentence;
        continue;
      }
      for (const Lane& lane : opened.trace->lanes()) {
        Nanos at = std::numeric_limits<Nanos>::min();
        for (const Span& s : lane.spans) {
          ASSERT_GE(s.begin, at);
          ASSERT_GE(s.end, s.begin);
          at = s.end;
        }
      }
      OpenedTrace again = open_trace(trace_file(*opened.trace));
      ASSERT_TRUE(again.trace) << "what was taken can be kept: " << again.sentence;
    }
  }
}

}  // namespace
}  // namespace interleave
