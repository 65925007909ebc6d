#include "platform/native/fork_server.h"

#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>

#include "platform/native/descriptors.h"

namespace interleave {
namespace {

constexpr int kAnswerWithinMs = 10'000;
constexpr int kLastAnswerWithinMs = 500;  // of a server that the program no longer needs

struct Request {
  char argument[32] = {};
  cpu_set_t cores{};
};
struct Answer {
  pid_t pid = -1;
};

/// With a descriptor or without (-1).
template <class T>
bool send_with(int socket, const T& what, int descriptor) {
  return interleave::send_with(socket, std::as_bytes(std::span(&what, 1)), std::span(&descriptor, descriptor >= 0 ? 1 : 0));
}

template <class T>
bool receive_with(int socket, T& what, int& descriptor) {
  return interleave::receive_with(socket, std::as_writable_bytes(std::span(&what, 1)), std::span(&descriptor, 1));
}

bool has_threads() {
  std::error_code error;
  const auto tasks = std::filesystem::directory_iterator("/proc/self/task", error);
  return error || std::distance(begin(tasks), end(tasks)) != 1;
}

std::atomic<bool> used{false};
std::mutex asking;
ChildProcess server;  // under the mutex
pid_t started_by = -1;  // likewise: a copy of this program that somebody forked ends nothing of it
bool broken = false;  // likewise
int unheard = 0;      // likewise: answers that are still to come, of requests that a stop ended

/// Under the mutex. False: there is none, and there will be none unless `stop` was asked.
bool have_server(const StopSignal* stop) {
  if (broken || server.started()) return !broken;
  std::string failure;
  server = start_self(kForkServerRole, "", failure);
  started_by = getpid();
  Answer ready;
  int nothing = -1;
  if (server.started() && readable(server.socket, kAnswerWithinMs, stop) && receive_with(server.socket, ready, nothing)) return true;
  broken = !stop || !stop->asked();
  end_child(server);
  return false;
}

/// Under the mutex. Ends the children that nobody waited for. False: it does not say, or `stop` was asked.
bool hear_what_is_owed(const StopSignal* stop) {
  for (; unheard > 0; --unheard) {
    ChildProcess late;
    Answer answer;
    if (!readable(server.socket, kAnswerWithinMs, stop) || !receive_with(server.socket, answer, late.process)) {
      broken = !stop || !stop->asked();
      return false;
    }
    end_child(late);
  }
  return true;
}

/// The server ends with this program, which waits for it: an orphan would be a zombie for good where process 1 reaps none (a
/// container's often does not). By then ports have ended their children; what nobody waited for is ended here, while it has a parent.
/// A program that is killed waits for nothing: there the socket's end ends the server, and the kernel its children.
struct AtExit {
  ~AtExit() {
    std::unique_lock lock(asking, std::try_to_lock);
    if (!lock || !server.started() || started_by != getpid()) return;
    if (unheard > 0 && readable(server.socket, kLastAnswerWithinMs, nullptr)) hear_what_is_owed(nullptr);
    broken = true;
    end_child(server);
  }
} at_exit;

}  // namespace

void use_fork_server(bool uses) { used = uses; }

void prepare_fork_server(const StopSignal* stop) {
  if (!used) return;
  std::scoped_lock lock(asking);
  have_server(stop);
}

ChildProcess fork_child(const std::string& argument, const StopSignal* stop) {
  Request request;
  if (!used || argument.size() >= sizeof request.argument) return {};
  std::scoped_lock lock(asking);
  if (!have_server(stop) || !hear_what_is_owed(stop)) return {};
  std::memcpy(request.argument, argument.c_str(), argument.size());
  sched_getaffinity(0, sizeof request.cores, &request.cores);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return {};
  const bool sent = send_with(server.socket, request, ends[1]);
  close(ends[1]);
  Answer answer;
  int process = -1;
  const bool answered = sent && readable(server.socket, kAnswerWithinMs, stop) && receive_with(server.socket, answer, process);
  if (sent && !answered && stop && stop->asked()) {  // it may be forking just now
    close(ends[0]);
    ++unheard;
    return {};
  }
  if (!answered || answer.pid <= 0 || process < 0) {
    close(ends[0]);  // a child that is there, but not to be held by a descriptor, reads the end and goes
    if (process >= 0) close(process);
    // A fork that the system refuses is only that. A server that says nothing is asked no more; while it lives its children do.
    broken |= !answered;
    return {};
  }
  set_non_blocking(ends[0]);
  return {answer.pid, ends[0], process};
}

int run_fork_server(const std::function<int(const std::string& argument)>& child) {
  become_child("interleave-fork", false);  // whoever started it may be a thread that ends; its program's end closes the socket
  if (has_threads()) return 1;
  signal(SIGCHLD, SIG_IGN);  // the kernel reaps
  if (!send_with(kChildSocket, Answer{}, -1)) return 0;  // it is there
  for (;;) {
    Request request;
    int socket = -1;
    if (!receive_with(kChildSocket, request, socket) || socket < 0) return 0;
    request.argument[sizeof request.argument - 1] = '\0';
    Answer answer;
    answer.pid = fork();
    if (answer.pid == 0) {
      signal(SIGCHLD, SIG_DFL);
      sched_setaffinity(0, sizeof request.cores, &request.cores);
      dup2(socket, kChildSocket);  // and the server's is gone here
      close(socket);
      _exit(child(request.argument));
    }
    close(socket);
    const int process = answer.pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, answer.pid, 0)) : -1;
    const bool told = send_with(kChildSocket, answer, process);
    if (process >= 0) close(process);
    if (!told) return 0;
  }
}

}  // namespace interleave
