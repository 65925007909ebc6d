#include "runtime/cooperative.h"
#include "runtime/threads.h"

namespace interleave {
namespace {
constexpr const char* kWhy = "Threads need memory that Workers can share, and this page has none.";
}

MadeExecutor make_threads(const RunOptions&) { return {nullptr, kWhy}; }
MadeExecutor make_stealing(const RunOptions&) { return {nullptr, kWhy}; }
std::unique_ptr<Executor> make_loop(const RunOptions& options) { return std::make_unique<Cooperative>(options); }

}  // namespace interleave
