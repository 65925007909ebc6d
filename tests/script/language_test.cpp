// The corpus: what CPython prints, we print.
#include <gtest/gtest.h>

#include <cstdlib>

#include "script/run_script.h"

namespace interleave {
namespace {

const std::string kCorpus = std::string(INTERLEAVE_SOURCE_DIR) + "/tests/script/corpus/";

class Corpus : public testing::TestWithParam<const char*> {};

TEST_P(Corpus, PrintsWhatCPythonPrints) {
  std::string expected = file_text(kCorpus + GetParam() + ".expected");
  ASSERT_FALSE(expected.empty());
  Ran ran = run_script(file_text(kCorpus + GetParam() + ".py"));
  EXPECT_EQ(ran.error.to_string(), "");
  EXPECT_EQ(ran.text(), expected);
}

TEST_P(Corpus, PrintsTheSameWhereFuelRunsOutAllTheTime) {
  Ran ran = run_script(file_text(kCorpus + GetParam() + ".py"), {}, 0);
  EXPECT_EQ(ran.error.to_string(), "");
  EXPECT_EQ(ran.text(), file_text(kCorpus + GetParam() + ".expected"));
}

INSTANTIATE_TEST_SUITE_P(Script, Corpus, testing::Values("arithmetic", "containers", "durations", "functions", "programs", "text", "whole"),
                         [](const auto& info) { return std::string(info.param); });

TEST(CorpusUnderCPython, PrintsWhatIsExpected) {
  if (!std::system(nullptr) || std::system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null") != 0) GTEST_SKIP() << "no python3 of 3.11 or later";
  EXPECT_EQ(std::system(("python3 -W ignore -B '" + kCorpus + "check_expected.py'").c_str()), 0);
}

TEST(Language, WorksWithWindowsLineEndsAndWithoutALastOne) {
  EXPECT_EQ(printed("x = 1\r\nif x:\r\n    print('a')\r\nprint('b')"), "a\nb\n");
}

TEST(Language, IntegersThatDoNotFitAreAnErrorNeverAWrongNumber) {
  for (const char* source : {"9223372036854775807 + 1", "-9223372036854775807 - 2", "3037000500 * 3037000500", "2 ** 63", "1 << 63", "-9223372036854775808 // -1",
                             "-(-9223372036854775808)", "abs(-9223372036854775808)", "sum([9223372036854775807, 1])", "int('9223372036854775808')", "int(1e19)",
                             "round(1e19)", "sum(range(2 ** 62, 2 ** 62 + 10))"})
    EXPECT_NE(error_of(std::string("x = ") + source).find("whole numbers have 64 bits here"), std::string::npos) << source << ": " << printed(source);
  EXPECT_EQ(printed("print(9223372036854775806 + 1, -9223372036854775808, 2 ** 62 * 2 - 1 if False else 3037000499 * 3037000499)"),
            "9223372036854775807 -9223372036854775808 9223372030926249001\n");
}

TEST(Language, ALongElifChainAndALongSumAreNoProblem) {
  std::string chain = "x = 30\nif x == 0: print(0)\n", sum = "print(0";
  for (int i = 1; i < 40; ++i) chain += "elif x == " + std::to_string(i) + ": print(" + std::to_string(i) + ")\n";
  for (int i = 1; i <= 200; ++i) sum += " + " + std::to_string(i);
  EXPECT_EQ(printed(chain + sum + ")\n"), "30\n20100\n");
}

TEST(Language, NestingBeyondTheLimitIsASentence) {
  EXPECT_NE(error_of("x = " + std::string(100, '(') + "1" + std::string(100, ')')).find("nested too deeply"), std::string::npos);
  EXPECT_NE(error_of("x = " + std::string(10'000, '(')).find("nested too deeply"), std::string::npos);
  EXPECT_NE(error_of("x = " + std::string(10'000, '-') + "1").find("nested too deeply"), std::string::npos);
  EXPECT_NE(error_of("x = 1" + std::string(9'000, '\n') + "y = x" + [] {
              std::string s;
              for (int i = 0; i < 1000; ++i) s += "[0]";
              return s;
            }()).find("too long"), std::string::npos);
}

TEST(Language, DeeplyNestedValuesAreFreedWithoutDeepCalls) {
  EXPECT_EQ(printed("x = ()\nfor i in range(200000): x = (x, 1)\nx = None\nprint('freed')"), "freed\n");
}

TEST(Language, AListInsideItselfIsShownAndComparedWithoutHanging) {
  EXPECT_EQ(printed("a = [1]\na.append(a)\nprint(a, a == a)\na.clear()"), "[1, [...]] True\n");
  EXPECT_NE(error_of("a = [1]\na.append(a)\nb = [1]\nb.append(b)\nprint(a == b)").find("nested too deeply"), std::string::npos);
}

TEST(Language, ANameOfTheScriptHidesOneOfTheLanguage) {
  EXPECT_EQ(printed("def step(n): return n + 1\nms = 3\nfor s in range(2): print(step(s), ms)"), "1 3\n2 3\n");
}

TEST(Language, OnlyWhatWasImportedIsKnown) {
  EXPECT_EQ(run_script("from interleave import ms\nprint(5 * ms)\n").text(), "5 ms\n");
  EXPECT_EQ(run_script("from interleave import ms\nprint(5 * s)\n").error.to_string(),
            "Line 2, column 11: 's' is not known yet: begin the script with 'from interleave import *'.");
  EXPECT_EQ(run_script("print(len([1]))\n").text(), "1\n");
}

TEST(Language, AFunctionsNamesAreItsOwn) {
  EXPECT_EQ(printed("x = 1\ndef f():\n    x = 2\n    y = [x for x in range(5)]\n    return x\nprint(f(), x)"), "2 1\n");
}

TEST(Language, DefaultsAreComputedOnceAsInPython) {
  EXPECT_EQ(printed("n = 1\ndef f(a=n): return a\nn = 2\nprint(f())"), "1\n");
}

}  // namespace
}  // namespace interleave
