// The code as it is edited: what is in force, what is kept, what is said.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "ui/app.h"
#include "ui/code_text.h"
#include "ui/synthetic.h"
#include "workloads/registry.h"

namespace interleave {
namespace {

using test::SyntheticEngine;

struct Bench {
  App app{std::make_unique<SyntheticEngine>(), Theme::dark};
  double now_s = 1;
  Bench() { static_cast<SyntheticEngine&>(*app.engine).step = 1'000'000'000; }
  void run(std::string_view executor) {
    EXPECT_EQ(app.command("run", executor), "");
    for (int i = 0; i < 5000 && app.busy(); ++i) poll(app, now_s += 0.016);
  }
  std::string own() const { return std::string(find_lesson(app.scenario.lesson)->script); }
  /// The code with a part of it replaced.
  std::string with(std::string_view part, std::string_view by) const {
    std::string text = app.code.text;
    const std::size_t at = text.find(part);
    EXPECT_NE(at, text.npos) << part;
    return text.replace(at, part.size(), by);
  }
  bool has_parameter(std::string_view name) const {
    for (const Parameter& p : app.workload.parameters)
      if (p.name == name) return true;
    return false;
  }
  double value(std::string_view name) const {
    for (const Parameter& p : app.workload.parameters)
      if (p.name == name) return p.value;
    return -1;
  }
};

TEST(Editing, WhatCompilesIsInForceAtOnce) {
  Bench b;
  EXPECT_FALSE(b.app.code_state().changed);
  EXPECT_EQ(b.app.code.text, b.own());
  b.app.set_code(b.with("param(100, min=1", "param(40, min=1"));
  EXPECT_TRUE(b.app.code_state().changed);
  EXPECT_FALSE(b.app.error());
  EXPECT_EQ(b.value("connections"), 40);
  EXPECT_EQ(b.app.scenario.source, b.app.code.text);
  EXPECT_EQ(b.app.workload.title, "HTTP requests") << "it is the lesson still";
  b.run("loop");
  EXPECT_EQ(b.app.run_of(ExecutorKind::loop)->scenario.source, b.app.code.text) << "a run remembers its code";
}

TEST(Editing, AnotherProgramIsNotAskedTheLessonsQuestion) {
  Bench b;
  EXPECT_NE(b.app.workload.question.find("100 requests"), std::string::npos) << b.app.workload.question;
  b.app.set_code("from interleave import *\n\nasync def main():\n    await io(1 * ms)\n\nrun(main)\n");
  EXPECT_FALSE(b.app.error());
  EXPECT_EQ(b.app.workload.question, "This code is your own. What do you expect of it?");
}

TEST(Editing, AnotherProgramInALessonsPlaceHasNoneOfItsWords) {  // seen: a lesson's claim and its executors beside code that had nothing to do with it
  Bench b;
  b.app.command("lesson", "lost_update");
  b.app.view.guess = ExecutorKind::gil;
  const std::string question = b.app.workload.question;
  EXPECT_EQ(question.find('{'), question.npos) << "a question without figures would fit any code";
  b.app.set_code("from interleave import *\n\nasync def main():\n    await io(1 * ms)\n\nrun(main)\n");
  EXPECT_FALSE(b.app.error());
  EXPECT_TRUE(b.app.workload.other_program);
  EXPECT_EQ(b.app.workload.question, "This code is your own. What do you expect of it?");
  EXPECT_EQ(b.app.workload.title, "q03_lost_update.py");
  EXPECT_EQ(b.app.workload.claim, "");
  EXPECT_EQ(b.app.state().lesson_id, "");
  EXPECT_EQ(b.app.executors().size(), 6u) << "it says nowhere that it does not run there";
  EXPECT_FALSE(b.app.view.guess) << "that was about another program";
  for (const auto& all : b.app.workload.expectations) EXPECT_TRUE(all.empty());
  b.app.command("undo-changes");
  EXPECT_FALSE(b.app.workload.other_program);
  EXPECT_EQ(b.app.workload.question, question);
  // What says that it is the lesson is that: its changed question is asked.
  b.app.set_code(b.with("question=\"", "question=\"Now: "));
  EXPECT_FALSE(b.app.workload.other_program);
  EXPECT_EQ(b.app.workload.question, "Now: " + question);
}

TEST(Editing, WhatDoesNotCompileSaysWhereAndTakesNothingAway) {
  Bench b;
  b.app.command("set", "connections", "50");
  b.run("loop");
  const std::string bad = b.with("run(main)", "run(mian)");
  b.app.set_code(bad);
  ASSERT_TRUE(b.app.error());
  EXPECT_GT(b.app.error().line, 10u);
  EXPECT_EQ(b.app.error().column, 5u);
  EXPECT_EQ(b.app.code.text, bad) << "as it was typed";
  EXPECT_EQ(b.app.scenario.source, "") << "the last good program is in force";
  EXPECT_EQ(b.value("connections"), 50);
  EXPECT_NE(b.app.run_of(ExecutorKind::loop), nullptr) << "runs on screen stay";
  EXPECT_FALSE(b.app.stale());
  EXPECT_NE(b.app.command("run", "loop").find("mian"), std::string::npos) << "what is on screen cannot run, and nothing else is run";
  EXPECT_FALSE(b.app.busy());
  b.app.command("set", "connections", "60");
  EXPECT_EQ(b.value("connections"), 60) << "sliders go on with the last good program";
  EXPECT_TRUE(b.app.error()) << "and mend nothing";
  b.app.set_code(b.with("run(mian)", "run(main)"));
  EXPECT_FALSE(b.app.error());
  EXPECT_FALSE(b.app.code_state().changed);
  EXPECT_EQ(b.value("connections"), 60);
}

TEST(Editing, WhatWasSaidOfAMistakeGoesWithIt) {  // seen: the toast stood there after Undo
  Bench b;
  auto break_it = [&] {
    b.app.set_code(b.with("run(main)", "run(mian)"));
    EXPECT_NE(b.app.command("run", "loop"), "");
    EXPECT_NE(b.app.notice.find("mian"), std::string::npos);
  };
  break_it();
  EXPECT_EQ(b.app.command("undo-changes"), "");
  EXPECT_EQ(b.app.notice, "");
  break_it();
  b.app.set_code(b.with("run(mian)", "run(main)"));
  EXPECT_EQ(b.app.notice, "") << "mended by hand";
  b.app.notice = "The link to these settings was copied.";
  b.app.set_code(b.with("run(main)", "run(mian)"));
  EXPECT_EQ(b.app.notice, "The link to these settings was copied.") << "what is of something else stays";
}

TEST(Editing, AnEmptyOrAnEndlessScriptIsAMistakeLikeAnother) {
  Bench b;
  for (const char* text : {"", " \n\n", "while True:\n    pass\n", "x = [0]\nwhile True:\n    x = x + x\n", "from interleave import *\n"}) {
    b.app.set_code(text);
    EXPECT_TRUE(b.app.error()) << text;
    EXPECT_TRUE(b.app.error().sentence.ends_with('.')) << b.app.error().sentence;
  }
  EXPECT_EQ(b.app.command("undo-changes"), "");
  EXPECT_FALSE(b.app.error());
  EXPECT_EQ(b.app.code.text, b.own());
}

TEST(Editing, ParametersFollowTheCodeAndTheirSettingsComeBackWithThem) {
  Bench b;
  b.app.command("set", "connections", "77");
  b.app.command("set", "latency", "50ms");
  const std::string line = "connections = param(100, min=1, max=100_000, log=True)";
  b.app.set_code(b.with(line, "connections = 5"));
  ASSERT_FALSE(b.app.error()) << b.app.error().to_string();
  EXPECT_FALSE(b.has_parameter("connections"));
  EXPECT_EQ(b.value("latency"), 50e6);
  EXPECT_EQ(b.app.scenario_hash().find("s.connections"), std::string::npos) << "a link does not name what is not there";
  EXPECT_EQ(b.app.notice, "") << "nobody is told of settings while they type";
  b.app.set_code(b.with("connections = 5", line));
  EXPECT_EQ(b.value("connections"), 77);
  b.app.set_code(b.with(line, "connections = param(10, min=1, max=20)"));
  EXPECT_EQ(b.value("connections"), 20) << "as far as it may";
  b.app.set_code(b.with("connections = param(10", "extra = param(3)\nconnections = param(10"));
  EXPECT_TRUE(b.has_parameter("extra"));
}

TEST(Editing, ChangesThatWereUndoneCanBeRedone) {
  Bench b;
  const std::string changed = b.with("param(100, min=1", "param(40, min=1");
  EXPECT_NE(b.app.command("undo-changes"), "") << "there are none";
  EXPECT_NE(b.app.command("redo-changes"), "");
  b.app.set_code(changed);
  const std::uint32_t before = b.app.code.revision;
  EXPECT_EQ(b.app.command("undo-changes"), "");
  EXPECT_GT(b.app.code.revision, before) << "an editor must take it over";
  EXPECT_EQ(b.value("connections"), 100);
  EXPECT_TRUE(b.app.code_state().can_redo);
  EXPECT_EQ(b.app.command("redo-changes"), "");
  EXPECT_EQ(b.app.code.text, changed);
  EXPECT_EQ(b.value("connections"), 40);
}

TEST(Editing, AnotherLessonAndBackKeepsTheChanges) {
  Bench b;
  const std::string bad = b.with("run(main)", "run(mian)");
  b.app.set_code(bad);
  b.app.command("lesson", "cashiers");
  EXPECT_FALSE(b.app.error());
  EXPECT_EQ(b.app.code.text, b.own());
  EXPECT_FALSE(b.app.code_state().can_redo);
  b.app.command("lesson", "http");
  EXPECT_EQ(b.app.code.text, b.own()) << "a lesson is opened as it is";
  EXPECT_TRUE(b.app.code_state().can_redo);
  b.app.command("redo-changes");
  EXPECT_EQ(b.app.code.text, bad);
  b.app.command("lesson", "http");
  EXPECT_EQ(b.app.code.text, b.own()) << "also of what did not compile";
}

TEST(Editing, ALinkCarriesTheCodeRightOrWrong) {
  Bench b;
  b.app.command("set", "latency", "50ms");
  b.app.set_code(b.with("connections = param(100", "extra = param(3)\nconnections = param(40"));
  b.app.command("set", "extra", "4");
  for (const char* end : {"", "oops(\n"}) {
    b.app.set_code(b.app.code.text + end);
    Bench other;
    other.app.command("lesson", "cashiers");
    other.app.apply_hash(b.app.scenario_hash());
    EXPECT_EQ(other.app.code.text, b.app.code.text);
    EXPECT_EQ(other.app.error().to_string(), b.app.error().to_string());
    EXPECT_EQ(other.app.scenario_hash(), b.app.scenario_hash());
    EXPECT_EQ(other.app.notice, "");
    EXPECT_TRUE(other.app.code_state().changed);
    if (!*end) { EXPECT_EQ(other.value("extra"), 4); }
    other.app.command("undo-changes");
    EXPECT_EQ(other.app.code.text, b.own());
  }
  // The same link again moves nothing: a cursor stays where it is.
  const std::uint32_t before = b.app.code.revision;
  b.app.apply_hash(b.app.scenario_hash());
  EXPECT_EQ(b.app.code.revision, before);
  // A link without code is the lesson's own.
  b.app.apply_hash("v=1&l=http");
  EXPECT_FALSE(b.app.error());
  EXPECT_EQ(b.app.code.text, b.own());
  EXPECT_TRUE(b.app.code_state().can_redo);
}

TEST(Editing, LinesOfARunAreLitOnlyInItsOwnCode) {
  Bench b;
  b.run("loop");
  EXPECT_TRUE(b.app.code_is_of(ExecutorKind::loop));
  const std::string before = b.app.code.text;
  b.app.set_code("# one line more\n" + before);
  EXPECT_FALSE(b.app.code_is_of(ExecutorKind::loop));
  EXPECT_TRUE(b.app.stale());
  EXPECT_NE(b.app.subsentence().find("The code was changed since."), std::string::npos) << b.app.subsentence();
  EXPECT_EQ(b.app.source_of({.executor = ExecutorKind::loop}), before) << "what its spans' lines mean";
  b.app.set_code(before);
  EXPECT_TRUE(b.app.code_is_of(ExecutorKind::loop));
  EXPECT_FALSE(b.app.stale());
  b.app.set_code("# one line more\n" + before);
  b.run("loop");
  EXPECT_TRUE(b.app.code_is_of(ExecutorKind::loop));
}

constexpr const char* kMine = "from interleave import *\n\nn = param(3)\n\nasync def main():\n    await io(5 * ms)\n\nrun(main)\n";

TEST(Editing, AScriptFromAFileIsTheCode) {
  Bench b;
  EXPECT_EQ(b.app.open("/home/me/my script.py", kMine), "");
  EXPECT_EQ(b.app.workload.file, "my_script.py");
  EXPECT_EQ(b.app.workload.title, "my_script.py");
  EXPECT_EQ(b.app.workload.parameters.size(), 1u);
  EXPECT_EQ(b.app.executors().size(), 6u);
  EXPECT_FALSE(b.app.code_state().changed) << "as the file is";
  b.app.set_code(b.with("param(3)", "param(4)"));
  EXPECT_TRUE(b.app.code_state().changed);
  b.run("loop");
  Bench other;
  other.app.apply_hash(b.app.scenario_hash());
  EXPECT_EQ(other.app.notice, "");
  EXPECT_EQ(other.app.workload.file, "my_script.py");
  EXPECT_EQ(other.app.code.text, b.app.code.text);
  b.app.command("undo-changes");
  EXPECT_EQ(b.app.code.text, kMine);
  EXPECT_EQ(b.app.command("save", "py"), "");
  EXPECT_EQ(b.app.saves.back().name, "my_script.py");
  EXPECT_EQ(b.app.saves.back().bytes, kMine);
  // A lesson's own file, edited elsewhere, is that lesson, with the ends of line of elsewhere.
  EXPECT_EQ(b.app.open("s04_http.py", "\xef\xbb\xbf# mine\r\n" + std::string(find_lesson("http")->script)), "");
  EXPECT_EQ(b.app.workload.name, "http");
  EXPECT_EQ(b.app.code.text, "# mine\n" + b.own());
  EXPECT_TRUE(b.app.code_state().can_undo);
}

TEST(Editing, AScriptSaysItselfWhereItRuns) {
  Bench b;
  EXPECT_EQ(b.app.open("mine.py", "from interleave import *\nlesson(id=\"X1\", name=\"mine\", title=\"My own\", on=[\"loop\", \"threads\"])\n" + std::string(kMine).substr(25)), "");
  EXPECT_EQ(b.app.executors(), (std::vector{ExecutorKind::loop, ExecutorKind::threads}));
  EXPECT_EQ(b.app.workload.title, "My own");
}

TEST(Editing, AFileThatIsNoScriptCostsASentence) {
  Bench b;
  b.app.set_code(b.with("param(100, min=1", "param(40, min=1"));
  const std::string before = b.app.code.text;
  for (std::string bytes : {std::string(), std::string("a\0b", 3), std::string("\xff\xfe"), std::string(300'000, '#'), std::string(" \n")}) {
    EXPECT_TRUE(b.app.open("x.py", bytes).starts_with("x.py: ")) << b.app.notice;
    EXPECT_TRUE(b.app.notice.ends_with('.')) << b.app.notice;
    EXPECT_EQ(b.app.code.text, before);
  }
  // One that is text but does not compile is there to be mended.
  EXPECT_EQ(b.app.open("x.py", "from interleave import *\nrun(main)\n"), "");
  EXPECT_TRUE(b.app.notice.starts_with("x.py: Line 2, column 5: ")) << b.app.notice;
  EXPECT_EQ(b.app.workload.file, "x.py");
  EXPECT_EQ(b.app.error().line, 2u);
  EXPECT_NE(b.app.command("run"), "");
  b.app.set_code(kMine);
  EXPECT_FALSE(b.app.error());
  b.run("loop");
}

TEST(CodeText, AMistakeIsMarkedUnderItsWord) {
  auto word = [](std::string_view line, std::uint32_t column) {
    Marked m = marked(line, column);
    return std::string(line.substr(m.from, m.to - m.from));
  };
  EXPECT_EQ(word("run(mian)", 5), "mian");
  EXPECT_EQ(word("run(mian)", 4), "(");
  EXPECT_EQ(word("s = \"\xc3\xa4\xc3\xb6\" + mian", 12), "mian") << "columns count characters";
  EXPECT_EQ(word("run(", 5), "") << "behind the end";
  EXPECT_EQ(word("", 1), "");
}

std::string typed(std::string text, const Typed& t) { return text.replace(t.from, t.to - t.from, t.with); }

TEST(CodeText, EnterAndTabIndent) {
  auto enter = [](const std::string& before, const std::string& after = "") {
    return typed(before + "\n" + after, indent_new_line(before + "\n" + after, before.size() + 1));
  };
  EXPECT_EQ(enter("x = 1"), "x = 1\n");
  EXPECT_EQ(enter("def f():"), "def f():\n    ");
  EXPECT_EQ(enter("def f():  # why: so"), "def f():  # why: so\n    ");
  EXPECT_EQ(enter("a\n    b", "c"), "a\n    b\n    c");
  EXPECT_EQ(enter(""), "\n");
  auto tab = [](const std::string& text, std::size_t from, std::size_t to, bool back = false) { return typed(text, indent_lines(text, from, to, back)); };
  EXPECT_EQ(tab("x", 0, 0), "    x");
  EXPECT_EQ(tab("ab", 2, 2), "ab  ");
  EXPECT_EQ(tab("a\nb\nc", 0, 3), "    a\n    b\nc");
  EXPECT_EQ(tab("a\n\nb\n", 0, 5), "    a\n\n    b\n");
  EXPECT_EQ(tab("    a\n  b\nc", 0, 11, true), "a\nb\nc");
  EXPECT_EQ(tab("x\n      a", 8, 8, true), "x\n  a");
}

TEST(CodeText, AReaderBeginsBehindTheTextForTeachers) {
  EXPECT_EQ(first_line_to_read("\"\"\"one\ntwo\n\"\"\"\nimport x\nn = param(3)\n"), 5);
  EXPECT_EQ(first_line_to_read("\"\"\"one\ntwo\n\"\"\"\nimport x\n"), 3);
  EXPECT_EQ(first_line_to_read("x = 1\n"), 1);
  EXPECT_EQ(first_line_to_read(""), 1);
}

}  // namespace
}  // namespace interleave
