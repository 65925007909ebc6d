// task_process.h -- the life of a child of `processes`: this program in its role kChildRole.
#pragma once

namespace interleave {

/// Takes messages from the parent and runs its tasks, until the parent is gone. `http_port` 0: it can make no requests.
int run_task_process(int http_port);

}  // namespace interleave
