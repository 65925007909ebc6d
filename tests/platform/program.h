// program.h -- the built program, from outside. INTERLEAVE_BIN is its path, by CMake.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

extern char** environ;

struct Ran {
  int status = -1;
  std::string out, err;
};

/// Runs the built program to its end; Ctrl-C once it has been silent for so long.
inline Ran run_interleave(std::vector<std::string> arguments, int interrupt_after_ms = -1) {
  arguments.insert(arguments.begin(), "interleave");
  std::vector<char*> argv;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  // Without a display, whatever this test runs in.
  std::vector<std::string> kept;
  for (char** e = environ; *e; ++e)
    if (std::string_view(*e).substr(0, 8) != "DISPLAY=" && std::string_view(*e).substr(0, 8) != "WAYLAND_") kept.push_back(*e);
  std::vector<char*> env;
  for (auto& e : kept) env.push_back(e.data());
  env.push_back(nullptr);

  int out[2], err[2];
  EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(err, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, INTERLEAVE_BIN, &actions, nullptr, argv.data(), env.data()), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  Ran ran;
  pollfd ends[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  for (int open = 2; open > 0;) {
    const int ready = poll(ends, 2, interrupt_after_ms);
    if (ready == 0) {
      kill(pid, SIGINT);
      interrupt_after_ms = -1;
      continue;
    }
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t got = read(ends[i].fd, buffer, sizeof buffer);
      if (got > 0) (i == 0 ? ran.out : ran.err).append(buffer, static_cast<std::size_t>(got));
      else {
        close(ends[i].fd);
        ends[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return ran;
}
