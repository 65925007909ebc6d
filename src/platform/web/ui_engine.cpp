#include "platform/web/ui_engine.h"

#include <emscripten.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "trace/trace.h"
#include "workloads/scenario.h"

EM_JS(void, il_js_run, (const char* hash, const char* executor), {
  Module.interleave.run(UTF8ToString(hash), UTF8ToString(executor));
});
EM_JS(void, il_js_cancel, (), { Module.interleave.cancel(); });
EM_JS(int, il_js_take, (void* at, int bytes), { return Module.interleave.take(at, bytes); });
EM_JS(int, il_js_status, (), { return Module.interleave.status(); });
EM_JS(double, il_js_elapsed_ms, (), { return Module.interleave.elapsed(); });
EM_JS(int, il_js_end, (), { return Module.interleave.end(); });
EM_JS(char*, il_js_sentence, (), { return stringToNewUTF8(Module.interleave.sentence()); });
EM_JS(void, il_js_settle, (), { Module.interleave.settle(); });

namespace interleave {
namespace {

constexpr std::size_t kPieceWords = 64 << 10;

class PageEngine final : public Engine {
 public:
  explicit PageEngine(std::string_view lines) {
    while (!lines.empty()) {
      std::size_t end = std::min(lines.find('\n'), lines.size());
      take_line(lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  }
  const Capabilities& capabilities() const override { return capabilities_; }

  void run(const Scenario& scenario, ExecutorKind executor) override {
    start_ = {};
    il_js_run(to_hash(scenario).c_str(), std::string(id_of(executor)).c_str());
  }
  void cancel() override { il_js_cancel(); }

  EngineStatus poll(TraceBuilder& into, std::size_t budget_bytes) override {
    // Before the packets: what is there when it has ended is all there is.
    auto kind = static_cast<EngineStatus::Kind>(il_js_status());
    piece_.resize(kPieceWords);
    bool all = false;
    for (std::size_t taken = 0; taken < budget_bytes && !all;) {
      auto bytes = static_cast<std::size_t>(il_js_take(piece_.data(), static_cast<int>(piece_.size() * 8)));
      into.add(std::span(piece_).first(bytes / 8));
      taken += bytes;
      all = bytes == 0;
    }
    EngineStatus status;
    status.kind = kind;
    status.more = !all;
    if (kind == EngineStatus::Kind::running || kind == EngineStatus::Kind::ended)
      status.now = start_.since(static_cast<Nanos>(il_js_elapsed_ms() * 1e6), into.so_far(0));
    if (kind != EngineStatus::Kind::ended) return status;
    if (!all) {
      status.kind = EngineStatus::Kind::running;  // more next time
      return status;
    }
    status.end = static_cast<RunEnd>(std::clamp(il_js_end(), 0, static_cast<int>(RunEnd::aborted)));
    char* sentence = il_js_sentence();
    status.sentence = sentence;
    std::free(sentence);
    il_js_settle();
    return status;
  }

 private:
  void take_line(std::string_view line) {
    std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return;
    std::string_view key = line.substr(0, tab), value = line.substr(tab + 1);
    auto number = [&] {
      std::int64_t n = 0;
      std::from_chars(value.data(), value.data() + value.size(), n);
      return n;
    };
    if (key == "cores") capabilities_.machine_cores = static_cast<int>(std::clamp<std::int64_t>(number(), 1, 1024));
    else if (key == "clock_step_ns") capabilities_.clock_step = number();
    else if (key == "where") capabilities_.where = value;
    else if (key == "why") capabilities_.why = value;
    else if (key == "can_open_tab") capabilities_.can_open_tab = number() != 0;
    else if (key.starts_with("refused.")) {
      if (auto kind = executor_from_id(key.substr(8))) capabilities_.refused[static_cast<std::size_t>(*kind)] = value;
    }
  }

  Capabilities capabilities_;
  std::vector<std::uint64_t> piece_;
  StartOfRun start_;
};

}  // namespace

std::unique_ptr<Engine> make_page_engine(std::string_view lines) { return std::make_unique<PageEngine>(lines); }

}  // namespace interleave
