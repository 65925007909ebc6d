#include "view/results.h"

#include <gtest/gtest.h>

#include <string>

#include "trace/two_workers.h"
#include "view/sentence.h"

namespace interleave {
namespace {

constexpr Nanos kUs = 1'000, kMs = 1'000'000;

std::string plain(std::string text) {
  for (std::size_t at; (at = text.find("\u2009")) != text.npos;) text.replace(at, 3, "_");
  return text;
}

std::size_t characters(const std::string& text) {
  std::size_t n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

Result run(ExecutorKind kind, Nanos makespan, Nanos expected = 0) {
  Result r;
  r.executor = kind;
  r.ran = true;
  r.summary.makespan = makespan;
  r.summary.core_busy = 0.383;
  r.summary.switches = 1204;
  r.expected = expected;
  r.cores = kind == ExecutorKind::threads || kind == ExecutorKind::processes || kind == ExecutorKind::stealing ? 4 : 1;
  r.waited = 20'000 * kMs;
  return r;
}

std::vector<Result> hundred_requests() {
  return {run(ExecutorKind::serial, 20'500 * kMs, 20'500 * kMs), run(ExecutorKind::threads, 326 * kMs, 320 * kMs),
          run(ExecutorKind::gil, 710 * kMs), run(ExecutorKind::loop, 704 * kMs)};
}

TEST(Results, FiguresOfAColumnHaveOneUnitAndThreeDigits) {
  const auto rows = result_cells(hundred_requests());
  EXPECT_EQ(plain(rows[0].measured), "20.5_s");
  EXPECT_EQ(plain(rows[1].measured), "0.326_s");
  EXPECT_EQ(plain(rows[1].model), "0.320_s");
  EXPECT_EQ(plain(rows[1].off_by), "+1.9_%");
  EXPECT_EQ(plain(rows[1].speed_up), "62.9x");
  EXPECT_EQ(plain(rows[0].speed_up), "1.00x");
  EXPECT_EQ(plain(rows[1].core_busy), "38.3_%");
  EXPECT_EQ(plain(rows[1].switches), "1_204");
  EXPECT_EQ(rows[2].model, "");
}

TEST(Results, AModelIsNeverInTheMeasuredColumn) {
  auto results = hundred_requests();
  results[1].provenance = Provenance::modelled;
  const auto rows = result_cells(results);
  EXPECT_EQ(rows[1].measured, "-");
  EXPECT_EQ(plain(rows[1].model), "0.326_s");
  EXPECT_EQ(rows[1].off_by, "");  // it is not compared with itself
}

TEST(Results, AllWithinThreePercentOfTheShortestAreBest) {
  auto results = hundred_requests();
  results[1].summary.makespan = 690 * kMs;
  const auto rows = result_cells(results);
  EXPECT_FALSE(rows[0].best);
  EXPECT_TRUE(rows[1].best);
  EXPECT_TRUE(rows[2].best);
  EXPECT_TRUE(rows[3].best);
}

TEST(Results, WhatDidNotFinishIsNoResult) {
  auto results = hundred_requests();
  results[1].how_ended = RunEnd::cancelled;
  results[3].ran = false;
  results[3].refused = "This page may start no loops.";
  const auto rows = result_cells(results);
  EXPECT_EQ(plain(rows[1].check), "stopped at 0.326_s");
  EXPECT_FALSE(rows[1].best);
  EXPECT_EQ(rows[1].speed_up, "");
  EXPECT_EQ(rows[3].measured, "-");
  EXPECT_EQ(rows[3].check, "This page may start no loops.");
  EXPECT_TRUE(rows[2].best);
}

TEST(Results, AFailureThatIsTheLessonIsAsPredicted) {
  std::vector<Result> results{run(ExecutorKind::loop, 20'000'000), run(ExecutorKind::gil, 20'000'000)};
  for (Result& r : results) r.how_ended = RunEnd::deadlock;
  results[0].verdict = "as predicted";
  std::vector<ResultCells> rows = result_cells(results);
  EXPECT_EQ(plain(rows[0].check), "as predicted: deadlock at 20.0_ms");
  EXPECT_TRUE(rows[0].as_predicted);
  EXPECT_FALSE(rows[0].best) << "it is no result all the same";
  EXPECT_EQ(plain(rows[1].check), "deadlock at 20.0_ms");
  EXPECT_FALSE(rows[1].as_predicted);
}

TEST(Results, OutputsAreToldApartByTheLineThatDiffers) {
  const Output serial{ExecutorKind::serial, RunEnd::finished, {"first", "the counter says 2"}}, threads{ExecutorKind::threads, RunEnd::finished, {"first", "the counter says 1"}};
  Output gil = threads, loop = threads;
  gil.executor = ExecutorKind::gil;
  loop.executor = ExecutorKind::loop;
  EXPECT_EQ(outputs_in_words({}), "");
  EXPECT_EQ(outputs_in_words(std::vector{serial}), "Serial: the counter says 2.");
  EXPECT_EQ(outputs_in_words(std::vector{serial, threads, gil, loop}), "Serial: the counter says 2. The other three: the counter says 1.");
  EXPECT_EQ(outputs_in_words(std::vector{threads, gil}), "Both: the counter says 1.");
  EXPECT_EQ(outputs_in_words(std::vector{threads, gil, loop}), "All three: the counter says 1.");
  gil.how_ended = loop.how_ended = RunEnd::deadlock;
  EXPECT_EQ(outputs_in_words(std::vector{serial, gil, loop}), "Serial: the counter says 2. Threads + GIL and Event loop: deadlock.");
  const Output other{ExecutorKind::loop, RunEnd::finished, {"second", "the counter says 2"}}, silent{ExecutorKind::gil, RunEnd::finished, {}};
  EXPECT_EQ(outputs_in_words(std::vector{serial, other}), "Serial: the first line printed is \u201cfirst\u201d. Event loop: the first line printed is \u201csecond\u201d.");
  EXPECT_EQ(outputs_in_words(std::vector{serial, silent}), "Serial: the counter says 2. Threads + GIL: prints nothing.");
}

TEST(Results, RunsThatAreTooShortAreNotCompared) {
  std::vector<Result> all{run(ExecutorKind::serial, 900'000), run(ExecutorKind::loop, 5'000)};
  EXPECT_EQ(result_cells(all)[1].speed_up, "");
  EXPECT_EQ(plain(headline(all).sentence), "Both runs take 900_\u00b5s or less: too short to compare.");
  EXPECT_EQ(headline(all).subsentence, "");
  all.push_back(run(ExecutorKind::processes, 90 * kMs));
  EXPECT_EQ(headline(all).subsentence, "The shortest are too short to compare.");
  EXPECT_EQ(result_cells(all)[2].speed_up, "") << "a hundred times nothing is no figure";
  all[0].summary.makespan = 2620 * kMs;  // one of them is long enough, and 500,000 times as fast would be the other's start
  EXPECT_EQ(result_cells(all)[1].speed_up, "");
  EXPECT_EQ(plain(result_cells(all)[2].speed_up), "29.1x");
  EXPECT_EQ(headline(all).subsentence, "Event loop: too short to say how many times as fast.");
  EXPECT_EQ(answer({Question::About::makespan, {ExecutorKind::loop, ExecutorKind::processes}}, all, {}).subsentence,
            "Event loop is too short to say how many times as long Processes took: most of it is its start.");
  for (Result& r : all) r.clock_step = 200'000;  // 20 steps of a coarse clock: 4 ms
  EXPECT_EQ(result_cells(all)[1].speed_up, "");
  for (Result& r : all) r.provenance = Provenance::modelled;
  EXPECT_EQ(plain(result_cells(all)[1].speed_up), "524_000x") << "a model has no noise";
}

TEST(Results, AnEarlyEndHasAWordAndAFinishHasNone) {
  EXPECT_EQ(early_end(RunEnd::finished), "");
  EXPECT_EQ(early_end(RunEnd::cancelled), "stopped");
  EXPECT_EQ(early_end(RunEnd::deadlock), "deadlock");
}

TEST(Results, SpeedUpNeedsASerialRun) {
  auto results = hundred_requests();
  results.erase(results.begin());
  for (const ResultCells& row : result_cells(results)) EXPECT_EQ(row.speed_up, "");
}

TEST(Results, ColumnsGoFromTheOptionalEnd) {
  auto results = hundred_requests();
  results[3].summary.copied_bytes = 5000;
  results[3].summary.spawn_ns = 5000;
  results[3].summary.bytes_per_task = 936;
  const auto rows = result_cells(results);
  auto titles = [&](float width) {
    std::string out;
    for (const ResultColumn* c : columns_that_fit(rows, width, 172)) out += std::string(c->title) + " ";
    return out;
  };
  EXPECT_EQ(titles(2000), "Measured Model Off by Speed-up Core busy Switches Bytes per task Spawn Copied Check ");  // no p50: nobody has one
  EXPECT_EQ(titles(1090), "Measured Model Off by Speed-up Core busy Switches Bytes per task Spawn Check ");
  EXPECT_EQ(titles(600), "Measured Model Speed-up Check ");
  EXPECT_EQ(titles(10), "Measured Speed-up Check ");
  auto alone = rows;
  for (ResultCells& row : alone) row.speed_up.clear();  // seen: a column of nothing, where no lesson runs one at a time
  for (const ResultColumn* c : columns_that_fit(alone, 10, 172)) EXPECT_NE(c->title, "Speed-up");
}

TEST(Sentence, SaysTheShortestOnSeveralCoresAndOnOneAndOneAtATimeLast) {
  auto results = hundred_requests();
  const Headline h = headline(results);
  EXPECT_EQ(plain(h.sentence), "Waits overlap: 0.326_s on four cores, 0.704_s on one. One at a time: 20.5_s.");
  EXPECT_EQ(plain(h.subsentence), "Threads: 63 times as fast as one at a time.");
  results.push_back(run(ExecutorKind::processes, 5170 * kMs));
  EXPECT_EQ(plain(headline(results).sentence), plain(h.sentence));
  EXPECT_EQ(plain(headline(results).subsentence), "Threads: 63 times as fast as one at a time. The slowest after that: Processes, 5.17_s.") << "one at a time is slower still";
  results.back().summary.makespan = 30'000 * kMs;
  EXPECT_TRUE(headline(results).subsentence.find(" The slowest: Processes, ") != std::string::npos) << headline(results).subsentence;
}

TEST(Sentence, SaysWhatOverlapsOnlyWhereTheTimesShowIt) {
  auto results = hundred_requests();
  for (Result& r : results) r.waited = 0;
  EXPECT_EQ(plain(headline(results).sentence), "0.326_s on four cores, 0.704_s on one. One at a time: 20.5_s.");
  results[1].summary.cpu_busy = 1200 * kMs;
  EXPECT_EQ(plain(headline(results).sentence), "Cores share the work: 0.326_s on four cores, 0.704_s on one. One at a time: 20.5_s.");
  const Headline one_core = headline(std::vector{run(ExecutorKind::serial, 8000 * kMs), run(ExecutorKind::loop, 2400 * kMs)});
  EXPECT_EQ(plain(one_core.sentence), "Waits overlap: 2.40_s on one core. One at a time: 8.00_s.");
  Result unknown = run(ExecutorKind::threads, 326 * kMs);
  unknown.cores = 0;
  EXPECT_EQ(plain(headline(std::vector{run(ExecutorKind::serial, 8000 * kMs), unknown}).sentence), "Threads: 0.326_s. One at a time: 8.00_s.");
}

TEST(Sentence, IsNeverLongerThanNinetyCharacters) {
  std::vector<Result> all;
  for (int i = 0; i < kExecutorKinds; ++i) {
    all.push_back(run(static_cast<ExecutorKind>(i), (kExecutorKinds - i) * 1234 * kMs));
    all.back().provenance = i % 2 ? Provenance::modelled : Provenance::measured;
    const Headline h = headline(all);
    EXPECT_LE(characters(h.sentence), kLongestSentence) << h.sentence;
    EXPECT_FALSE(h.sentence.empty());
  }
  const std::string sentence = plain(headline(all).sentence);
  EXPECT_NE(sentence.find("1.23_s (modelled) on four cores"), sentence.npos) << sentence;
  EXPECT_NE(sentence.find("One at a time: 7.40_s"), sentence.npos) << sentence;
}

TEST(Sentence, ClaimsNoWinnerAmongEquals) {
  const Headline three = headline(std::vector{run(ExecutorKind::serial, 8010 * kMs), run(ExecutorKind::threads, 8000 * kMs), run(ExecutorKind::gil, 8100 * kMs)});
  EXPECT_EQ(plain(three.sentence), "All three take 8.00_s to 8.10_s.");
  EXPECT_EQ(plain(three.subsentence), "They differ by less than 3_%.");
  const Headline serial = headline(std::vector{run(ExecutorKind::serial, 10 * kMs), run(ExecutorKind::processes, 90 * kMs)});
  EXPECT_EQ(plain(serial.sentence), "90.0_ms on four cores. One at a time: 10.0_ms.");
  EXPECT_EQ(serial.subsentence, "One at a time is the shortest.");
}

TEST(Sentence, OfOneRunSaysHowItEnded) {
  Result r = run(ExecutorKind::threads, 326 * kMs, 320 * kMs);
  EXPECT_EQ(plain(headline(std::vector{r}).sentence), "Threads: 0.326_s.");
  EXPECT_EQ(plain(headline(std::vector{r}).subsentence), "The model says 0.320_s: off by +1.9_%.");
  r.provenance = Provenance::modelled;
  EXPECT_EQ(plain(headline(std::vector{r}).sentence), "Threads, modelled: 0.326_s.");
  r.provenance = Provenance::measured;
  r.how_ended = RunEnd::deadlock;
  EXPECT_EQ(plain(headline(std::vector{r}).sentence), "Threads: deadlock at 0.326_s.");
  r.ran = false;
  EXPECT_EQ(headline(std::vector{r}).sentence, "");
}

TEST(Sentence, OfRunsThatAllFailedSaysHowMany) {  // seen: "Serial: failed at 1.20 ms" over six of them
  std::vector<Result> results;
  for (int i = 0; i < kExecutorKinds; ++i) results.push_back(run(static_cast<ExecutorKind>(i), (i + 1) * kMs));
  for (Result& r : results) r.how_ended = RunEnd::failed;
  EXPECT_EQ(headline(results).sentence, "All six runs failed.");
  EXPECT_EQ(headline(results).subsentence, "");
  EXPECT_EQ(headline(std::span(results).first(2)).sentence, "Both runs failed.");
  results[2].ran = false;
  EXPECT_EQ(headline(results).sentence, "All five runs failed.");
  for (Result& r : results) r.how_ended = RunEnd::deadlock;
  EXPECT_EQ(headline(results).sentence, "All five runs ended in a deadlock.");
  results[0].how_ended = RunEnd::failed;
  EXPECT_EQ(headline(results).sentence, "None of the five runs finished.");
  EXPECT_TRUE(headline(results).subsentence.starts_with("Serial: failed.")) << headline(results).subsentence;
  results[0].how_ended = RunEnd::finished;
  EXPECT_EQ(plain(headline(results).sentence), "Serial: 1.00_ms.");
  EXPECT_TRUE(headline(results).subsentence.find("Without a result: ") != std::string::npos) << headline(results).subsentence;
}

using About = Question::About;

TEST(Sentence, NamesTheExecutorsThatTheQuestionNames) {
  const auto results = hundred_requests();
  Headline h = answer({About::makespan, {ExecutorKind::loop, ExecutorKind::threads}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Event loop: 0.704_s. Threads: 0.326_s. One at a time: 20.5_s.");
  EXPECT_EQ(plain(h.subsentence), "Event loop took 2.2 times as long as Threads.");
  h = answer({About::makespan, {ExecutorKind::threads}}, results, {});
  EXPECT_EQ(plain(h.subsentence), "Threads: 63 times as fast as one at a time.");
  h = answer({About::makespan, {ExecutorKind::gil, ExecutorKind::loop}}, results, {});
  EXPECT_EQ(plain(h.subsentence), "They differ by less than 3_%.") << "and as many switches are no difference";
  auto apart = results;
  apart[3].summary.switches = 20;
  EXPECT_EQ(plain(answer({About::makespan, {ExecutorKind::gil, ExecutorKind::loop}}, apart, {}).subsentence), "They differ by less than 3_%. Switches from task to task: Threads + GIL 1_204, Event loop 20.");
  apart[3].summary.makespan = 740 * kMs;
  EXPECT_TRUE(plain(answer({About::makespan, {ExecutorKind::gil, ExecutorKind::loop}}, apart, {}).subsentence).starts_with("About equally fast: Event loop took 4_% longer.")) << "seen: took 1.0 times as long";
  EXPECT_EQ(answer({About::makespan, {ExecutorKind::stealing}}, results, {}).sentence, headline(results).sentence) << "none of them ran";
}

TEST(Sentence, NamesTheWinnerWhereTheQuestionAsksWhich) {  // seen: "0.987 s on two cores" as the answer to who is done first
  auto results = hundred_requests();
  Headline h = answer({About::winner, {}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Threads first: 0.326_s. Then Event loop 0.704_s, Threads + GIL 0.710_s, Serial 20.5_s.");
  EXPECT_EQ(plain(h.subsentence), "Threads: 63 times as fast as one at a time.");
  h = answer({About::winner, {ExecutorKind::gil, ExecutorKind::loop}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Threads first: 0.326_s. Then Event loop 0.704_s, Threads + GIL 0.710_s, Serial 20.5_s.");
  EXPECT_TRUE(plain(h.subsentence).ends_with(" About equally fast: Threads + GIL took 1_% longer.")) << h.subsentence;
  results[1].summary.makespan = 700 * kMs;
  h = answer({About::winner, {}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Threads, Event loop and Threads + GIL first: 0.700_s. Then Serial 20.5_s.");
  EXPECT_TRUE(plain(h.subsentence).starts_with("The first differ by less than 3_%. ")) << h.subsentence;
  results[1].summary.makespan = 326 * kMs;
  results.push_back(run(ExecutorKind::processes, 11'800 * kMs));
  results.push_back(run(ExecutorKind::stealing, 360 * kMs));
  h = answer({About::winner, {}}, results, {});
  EXPECT_LE(characters(h.sentence), kLongestSentence) << h.sentence;
  EXPECT_TRUE(plain(h.sentence).starts_with("Threads first: 0.326_s. Then Work stealing 0.360_s, ")) << h.sentence;
  EXPECT_TRUE(plain(h.sentence).ends_with(", \u2026, Serial 20.5_s.")) << h.sentence;
  EXPECT_TRUE(h.subsentence.ends_with(" Work stealing: about as fast.")) << h.subsentence;
  const std::vector<Output> same{{ExecutorKind::serial, RunEnd::finished, {"20 of 40 items"}}, {ExecutorKind::loop, RunEnd::finished, {"20 of 40 items"}}};
  Question question{About::winner, {}};
  question.and_output = true;
  EXPECT_TRUE(answer(question, results, same).subsentence.starts_with("Both: 20 of 40 items. Threads: ")) << answer(question, results, same).subsentence;
  EXPECT_EQ(answer({About::winner, {}}, std::span(results).first(1), {}).sentence, headline(std::span(results).first(1)).sentence) << "nobody to be before";
}

TEST(Sentence, WhoIsFirstIsTheFirstOfAllThatRan) {  // seen: Q5 "Event loop first: 0.930 s", beside Work stealing's flag at 0.204 s
  const std::vector<Result> answers{run(ExecutorKind::threads, 1'590 * kMs), run(ExecutorKind::gil, 1'710 * kMs), run(ExecutorKind::loop, 930 * kMs), run(ExecutorKind::stealing, 204 * kMs)};
  const Question loop_or_threads{About::winner, {ExecutorKind::loop, ExecutorKind::threads}};
  Headline h = answer(loop_or_threads, answers, {});
  EXPECT_EQ(plain(h.sentence), "Work stealing first: 0.204_s. Then Event loop 0.930_s, Threads 1.59_s, \u2026") << "whom the question does not name gives way";
  EXPECT_EQ(h.subsentence, "Threads took 1.7 times as long as Event loop.");
  // S9: "Threads first: 0.251 s. Then Event loop 0.739 s"; Threads + GIL was between them.
  const std::vector<Result> few{run(ExecutorKind::serial, 2'100 * kMs), run(ExecutorKind::threads, 251 * kMs), run(ExecutorKind::gil, 484 * kMs), run(ExecutorKind::loop, 739 * kMs)};
  h = answer({About::winner, {ExecutorKind::threads, ExecutorKind::loop}}, few, {});
  EXPECT_EQ(plain(h.sentence), "Threads first: 0.251_s. Then Threads + GIL 0.484_s, Event loop 0.739_s, Serial 2.10_s.");
}

TEST(Sentence, WhatIsPrintedLastIsSaidWhereTheLessonWantsIt) {
  const std::vector<Output> same{{ExecutorKind::threads, RunEnd::finished, {"1,000 answers", "slow begins near 13.3 ms"}}, {ExecutorKind::loop, RunEnd::finished, {"slow begins near 13.3 ms"}}};
  EXPECT_EQ(last_printed(same), "Slow begins near 13.3 ms.");
  const auto results = hundred_requests();
  Question question{About::makespan, {ExecutorKind::loop, ExecutorKind::threads}};
  question.and_output = true;
  EXPECT_EQ(plain(answer(question, results, same).subsentence), "Slow begins near 13.3 ms. Event loop took 2.2 times as long as Threads.");
  const std::vector<Output> other{same[0], {ExecutorKind::loop, RunEnd::finished, {"something else"}}};
  EXPECT_EQ(last_printed(other), "");
}

TEST(Sentence, OfOneRunThatIsNoFasterItSaysHowMuchLongerItTook) {  // seen: "None is sooner done than one at a time.", of one
  std::vector<Result> results{run(ExecutorKind::serial, 1550 * kMs), run(ExecutorKind::processes, 4030 * kMs)};
  Headline h = answer({About::speedup, {}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Processes: 2.6 times as long as one at a time.");
  EXPECT_EQ(plain(h.subsentence), "One at a time: 1.55_s.");
  results[1] = run(ExecutorKind::gil, 1560 * kMs);
  EXPECT_EQ(plain(answer({About::speedup, {}}, results, {}).sentence), "Threads + GIL: about as long as one at a time.");
}

TEST(Sentence, SaysHowManyTimesAsFastWhereThatIsAsked) {
  std::vector<Result> results{run(ExecutorKind::serial, 2000 * kMs), run(ExecutorKind::threads, 510 * kMs), run(ExecutorKind::gil, 2010 * kMs), run(ExecutorKind::processes, 560 * kMs)};
  Headline h = answer({About::speedup, {}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Threads 3.9 times and Processes 3.6 times as fast as one at a time.");
  EXPECT_EQ(plain(h.subsentence), "No faster: Threads + GIL. One at a time: 2.00_s.");
  EXPECT_EQ(answer({About::speedup, {}}, std::span(results).subspan(1), {}).sentence, headline(std::span(results).subspan(1)).sentence) << "nothing to compare with";
  results.push_back(run(ExecutorKind::loop, 4000 * kMs));  // seen: "No faster: ... 0.5 times"
  EXPECT_EQ(plain(answer({About::speedup, {}}, results, {}).subsentence), "No faster: Threads + GIL. Slower: Event loop took 2.0 times as long. One at a time: 2.00_s.");
  results = {run(ExecutorKind::serial, 2000 * kMs)};
  for (const ExecutorKind kind : {ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::processes, ExecutorKind::loop, ExecutorKind::stealing}) {
    results.push_back(run(kind, 500 * kMs));
    results.back().provenance = Provenance::modelled;
    EXPECT_LE(characters(answer({About::speedup, {}}, results, {}).sentence), kLongestSentence);
  }
  EXPECT_TRUE(answer({About::speedup, {}}, results, {}).subsentence.starts_with("Also faster: ")) << "nobody is left out";
}

TEST(Sentence, SaysHowLateAnswersAreWhereThatIsAsked) {
  std::vector<Result> results{run(ExecutorKind::threads, 600 * kMs), run(ExecutorKind::loop, 900 * kMs)};
  results[0].summary.latency = {kMs, kMs, 2 * kMs};
  results[1].summary.latency = {kMs, 300 * kMs, 301 * kMs};
  EXPECT_EQ(plain(answer({About::p99, {}}, results, {}).sentence), "99_% were answered within: Threads 1.00_ms, Event loop 0.300_s.");
}

TEST(Sentence, SaysWhichTaskIsLongerOnlyWhereAllRunsAgree) {
  const std::vector<Result> results{run(ExecutorKind::serial, 1100 * kMs), run(ExecutorKind::loop, 1200 * kMs)};
  std::vector<std::vector<TaskTime>> times{{{"coroutine", 500 * kMs}, {"object", 600 * kMs}}, {{"coroutine", 510 * kMs}, {"object", 690 * kMs}}};
  Headline h = answer({About::tasks, {}}, results, {}, times);
  EXPECT_EQ(plain(h.sentence + "|" + h.subsentence), "Object took 1.2 to 1.4 times as long as coroutine.|Serial: coroutine 0.500_s, object 0.600_s. Event loop: coroutine 0.510_s, object 0.690_s.");
  h = answer({About::tasks, {}}, std::span(results).first(1), {}, times);
  EXPECT_EQ(plain(h.sentence), "Object took 1.2 times as long as coroutine. Coroutine 0.500_s, object 0.600_s.");
  times[1][1].time = 505 * kMs;
  h = answer({About::tasks, {}}, results, {}, times);
  EXPECT_EQ(plain(h.sentence), "Serial: coroutine 0.500_s, object 0.600_s. Event loop: coroutine 0.510_s, object 0.505_s.") << "no winner";
}

TEST(Sentence, SaysHowTheSecondWayComparesWithTheFirstOnEachExecutor) {
  const std::vector<Result> results{run(ExecutorKind::threads, 600 * kMs), run(ExecutorKind::gil, 800 * kMs), run(ExecutorKind::loop, 800 * kMs)};
  const std::vector<TaskTime> half{{"inline", 400 * kMs}, {"with a queue", 210 * kMs}}, same{{"inline", 400 * kMs}, {"with a queue", 401 * kMs}};
  const std::vector<std::vector<TaskTime>> times{half, same, same};
  const Headline h = answer({About::ways, {}}, results, {}, times);
  EXPECT_EQ(plain(h.sentence), "With a queue: Threads 1.9 times as fast; Threads + GIL and Event loop no faster.");
  EXPECT_EQ(plain(h.subsentence), "Threads: inline 0.400_s, with a queue 0.210_s. Threads + GIL: inline 0.400_s, with a queue 0.401_s. Event loop: inline 0.400_s, with a queue 0.401_s.");
}

TEST(Sentence, NamesTheLinesAtWhichACoroutineWaits) {
  const std::vector<Result> results{run(ExecutorKind::serial, 10 * kMs)};
  const std::vector<WaitingLine> waits{{"buses_to_dicts", 46, 9}, {"buses_to_dicts", 51, 56}};
  EXPECT_EQ(answer({About::waits, {}}, results, {}, {}, waits).sentence, "In the line where buses_to_dicts waits: line 46 (9 times) or line 51 (56 times).");
  EXPECT_EQ(answer({About::waits, {}}, results, {}).sentence, headline(results).sentence) << "no generator waited anywhere";
}

TEST(Sentence, WhatAWaitingTaskNeedsIsNotSaidOfProcesses) {  // seen: 392 B, of a process
  std::vector<Result> results{run(ExecutorKind::threads, 400 * kMs), run(ExecutorKind::processes, 600 * kMs), run(ExecutorKind::loop, 900 * kMs)};
  results[0].summary.bytes_per_task = 16'600, results[1].summary.bytes_per_task = results[2].summary.bytes_per_task = 392;
  EXPECT_EQ(result_cells(results)[1].bytes_per_task, "");
  const Headline h = answer({About::makespan, {ExecutorKind::threads, ExecutorKind::processes, ExecutorKind::loop}}, results, {});
  EXPECT_EQ(plain(h.sentence), "Threads: 0.400_s. Processes: 0.600_s. Event loop: 0.900_s.");
  EXPECT_TRUE(plain(h.subsentence).ends_with("A waiting task needs: Threads 16.2_KiB, Event loop 392_B.")) << h.subsentence;
}

TEST(Sentence, AHeartsLongestSilenceIsReadFromItsWaits) {
  Recorder recorder(1 << 20);
  LaneRecorder& loop = recorder.lane(LaneKind::loop, "loop");
  LaneRecorder& main = recorder.lane(LaneKind::coordinator, "main");
  main.at(0, EventKind::run_started);
  main.at(0, EventKind::run, run_on(0, 1), kRootTask);
  main.at(0, EventKind::spawn, 1, 2);
  main.at(0, EventKind::spawn, 1, 3);
  main.at(1, EventKind::wait, wait_for(WaitReason::children, 1), kRootTask);
  for (const Nanos t : {10, 30, 50, 170, 190}) {  // the beat of 50 is 100 late
    loop.at(t, EventKind::run, run_on(0, 2), 2);
    loop.at(t + 1, EventKind::wait, wait_for(WaitReason::io, 2), 2);
    if (t == 50) {  // somebody else, who waits less often and longer
      loop.at(52, EventKind::run, run_on(0, 3), 3);
      loop.at(160, EventKind::wait, wait_for(WaitReason::io, 3), 3);
    }
    loop.at(t == 50 ? 169 : t + 18, EventKind::wake, 0, 2, 0);
  }
  loop.at(210, EventKind::run, run_on(0, 2), 2);
  loop.at(211, EventKind::done, 0, 2);
  loop.at(800, EventKind::wake, 0, 3, 0);
  loop.at(800, EventKind::run, run_on(0, 3), 3);
  loop.at(801, EventKind::done, 0, 3);
  main.at(802, EventKind::run, run_on(0, 1), kRootTask);
  main.at(803, EventKind::done, 0, kRootTask);
  main.at(803, EventKind::run_ended, static_cast<std::uint32_t>(RunEnd::finished));
  const Heart heart = heart_of(*trace_of(recorder, ExecutorKind::loop));
  EXPECT_EQ(heart.task, 2u);
  EXPECT_EQ(heart.silence, 120) << "from 51 to 171";
  EXPECT_EQ(heart_of(*TwoWorkers().trace()).silence, 0) << "who waits once is no heart";
}

TEST(Sentence, SaysHowLongAHeartIsSilentAndWhere) {
  const std::vector<Result> results{run(ExecutorKind::threads, 400 * kMs), run(ExecutorKind::gil, 401 * kMs), run(ExecutorKind::loop, 760 * kMs)};
  const std::vector<Nanos> bad{20'100 * kUs, 20'400 * kUs, 200 * kMs}, good{20'100 * kUs, 20'400 * kUs, 21 * kMs};
  Headline h = answer({About::beats, {}}, results, {}, {}, {}, bad);
  EXPECT_EQ(plain(h.sentence), "Event loop: up to 0.200_s between two beats. The others: 20.4_ms at most.");
  EXPECT_EQ(plain(h.subsentence), "Done after: Threads 0.400_s, Threads + GIL 0.401_s, Event loop 0.760_s.");
  EXPECT_EQ(plain(answer({About::beats, {}}, results, {}, {}, {}, good).sentence), "No executor holds the heart: at most 21.0_ms between two beats.");
  EXPECT_EQ(plain(answer({About::beats, {}}, std::span(results).last(1), {}, {}, {}, std::span(bad).last(1)).sentence), "Event loop: at most 0.200_s between two beats.");
  EXPECT_EQ(answer({About::beats, {}}, results, {}, {}, {}, std::vector<Nanos>{0, 0, 0}).sentence, headline(results).sentence) << "nobody beats";
  for (const std::string& said : {answer({About::beats, {}}, results, {}, {}, {}, bad).sentence, answer({About::beats, {}}, results, {}, {}, {}, good).sentence}) EXPECT_LE(characters(said), kLongestSentence);
}

TEST(Sentence, OfTwoAnswersThatGoAlikeTheLongerGroupSaysItsLastWords) {
  std::vector<Output> all;
  for (const ExecutorKind kind : {ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::gil, ExecutorKind::processes, ExecutorKind::loop})
    all.push_back(kind == ExecutorKind::processes ? Output{kind, RunEnd::finished, {"task 1 sees 1", "task 2 sees 1", "main sees 0"}} : Output{kind, RunEnd::finished, {"task 1 sees 1", "task 2 sees 2", "main sees 2"}});
  EXPECT_EQ(answer({About::lines, {}}, {}, all).sentence, "Processes: task 1 sees 1, task 2 sees 1, main sees 0. The other four: 1, 2, 2.");
}

TEST(Sentence, AnswersWithThePartOfTheOutputThatIsAskedFor) {
  Output serial{ExecutorKind::serial, RunEnd::finished, {"2 of 6 orders go wrong", "A 1", "A 2", "B 1", "it says 2"}, {1, 2, 2, 3, 1}};
  Output loop{ExecutorKind::loop, RunEnd::finished, {"2 of 6 orders go wrong", "A 1", "B 1", "A 2", "it says 1"}, {1, 2, 3, 2, 1}};
  const std::vector<Output> both{serial, loop};
  Headline h = answer({About::first, {}}, {}, both);
  EXPECT_EQ(h.sentence, "Both: 2 of 6 orders go wrong.");
  EXPECT_EQ(h.subsentence, "Serial: it says 2. Event loop: it says 1.");
  EXPECT_EQ(answer({About::order, {}}, {}, both).sentence, "Serial: A (2x), B. Event loop: A, B, A.") << "main's lines are nobody's turn";
  EXPECT_EQ(answer({About::output, {}}, {}, both).sentence, outputs_in_words(both));
  serial.lines = {"5", "2", "1, and 0"};
  EXPECT_EQ(answer({About::lines, {}}, {}, std::vector{serial}).sentence, "Serial: 5; 2; 1, and 0.");
  serial.how_ended = RunEnd::deadlock;
  EXPECT_EQ(answer({About::lines, {}}, {}, std::vector{serial}).sentence, "Serial: 5; 2; 1, and 0; deadlock.");
  serial.lines = {"sink: python one", "sink: ply one", "sink: ply two"};
  EXPECT_EQ(answer({About::order, {}}, {}, std::vector{Output{ExecutorKind::loop, RunEnd::finished, serial.lines, {2, 2, 2}}}).sentence, "Event loop: python, ply (2x).");
}

TEST(Sentence, OfALongOutputShowsItsBeginningAndItsEnd) {
  Output all{ExecutorKind::loop, RunEnd::finished, {}, {}};
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) lines.push_back("line " + std::to_string(i) + ".");
  for (const std::string& line : lines) all.lines.push_back(line);
  const std::string said = answer({About::lines, {}}, {}, std::vector{all}).sentence;
  EXPECT_LE(characters(said), kLongestSentence) << said;
  EXPECT_TRUE(said.starts_with("Event loop: line 0., line 1., ")) << said;
  EXPECT_TRUE(said.ends_with(", \u2026, line 99.")) << said;
}

TEST(Sentence, NamesWhatHasNoResult) {
  auto results = hundred_requests();
  results[2].how_ended = RunEnd::cancelled;
  EXPECT_EQ(plain(headline(results).subsentence), "Threads: 63 times as fast as one at a time. Without a result: Threads + GIL.");
}

}  // namespace
}  // namespace interleave
