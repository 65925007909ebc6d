// child_process.h -- this very program, started again in another role: the HTTP server, a worker of `processes`.
//
// By exec of /proc/self/exe, never by a bare fork: threads, locks and GL state of the parent do not reach the child, and
// it has memory of its own from the first byte. posix_spawn shares memory until exec, so a parent of 1 GB pays no more.
// A child has standard error, and one stream socket on descriptor 3. Its parent's death closes that socket; whoever
// computes and cannot look is killed by the kernel as well (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <string>

namespace interleave {

inline constexpr int kChildSocket = 3;
inline constexpr const char* kServerRole = "--internal-server";
inline constexpr const char* kChildRole = "--internal-child";
inline constexpr const char* kForkServerRole = "--internal-fork-server";

/// What ends a wait for a process that starts. Thread: any.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  void ask();
  bool asked() const;
  /// Readable once asked.
  int descriptor() const { return asked_; }

 private:
  int asked_ = -1;
};
/// Blocks: until the descriptor is readable, at most so long, or until `stop`, if there is one, is asked. True: the first.
bool readable(int descriptor, int within_ms, const StopSignal* stop);

struct ChildProcess {
  pid_t pid = -1;
  int socket = -1;  ///< the parent's end: non-blocking, closed on exec
  int process = -1; ///< of one that another process started (fork_server.h): its pidfd
  bool started() const { return pid > 0; }
};

/// `interleave ROLE ARGUMENT`. Blocks: about 1 ms. Failure: not started(), and a sentence; so it is in a process that was started
/// by this itself, where nobody asks for another but a main() that has not heard of roles.
ChildProcess start_self(const char* role, const std::string& argument, std::string& failure);
void set_non_blocking(int descriptor);
/// Kills and reaps it and closes the socket. Not started: nothing. Blocks: until the kernel has ended it.
void end_child(ChildProcess& child);
/// The program that start_self starts, where that is not this one (tests).
void set_child_program(std::string path);

/// In the child, first: ignores the terminal's Ctrl-C and SIGPIPE; with `die_with_parent` has the kernel end it when the
/// thread that started it ends.
void become_child(const char* name, bool die_with_parent);
/// As many descriptors as the system allows; returns how many that is.
long raise_descriptor_limit();

}  // namespace interleave
