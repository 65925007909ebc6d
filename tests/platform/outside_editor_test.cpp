// An editor that is a line of shell: it adds to the file and ends.
#include "platform/native/outside_editor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace interleave {
namespace {

TEST(OutsideEditor, WhatIsSavedComesBackAndAnErrorIsSaid) {
  OutsideEditor editor;
  std::string said;
  EXPECT_EQ(editor.saved(said), std::nullopt) << "nothing is open";
  ::setenv("VISUAL", "sh -c 'echo more >> \"$0\"'", 1);
  ASSERT_EQ(editor.open("mine.py", "text\n"), "");
  std::optional<std::string> text;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!text && std::chrono::steady_clock::now() < patience) {
    text = editor.saved(said);
    std::this_thread::yield();
  }
  EXPECT_EQ(text, "text\nmore\n");
  EXPECT_EQ(said, "");
  ::setenv("VISUAL", "false", 1);
  ASSERT_EQ(editor.open("mine.py", "text\n"), "");
  while (said.empty() && std::chrono::steady_clock::now() < patience) {
    EXPECT_EQ(editor.saved(said), std::nullopt);
    std::this_thread::yield();
  }
  EXPECT_NE(said.find("$EDITOR"), std::string::npos);
  ::unsetenv("VISUAL");
}

// What an editor saves within one tick of the file system's clock has the time of what was there before.
TEST(OutsideEditor, ASaveInTheSameTickIsSeen) {
  OutsideEditor editor;
  std::string said;
  ::setenv("VISUAL", "sh -c 'n=\"$0.new\"; cp \"$0\" \"$n\"; echo more >> \"$n\"; touch -r \"$0\" \"$n\"; mv \"$n\" \"$0\"'", 1);
  ASSERT_EQ(editor.open("mine.py", "text\n"), "");
  std::optional<std::string> text;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (text != "text\nmore\n" && std::chrono::steady_clock::now() < patience) {
    if (const auto saved = editor.saved(said)) text = saved;
    std::this_thread::yield();
  }
  EXPECT_EQ(text, "text\nmore\n");
  ::unsetenv("VISUAL");
}

}  // namespace
}  // namespace interleave
