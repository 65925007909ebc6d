// .build/bench_page.py: the goals that it names, and whether it says that they are reached, by the figures of the run.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;

/// The page of lines as rows.h prints them, one text a place.
std::string page_of(const std::string& native, const std::string& chromium = {}, const std::string& node = {}) {
  const fs::path folder = fs::temp_directory_path() / ("interleave-bench-page-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "native.txt") << native;
  std::ofstream(folder / "chromium.txt") << chromium;
  std::ofstream(folder / "node.txt") << node;
  const std::string command =
      "python3 '" INTERLEAVE_SOURCE_DIR "/.build/bench_page.py' '" + folder.string() + "' '" + (folder / "index.html").string() + "' > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(folder / "index.html");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  fs::remove_all(folder);
  return page;
}

/// What the table of goals says of one, without marks.
std::string goal(const std::string& page, const std::string& number) {
  const std::string head = "<tr class=first><th>" + number + "<td>";
  const std::size_t begin = page.find(head);
  if (begin == std::string::npos) return "not there";
  std::string row = page.substr(begin, page.find("\n", begin) - begin), words;
  bool inside = true;
  for (const char c : row) {
    if (c == '<') inside = false;
    if (inside) words += c;
    if (c == '>') inside = true;
  }
  return words;
}

std::string goal(const std::string& page, int number) { return goal(page, std::to_string(number)); }

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

constexpr const char* kHop = "channel, a hop                              ours, traced                       5.00 ns             -\n";

TEST(BenchPage, NamesAllGoalsWhetherTheyWereMeasuredOrNot) {
  const std::string page = page_of(kHop);
  for (int number = 1; number <= 19; ++number) {
    if (number == 8 || number == 18) continue;
    EXPECT_TRUE(has(goal(page, number), "not in this run")) << goal(page, number);
  }
  EXPECT_TRUE(has(goal(page, 18), "no bench")) << goal(page, 18);
}

TEST(BenchPage, WhetherAGoalIsReachedComesFromTheRun) {
  const std::string slow = "channel, a hop                              ours, traced                      25.00 ns             -\n";
  EXPECT_TRUE(has(goal(page_of(kHop), 8), "5.00 ns (at most 6.00), reached"));
  EXPECT_FALSE(has(goal(page_of(kHop), 8), "missed"));
  const std::string both = goal(page_of(kHop, slow), 8);
  EXPECT_TRUE(has(both, "Native: 5.00 ns (at most 6.00), reached")) << both;
  EXPECT_TRUE(has(both, "Chromium: 25.0 ns (at most 20.0), missed")) << both;
}

TEST(BenchPage, PromisesThatAreTimesAreHeldAgainstTheRunToo) {
  const std::string page = page_of(
      "a run is stopped, heard, gil, clock, at most  ours, traced                     1500.00 us            -\n"
      "a task is cancelled, heard, gil, clock, median  ours, traced                     40.00 us            -\n"
      "GIL: kept while another wants it, of 5 ms   ours, traced                       5.10 ms             -\n");
  EXPECT_TRUE(has(goal(page, "P4"), "1 500 us (at most 1 000), missed")) << goal(page, "P4");
  EXPECT_TRUE(has(goal(page, "P4"), "40.0 us (at most 1 000), reached")) << goal(page, "P4");
  EXPECT_TRUE(has(goal(page, "P5"), "not in this run")) << goal(page, "P5");
  EXPECT_TRUE(has(goal(page, "P6"), "5.10 ms (4.00 to 6.00), reached")) << goal(page, "P6");
}

// Peers are held against ours by multiples of the serial function beside each.
TEST(BenchPage, ForkAndJoinIsHeldAgainstTheBestPeersMultiple) {
  const std::string page = page_of(
      "fib(33)                                     serial C++                        10.00 ms         1.00x\n"
      "fib(33)                                     ours, traced, 1 worker            40.00 ms         4.00x\n"
      "fib(33)                                     ours, untraced, 1 worker          30.00 ms         3.00x\n");
  EXPECT_TRUE(has(goal(page, 1), "missed")) << goal(page, 1);    // a fifth of citor's 13.3 is 2.66
  EXPECT_TRUE(has(goal(page, 2), "1.33x untraced (at most 1.35), reached")) << goal(page, 2);
  EXPECT_TRUE(has(goal(page, 3), "0.30x citor 0.4.5's multiple (at most 0.33), reached")) << goal(page, 3);
  EXPECT_TRUE(has(page, "libfork 3.8.0, 1 and 2 workers<td colspan=3>14.0x and 7.64x serial, measured elsewhere"));
}

// Seen: peers of "submit and get" stood beside no row at all.
TEST(BenchPage, PeersStandBesideTheRowThatTheyAreOf) {
  const std::string page = page_of(
      "submit from outside and get, stealing, hot  ours, traced                   50000.00 ns             -\n"
      "submit from outside and get, stealing, cold  ours, traced                   40000.00 ns             -\n");
  const std::size_t cold = page.find("<th>submit from outside and get, stealing, cold");
  ASSERT_NE(cold, std::string::npos);
  EXPECT_LT(page.find("concurrencpp, 2 workers"), cold);
  EXPECT_GT(page.find("two futex wakes<td"), cold);
  EXPECT_TRUE(has(goal(page, 11), "50 000 ns (at most 500), missed")) << goal(page, 11);
  EXPECT_TRUE(has(goal(page, 11), "40 000 ns (at most 50 820), reached")) << goal(page, 11);
}

// What a wake takes depends on the place, and on where the system puts who is woken.
TEST(BenchPage, AColdSubmitIsHeldAgainstTwoWakesOfItsOwnPlaceAndRun) {
  const std::string native =
      "two wakes, there and back                   two threads                    40000.00 ns             -\n"
      "submit from outside and get, loop, cold     ours, traced                   48000.00 ns             -\n";
  const std::string chromium =
      "two wakes, there and back                   two threads                    20000.00 ns             -\n"
      "submit from outside and get, loop, hot      ours, traced                     900.00 ns             -\n"
      "submit from outside and get, loop, cold     ours, traced                   21000.00 ns             -\n"
      "idle, without a pool, of a core             two threads                        0.50 %              -\n"
      "idle, loop, of a core                       ours, traced                       0.55 %              -\n"
      "idle, stealing, of a core                   ours, traced                       0.75 %              -\n";
  const std::string node = "submit from outside and get, loop, cold     ours, traced                   21000.00 ns             -\n";
  const std::string said = goal(page_of(native, chromium, node), 11);
  EXPECT_TRUE(has(said, "Native: 1.20x two wakes there, in this run (at most 1.10), missed")) << said;
  EXPECT_TRUE(has(said, "Chromium: 1.05x two wakes there, in this run (at most 1.10), reached")) << said;
  EXPECT_TRUE(has(said, "Chromium: 900 ns (at most 500), missed")) << said;
  EXPECT_FALSE(has(said, "Node")) << "no floor of that run, and a native one says nothing there: " << said;
  EXPECT_TRUE(has(said, "Chromium: 0.55 % (at most 0.60), reached")) << said;
  EXPECT_TRUE(has(said, "Chromium: 0.75 % (at most 0.60), missed")) << said;
}

TEST(BenchPage, AnEventHasAGoalInEachPlace) {
  auto of = [](const char* ns) { return std::string("event: written, same time                   interleave                          ") + ns + " ns             -\n"; };
  const std::string said = goal(page_of(of("0.70"), of("3.00"), of("2.50")), 14);
  EXPECT_TRUE(has(said, "Native: 0.70 ns (at most 0.60), missed")) << said;
  EXPECT_TRUE(has(said, "Node: 2.50 ns (at most 2.00), missed")) << said;
  EXPECT_TRUE(has(said, "Chromium: 3.00 ns (at most 4.00), reached")) << said;
}

TEST(BenchPage, PromisesAreHeldAgainstTheRunInWasmToo) {
  const std::string said = goal(page_of({}, "a run is stopped, heard, gil, clock, at most  ours, traced                     1500.00 us            -\n"), "P4");
  EXPECT_TRUE(has(said, "Chromium: 1 500 us (at most 1 000), missed")) << said;
}

}  // namespace
