// fork_server.h -- where this program's task processes come from: a process that was started early, has loaded everything, and
// has no thread, forks them when it is asked.
//
// A fork of a process with threads is not safe, and an exec loads and links 90 libraries again. So the first
// process is started by exec as before (child_process.h) in the role of this server; it forks each that is wanted, gives it the
// socket that came with the request as its kChildSocket, the cores of whoever asked, and sends back its number and a descriptor
// of it (pidfd), by which the parent ends it and sees that it has ended: the kernel reaps it, its number cannot be
// mistaken. When the parent exits, it ends the server and waits for it; when it is killed, the server's socket says so; when the
// server goes, the kernel ends its children.
#pragma once

#include <functional>
#include <string>

#include "platform/native/child_process.h"

namespace interleave {

/// From now on fork_child() may work. For programs whose main() knows kForkServerRole. Thread: before others are started.
void use_fork_server(bool uses = true);
/// Has it there: else the first fork_child() waits for that. Thread: any. Blocks: the first time, some 20 ms.
void prepare_fork_server(const StopSignal* stop = nullptr);
/// As start_self(kChildRole, argument), a fork instead. Not started: there is no server, and start_self() is to do it.
/// Thread: any. Blocks: some 1 ms; if the server is busy or stands still at most 10 s, or until `stop` is asked: then none is started.
ChildProcess fork_child(const std::string& argument, const StopSignal* stop = nullptr);

/// The server's main(): `child` is a child's, called with its argument.
int run_fork_server(const std::function<int(const std::string& argument)>& child);

}  // namespace interleave
