#include "platform/native/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <utility>

extern char** environ;

namespace interleave {

StopSignal::StopSignal() : asked_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
StopSignal::~StopSignal() {
  if (asked_ >= 0) close(asked_);
}
void StopSignal::ask() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = write(asked_, &one, sizeof one);
}
bool StopSignal::asked() const { return readable(asked_, 0, nullptr); }

bool readable(int descriptor, int within_ms, const StopSignal* stop) {
  pollfd both[] = {{descriptor, POLLIN, 0}, {stop ? stop->descriptor() : -1, POLLIN, 0}};
  int count;
  do count = poll(both, 2, within_ms);
  while (count < 0 && errno == EINTR);
  return both[0].revents != 0 && both[1].revents == 0;
}
namespace {

std::string& child_program() {
  static std::string path = "/proc/self/exe";  // good even where the file was replaced meanwhile
  return path;
}

/// Whether this process was started in a role. Those who live one start nobody: this is a program whose main() does not know of
/// roles, and does as a child what its parent did. Its child would, too, and so on.
bool forgot_its_role() {
  static const bool is_child = [] {
    std::ifstream line("/proc/self/cmdline");
    std::string name, role;
    std::getline(line, name, '\0');
    std::getline(line, role, '\0');
    return role == kServerRole || role == kChildRole || role == kForkServerRole;
  }();
  return is_child;
}

}  // namespace

void set_child_program(std::string path) { child_program() = std::move(path); }

ChildProcess start_self(const char* role, const std::string& argument, std::string& failure) {
  if (forgot_its_role()) {
    failure = "This is a child process, and its program's main() does not begin with run_as_child().";
    return {};
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    failure = std::string("No more descriptors for a child process: ") + strerror(errno) + ".";
    return {};
  }
  set_non_blocking(ends[0]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], kChildSocket);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);  // standard output is the run's alone
  posix_spawn_file_actions_addclosefrom_np(&actions, kChildSocket + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  const std::string& program = child_program();
  char name[] = "interleave";
  char* arguments[] = {name, const_cast<char*>(role), const_cast<char*>(argument.c_str()), nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    failure = std::string("A child process could not be started: ") + strerror(error) + ".";
    return {};
  }
  return {pid, ends[0], -1};
}

void set_non_blocking(int descriptor) { fcntl(descriptor, F_SETFL, O_NONBLOCK); }

void end_child(ChildProcess& child) {
  if (child.process >= 0) {
    syscall(SYS_pidfd_send_signal, child.process, SIGKILL, nullptr, 0);
    pollfd ended{child.process, POLLIN, 0};
    while (poll(&ended, 1, -1) < 0 && errno == EINTR) {
    }
    close(child.process);
  } else if (child.pid > 0) {
    ::kill(child.pid, SIGKILL);
    while (waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (child.socket >= 0) close(child.socket);
  child = {};
}

void become_child(const char* name, bool die_with_parent) {
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_NAME, name);
  // If whoever forked us died before this line, the socket says so: when the program at its other end goes, if not already.
  if (die_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

long raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return static_cast<long>(limit.rlim_cur);
}

}  // namespace interleave
