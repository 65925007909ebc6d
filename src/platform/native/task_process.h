// task_process.h -- what this program is where it was started by another of its kind: a child of `processes`, and who forks
// and serves those.
#pragma once

#include <optional>

#include "runtime/processes.h"

namespace interleave {

class NativeClock;
class ParentLine;

/// Takes messages from the parent and runs its tasks, until the parent is gone. `http_port` 0: it can make no requests.
int run_task_process(int http_port, const ChildServer::MakeRoot& make_root);
/// The same on a line that is there, from which `first` was taken.
int run_task_process(NativeClock& clock, ParentLine& parent, const Bytes& first, int http_port, const ChildServer::MakeRoot& make_root);

/// The first line of the main() of every program that has a ProcessPortPosix: the children are this program again, and without it
/// each would do what its parent does, until it wants processes, of which there are none then. The status to end with, after such a life; none: this is the program itself, whose children
/// are forked from now on (fork_server.h). `make_root`, called in the children: from the root's to_bytes() to an equal one.
/// Thread: before others are started, by whoever is made before main() too: of a process with threads nothing can be forked.
std::optional<int> run_as_child(int argc, char** argv, const ChildServer::MakeRoot& make_root);

}  // namespace interleave
