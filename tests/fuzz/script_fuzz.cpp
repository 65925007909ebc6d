// script_fuzz.cpp -- lexer, parser, compiler and VM: any text is compiled; what compiles runs under small limits, against an
// executor that answers as it likes: late, with failures, with cancellation. Nothing may crash, hang, or use more than it may.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/fuzz.h"
#include "script/program.h"
#include "script/vm.h"

namespace interleave {

namespace {

constexpr std::array kWords = {"0", "1", "-1", "2", "9223372036854775807", "0.5", "1e308", "''", "'ab'", "f'{x}'", "f'{1.5:>8.2f}'", "None", "True", "[]", "{}", "()",
    "[1, 2, 3]", "{1: 2}", "{1, 2}", "(1,)", "range(5)", "x", "self", "lambda: 0", "lambda *a, **k: (a, k)", "print", "len", "sorted", "sum", "iter([1])", "next", "str", "int",
    "list", "dict", "isinstance", "Exception", "ValueError", "StopIteration", "super()", "ms", "5 * ms", "io(1 * ms)", "compute(1 * ms)", "gather", "spawn", "Queue()", "Lock()",
    "Event()", "Semaphore(1)", "shared(0)", "timeout(1 * ms)", "wait_for", "to_thread", "to_process", "sum_range(0, 9)", "numbers(0, 9)", "request(1 * ms, 10)", "step()", "await", "yield",
    "yield from", "async", "not", "and", "or", "in", "is", "if", "else", "for", "while", "def", "class", "return", "raise", "try", "except", "finally", "with", "as", "import",
    "del", "global", "nonlocal", "pass", "break", "continue", "assert", ":=", "*", "**", "//", "%", "<<", ">>", "&", "|", "^", "~", "==", "<=", "[::-1]", "[1:2]", ".x", "@", ":", ",", "\\", "#", "\"\"\"",
    "'%s %5.1f %x'", "'%(a)s %*d'", "'{} {!r:>{}} {0.x[1]}'.format", "NotImplemented", "hex", "pow", "format", "hash", "x.items()", "x.keys()", "str.lower", "dict.fromkeys", "async for", "|=", "property"};
constexpr std::array kLines = {"x = 0", "x += 1", "print(x)", "def f(*a, b=1, **k): return a, b, k", "async def g(): await io(1 * ms)", "class C:", "class D(Exception): pass", "for x in range(3):",
    "while True:", "if x:", "else:", "try:", "except Exception as e:", "finally:", "raise ValueError(x)", "return x", "yield x", "x = yield", "await g()", "t = spawn(g())", "t.cancel()",
    "await gather(g(), g())", "await gather(g(), return_exceptions=True)", "async with Lock() as l:", "async with timeout(1 * ms):", "async for x in g():", "with C() as c:",
    "x = [i for i in range(5) if i]", "x = {i: i for i in range(5)}", "x = (i for i in range(5))", "del x", "global x", "run(main)", "q = Queue(1)", "await q.put(x)", "x = await q.get()",
    "x = param(3, min=1, max=9)", "expect('makespan', value=1 * ms)", "from interleave import *", "pass", "break", "continue", "assert x, x", "@property", "def __eq__(self, o): return self.x == o",
    "def __iter__(self): return iter(self.x)", "def __getitem__(self, i): return i", "a, *b = [1, 2, 3]", "x[0] = x", "x.append(x)", "x.y = x", "lesson(id='A', name='b')",
    "def __hash__(self): return 1", "def __eq__(self, o): return NotImplemented", "def __format__(self, s): return s", "def __getattr__(self, n): return n", "def __iadd__(self, o): return self", "@x.setter", "x = {C(): 1, (C(), 2): 3}",
    "for x in x.items():", "x |= {1}", "x = [i async for i in g() if await i]", "x = '%s' % x", "x = f'{x:>{x}}'"};

// Gives tasks turns and answers. It keeps an executor's promises (types of answers), and no others.
class Hostile {
 public:
  Hostile(std::shared_ptr<const Instance> instance, Choices& choices) : instance_(std::move(instance)), choices_(choices) {}

  void run() {
    tasks_.push_back({instance_->main()});
    // Few turns: depth comes from many inputs, not from long ones.
    for (int turn = 0; turn < 400 && !tasks_.empty(); ++turn) {
      Task& task = tasks_[choices_.below(tasks_.size())];
      if (!turn_of(task)) {
        std::swap(task, tasks_.back());
        tasks_.pop_back();
      }
    }
  }

 private:
  struct Task {
    TaskFrame frame;
    Value answer = {};
    bool asked = false;
  };

  // False: it is over.
  bool turn_of(Task& task) {
    const std::int64_t fuel = 1 + static_cast<std::int64_t>(choices_.below(400));
    Step step;
    if (task.asked && choices_.one_in(12)) {
      constexpr std::array kKinds = {"CancelledError", "TimeoutError", "QueueEmpty", "QueueFull", "RuntimeError", "ValueError", "InvalidStateError"};
      if (!exception_.is_none() && choices_.one_in(2)) step = resume_with_exception(task.frame, *instance_, exception_, fuel);
      else step = resume_with_failure(task.frame, *instance_, choices_.one_in(2) ? "It failed." : "", fuel, kKinds[choices_.below(kKinds.size())]);
    } else {
      step = resume(task.frame, *instance_, std::move(task.answer), fuel);
    }
    task.answer = Value();
    task.asked = step.kind == Step::Kind::ask;
    if (choices_.one_in(40) && tasks_.size() < 40) {
      // A frame is a value: its copy goes on by itself. (What it asked for may be answered differently.)
      Task copy{task.frame, {}, task.asked};
      if (copy.asked) copy.answer = answer(step.ask);
      static_cast<void>(copy.frame.stack(instance_->program()));
      static_cast<void>(copy.frame.locals(instance_->program()));
      extra_.push_back(std::move(copy));
    }
    switch (step.kind) {
      case Step::Kind::paused: break;
      case Step::Kind::ask: task.answer = answer(step.ask); break;
      case Step::Kind::failed:
        must(static_cast<bool>(step.error), "what failed says why");
        exception_ = step.exception;
        return false;
      case Step::Kind::finished:
        if (auto bytes = value_to_bytes(step.value, nullptr, instance_.get())) {
          auto back = value_from_bytes(*bytes, *instance_);
          must(back.has_value(), "what value_to_bytes() wrote can be read");
        }
        static_cast<void>(repr(step.value));
        return false;
    }
    for (Task& copy : std::exchange(extra_, {})) tasks_.push_back(std::move(copy));
    return true;
  }

  Value answer(const Ask& ask) {
    Heap& heap = instance_->heap();
    must(ask.duration >= -1 && ask.size >= 0 && ask.low >= 0 && ask.low <= ask.high && ask.high <= kMostNumbers, "an operation's numbers are checked");
    auto child = [&](const Value& value) {
      if (!value.is(ValueType::task) && tasks_.size() + extra_.size() < 40) extra_.push_back({TaskFrame(*instance_, value)});
      return Value::integer(static_cast<std::int64_t>(choices_.below(5)));
    };
    switch (ask.kind) {
      case Ask::Kind::request: return Value::integer(ask.size);
      case Ask::Kind::sum_range: return Value::integer((ask.low + ask.high - 1) * (ask.high - ask.low) / 2);
      case Ask::Kind::numbers: {
        std::vector<std::int64_t> numbers(static_cast<std::size_t>(std::min<std::int64_t>(ask.high - ask.low, 1000)));
        return Value::int_array(heap, numbers);
      }
      case Ask::Kind::gather: {
        std::vector<Value> results;
        for (const Value& value : ask.children) results.push_back(child(value));
        return Value::list(heap, results);
      }
      case Ask::Kind::spawn: child(ask.children.at(0)); return Value::task(heap, ++spawned_);
      case Ask::Kind::wait_for: case Ask::Kind::join: case Ask::Kind::to_thread: case Ask::Kind::to_process: return child(ask.children.at(0));
      case Ask::Kind::acquire: case Ask::Kind::event_wait: return Value::boolean(true);
      case Ask::Kind::locked: case Ask::Kind::event_is_set: case Ask::Kind::cancel: case Ask::Kind::task_is_done: case Ask::Kind::task_is_cancelled: case Ask::Kind::timeout_end:
        return Value::boolean(choices_.one_in(2));
      case Ask::Kind::queue_size: return Value::integer(static_cast<std::int64_t>(choices_.below(3)));
      case Ask::Kind::put: case Ask::Kind::put_nowait: last_put_ = ask.children.at(1); return Value();
      case Ask::Kind::get: case Ask::Kind::get_nowait: return last_put_;
      case Ask::Kind::load: return shared_load(ask.children.at(0));
      case Ask::Kind::store: shared_store(ask.children.at(0), ask.children.at(1)); return Value();
      case Ask::Kind::task_exception: return exception_;
      default: return Value();
    }
  }

  std::shared_ptr<const Instance> instance_;
  Choices& choices_;
  std::vector<Task> tasks_, extra_;
  Value exception_, last_put_;
  std::int64_t spawned_ = 0;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string changed_script(std::string_view script, Choices& choices) {
  std::vector<std::string> lines;
  for (std::string_view line : lines_of(script)) lines.emplace_back(line);
  if (lines.empty()) lines.emplace_back("x = 1");
  const std::size_t at = choices.below(lines.size());
  std::string& line = lines[at];
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  switch (choices.below(9)) {
    case 0: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[choices.below(lines.size())])); break;
    case 1: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 2: std::swap(lines[at], lines[choices.below(lines.size())]); break;
    case 3: line.insert(0, 4, ' '); break;
    case 4: line.erase(0, std::min<std::size_t>(indent, 4)); break;
    case 5: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(indent + 4 * choices.below(2), ' ') + kLines[choices.below(kLines.size())]); break;
    default: {
      // A word or a sign becomes another, or one comes before it.
      if (indent == line.size()) break;
      std::size_t from = indent + choices.below(line.size() - indent), to = from + 1;
      auto word = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); };
      while (word(line[from]) && from > indent && word(line[from - 1])) --from;
      while (word(line[from]) && to < line.size() && word(line[to])) ++to;
      std::string by = kWords[choices.below(kWords.size())];
      if (choices.one_in(3)) {
        // A name from elsewhere in the script.
        const std::string& other = lines[choices.below(lines.size())];
        std::size_t a = choices.below(other.size() + 1), b = a;
        while (a > 0 && word(other[a - 1])) --a;
        while (b < other.size() && word(other[b])) ++b;
        if (b > a) by = other.substr(a, b - a);
      }
      if (choices.one_in(4)) line.insert(from, by + " ");
      else line.replace(from, to - from, by);
    }
  }
  std::string out;
  for (const std::string& l : lines) out += l + "\n";
  return out;
}

}  // namespace interleave

using namespace interleave;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Choices choices(text);
  Compiled compiled = compile(text, "fuzz.py");
  must((compiled.program != nullptr) != static_cast<bool>(compiled.error), "a program or an error");
  if (!compiled.program) {
    must(compiled.error.sentence.find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  Settings settings;
  constexpr std::array kIds = {"serial", "threads", "gil", "processes", "loop", "stealing"};
  settings.executor = kIds[choices.below(kIds.size())];
  settings.memory_bytes = choices.one_in(4) ? 50'000 : 2'000'000;
  settings.fuel = 20'000;
  if (choices.one_in(2)) settings.parameters.push_back({"x", static_cast<double>(choices.next() >> 40)});
  Instantiated made = instantiate(compiled.program, settings);
  must((made.instance != nullptr) != static_cast<bool>(made.error), "an instance or an error");
  if (made.instance && made.instance->has_main()) Hostile(made.instance, choices).run();
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed) {
  Choices choices(seed);
  if (choices.one_in(4)) return LLVMFuzzerMutate(data, size, max_size);
  std::string text(reinterpret_cast<const char*>(data), size);
  for (std::size_t n = 1 + choices.below(4); n > 0; --n) text = changed_script(text, choices);
  if (text.size() > max_size) text.resize(max_size);
  std::copy(text.begin(), text.end(), data);
  return text.size();
}
