// script_root.h -- scripts on executors: the one place where the language meets the runtime.
#pragma once

#include <memory>
#include <string>

#include "runtime/executor.h"

namespace interleave {

class Instance;  // script/: only script_root.cpp looks inside
class SharedMemory;

/// The root task of an instance that has a main. Its tasks are the script's coroutines; a script error in one of them
/// ends it and reaches whoever awaits it. `memory`, which outlives it: where numbers(..., shared=True) lie; null: in this
/// process's own, and they cannot be sent.
std::shared_ptr<Root> script_root(std::shared_ptr<const Instance> instance, SharedMemory* memory = nullptr);

/// Reads what script_root's Root::to_bytes wrote, in another process. Null and a sentence where the bytes are not that.
std::shared_ptr<Root> script_root_from_bytes(const Bytes& bytes, std::string* why = nullptr, SharedMemory* memory = nullptr);

}  // namespace interleave
