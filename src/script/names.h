// names.h -- the names that the language knows by itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "script/value.h"

namespace interleave {

enum class Builtin : std::uint8_t {
  // Python's own.
  abs, all, any, bin, bool_, callable, chr, dict, divmod, enumerate, filter, float_, format, getattr, hasattr, hash, hex, id, int_, isinstance,
  issubclass, iter, len, list, map, max, min, next, not_implemented, object, oct, ord, pow, print, range, repr, reversed, round, set, setattr, sorted, str, sum,
  tuple, type, zip, property, staticmethod, classmethod,
  // Operations: what a task asks of its executor.
  compute, io, sleep, block, request, step, sum_range, numbers, gather, spawn, wait_for, to_thread, to_process, listen, connect, readable,
  // What tasks wait for.
  lock, semaphore, event, queue, shared, timeout,
  // Facts of the run.
  workers, cores,
  // Declarations, at the top level only.
  param, lesson, preset, expect, prepare_numbers, gil_interval, run,
  // For the prelude only (prelude.h): what its Python cannot say.
  show, shown, scripted, sort_by, joined, operate, same_hash, remember, timeout_begin, timeout_end,
};
inline constexpr int kBuiltins = static_cast<int>(Builtin::timeout_end) + 1;

struct BuiltinFacts {
  std::string_view name;
  int least = 0, most = 0;  ///< positional arguments; most -1: any number
  std::string_view keywords;  ///< " size key " with spaces around each; "*": any
  enum class Kind : std::uint8_t { python, plain_operation, awaited_operation, maker, fact, declaration, prelude } kind = Kind::python;
};

inline constexpr std::array<BuiltinFacts, kBuiltins> kBuiltinFacts = {{
    {"abs", 1, 1, "", BuiltinFacts::Kind::python},
    {"all", 1, 1, "", BuiltinFacts::Kind::python},
    {"any", 1, 1, "", BuiltinFacts::Kind::python},
    {"bin", 1, 1, "", BuiltinFacts::Kind::python},
    {"bool", 0, 1, "", BuiltinFacts::Kind::python},
    {"callable", 1, 1, "", BuiltinFacts::Kind::python},
    {"chr", 1, 1, "", BuiltinFacts::Kind::python},
    {"dict", 0, 1, "*", BuiltinFacts::Kind::python},
    {"divmod", 2, 2, "", BuiltinFacts::Kind::python},
    {"enumerate", 1, 2, " start ", BuiltinFacts::Kind::python},
    {"filter", 2, 2, "", BuiltinFacts::Kind::python},
    {"float", 0, 1, "", BuiltinFacts::Kind::python},
    {"format", 1, 2, "", BuiltinFacts::Kind::python},
    {"getattr", 2, 3, "", BuiltinFacts::Kind::python},
    {"hasattr", 2, 2, "", BuiltinFacts::Kind::python},
    {"hash", 1, 1, "", BuiltinFacts::Kind::python},
    {"hex", 1, 1, "", BuiltinFacts::Kind::python},
    {"id", 1, 1, "", BuiltinFacts::Kind::python},
    {"int", 0, 2, " base ", BuiltinFacts::Kind::python},
    {"isinstance", 2, 2, "", BuiltinFacts::Kind::python},
    {"issubclass", 2, 2, "", BuiltinFacts::Kind::python},
    {"iter", 1, 2, "", BuiltinFacts::Kind::python},
    {"len", 1, 1, "", BuiltinFacts::Kind::python},
    {"list", 0, 1, "", BuiltinFacts::Kind::python},
    {"map", 2, -1, "", BuiltinFacts::Kind::python},
    {"max", 1, -1, " default key ", BuiltinFacts::Kind::python},
    {"min", 1, -1, " default key ", BuiltinFacts::Kind::python},
    {"next", 1, 2, "", BuiltinFacts::Kind::python},
    {"NotImplemented", 0, 0, "", BuiltinFacts::Kind::python},
    {"object", 0, 0, "", BuiltinFacts::Kind::python},
    {"oct", 1, 1, "", BuiltinFacts::Kind::python},
    {"ord", 1, 1, "", BuiltinFacts::Kind::python},
    {"pow", 2, 3, "", BuiltinFacts::Kind::python},
    {"print", 0, -1, " sep end flush ", BuiltinFacts::Kind::python},
    {"range", 1, 3, "", BuiltinFacts::Kind::python},
    {"repr", 1, 1, "", BuiltinFacts::Kind::python},
    {"reversed", 1, 1, "", BuiltinFacts::Kind::python},
    {"round", 1, 2, " ndigits ", BuiltinFacts::Kind::python},
    {"set", 0, 1, "", BuiltinFacts::Kind::python},
    {"setattr", 3, 3, "", BuiltinFacts::Kind::python},
    {"sorted", 1, 1, " reverse key ", BuiltinFacts::Kind::python},
    {"str", 0, 1, "", BuiltinFacts::Kind::python},
    {"sum", 1, 2, " start ", BuiltinFacts::Kind::python},
    {"tuple", 0, 1, "", BuiltinFacts::Kind::python},
    {"type", 1, 1, "", BuiltinFacts::Kind::python},
    {"zip", 0, -1, "", BuiltinFacts::Kind::python},
    {"property", 1, 2, "", BuiltinFacts::Kind::python},
    {"staticmethod", 1, 1, "", BuiltinFacts::Kind::python},
    {"classmethod", 1, 1, "", BuiltinFacts::Kind::python},
    {"compute", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"io", 1, 1, "", BuiltinFacts::Kind::awaited_operation},
    {"sleep", 1, 1, "", BuiltinFacts::Kind::awaited_operation},
    {"block", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"request", 1, 2, " size ", BuiltinFacts::Kind::awaited_operation},
    {"step", 0, 0, "", BuiltinFacts::Kind::awaited_operation},
    {"sum_range", 2, 2, "", BuiltinFacts::Kind::plain_operation},
    {"numbers", 2, 2, " shared moved ", BuiltinFacts::Kind::plain_operation},
    {"gather", 0, -1, " return_exceptions ", BuiltinFacts::Kind::awaited_operation},
    {"spawn", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"wait_for", 2, 2, "", BuiltinFacts::Kind::awaited_operation},
    {"to_thread", 1, -1, "*", BuiltinFacts::Kind::awaited_operation},
    {"to_process", 1, -1, "", BuiltinFacts::Kind::awaited_operation},
    {"listen", 0, 1, " port ", BuiltinFacts::Kind::plain_operation},
    {"connect", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"readable", 1, 1, "", BuiltinFacts::Kind::awaited_operation},
    {"Lock", 0, 0, "", BuiltinFacts::Kind::maker},
    {"Semaphore", 0, 1, " value ", BuiltinFacts::Kind::maker},
    {"Event", 0, 0, "", BuiltinFacts::Kind::maker},
    {"Queue", 0, 1, " maxsize ", BuiltinFacts::Kind::maker},
    {"shared", 0, 1, "", BuiltinFacts::Kind::maker},
    {"timeout", 1, 1, "", BuiltinFacts::Kind::maker},
    {"workers", 0, 0, "", BuiltinFacts::Kind::fact},
    {"cores", 0, 0, "", BuiltinFacts::Kind::fact},
    {"param", 1, 1, " min max log choices ", BuiltinFacts::Kind::declaration},
    {"lesson", 0, 0, " id name title claim source question scene answer on workers cores ", BuiltinFacts::Kind::declaration},
    {"preset", 1, 1, "*", BuiltinFacts::Kind::declaration},
    {"expect", 1, 1, " on value least most ", BuiltinFacts::Kind::declaration},
    {"prepare_numbers", 1, 1, " shared ", BuiltinFacts::Kind::declaration},
    {"gil_interval", 1, 1, "", BuiltinFacts::Kind::declaration},
    {"run", 1, 1, "", BuiltinFacts::Kind::declaration},
    {"_show", 1, 1, "", BuiltinFacts::Kind::prelude},
    {"_shown", 2, 2, "", BuiltinFacts::Kind::prelude},
    {"_scripted", 1, 1, "", BuiltinFacts::Kind::prelude},
    {"_sort_by", 3, 3, "", BuiltinFacts::Kind::prelude},
    {"_joined", 4, 4, "", BuiltinFacts::Kind::prelude},
    {"_operate", 4, 4, "", BuiltinFacts::Kind::prelude},
    {"_same_hash", 2, 2, "", BuiltinFacts::Kind::prelude},
    {"_remember", 2, 2, "", BuiltinFacts::Kind::prelude},
    {"_timeout_begin", 1, 1, "", BuiltinFacts::Kind::awaited_operation},
    {"_timeout_end", 2, 2, "", BuiltinFacts::Kind::awaited_operation},
}};

constexpr const BuiltinFacts& facts(Builtin builtin) { return kBuiltinFacts[static_cast<std::size_t>(builtin)]; }

/// Builtins that are types: isinstance() takes them, type() gives them.
constexpr bool is_type(Builtin builtin) {
  switch (builtin) {
    case Builtin::bool_: case Builtin::dict: case Builtin::float_: case Builtin::int_: case Builtin::list: case Builtin::range: case Builtin::set:
    case Builtin::str: case Builtin::tuple: case Builtin::type: case Builtin::object: case Builtin::enumerate: case Builtin::zip: case Builtin::map:
    case Builtin::filter: case Builtin::reversed: case Builtin::lock: case Builtin::semaphore: case Builtin::event: case Builtin::queue:
    case Builtin::shared: case Builtin::timeout: return true;
    default: return false;
  }
}

constexpr std::optional<Builtin> builtin_named(std::string_view name) {
  for (std::size_t i = 0; i < kBuiltinFacts.size(); ++i)
    if (kBuiltinFacts[i].name == name) return static_cast<Builtin>(i);
  return std::nullopt;
}

constexpr std::optional<TimeUnit> unit_named(std::string_view name) {
  if (name == "ns") return TimeUnit::ns;
  if (name == "us") return TimeUnit::us;
  if (name == "ms") return TimeUnit::ms;
  if (name == "s") return TimeUnit::s;
  return std::nullopt;
}

/// Methods of the language's own types; which type has which is found out at run time. Their numbers are the first of
/// the attribute names of a program (Code::names); kWellKnown follow.
enum class Method : std::uint8_t {
  acquire, add, append, cancel, cancelled, clear, close, copy, count, difference, discard, done, empty, endswith, exception, extend, find, full, get, get_nowait, index, insert, intersection, is_set, isalpha, isdigit, isspace, issubset, issuperset, isupper, islower, items, join, keys, ljust, load, locked, lower, lstrip, partition, pop, popitem, put, put_nowait, qsize, release, remove, removeprefix, removesuffix, replace, result, reverse, rfind, rjust, rsplit, rstrip, send, set, setdefault, sort, split, splitlines, startswith, store, strip, task_done, throw_, title, union_, update, upper, values, wait, zfill, center, capitalize, accept, recv,
  bit_length, casefold, difference_update, expandtabs, format, fromkeys, intersection_update, is_integer, isalnum, isdecimal, isdisjoint, isnumeric, rindex, rpartition, swapcase, symmetric_difference, symmetric_difference_update,
};
inline constexpr std::array kMethodNames = std::to_array<std::string_view>({
    "acquire", "add", "append", "cancel", "cancelled", "clear", "close", "copy", "count", "difference", "discard", "done", "empty", "endswith", "exception", "extend", "find", "full", "get", "get_nowait", "index", "insert", "intersection", "is_set", "isalpha", "isdigit", "isspace", "issubset", "issuperset", "isupper", "islower", "items", "join", "keys", "ljust", "load", "locked", "lower", "lstrip", "partition", "pop", "popitem", "put", "put_nowait", "qsize", "release", "remove", "removeprefix", "removesuffix", "replace", "result", "reverse", "rfind", "rjust", "rsplit", "rstrip", "send", "set", "setdefault", "sort", "split", "splitlines", "startswith", "store", "strip", "task_done", "throw", "title", "union", "update", "upper", "values", "wait", "zfill", "center", "capitalize", "accept", "recv",
    "bit_length", "casefold", "difference_update", "expandtabs", "format", "fromkeys", "intersection_update", "is_integer", "isalnum", "isdecimal", "isdisjoint", "isnumeric", "rindex", "rpartition", "swapcase", "symmetric_difference", "symmetric_difference_update"});
static_assert(kMethodNames.size() == static_cast<std::size_t>(Method::symmetric_difference_update) + 1);

/// Attribute names that the VM itself knows.
enum class Known : std::uint32_t {
  init = static_cast<std::uint32_t>(kMethodNames.size()),
  repr, str, iter, next, enter, exit, aenter, aexit, aiter, anext, call, eq, ne, lt, le, gt, ge, len, boolean, contains, getitem, setitem, delitem, hash,
  add, sub, mul, truediv, floordiv, mod, pow, lshift, rshift, and_, or_, xor_, radd, rsub, rmul, rtruediv, rfloordiv, rmod, rpow, neg,
  class_, name, doc, dict, cause, context, notes, args, value, maxsize, qualname, port,
  rlshift, rrshift, rand, ror, rxor, iadd, isub, imul, itruediv, ifloordiv, imod, ipow, ilshift, irshift, iand, ior, ixor,
  abs, pos, invert, format, round, int_, float_, reversed, getattr, setter,
};
inline constexpr std::array kKnownNames = std::to_array<std::string_view>({
    "__init__", "__repr__", "__str__", "__iter__", "__next__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__aiter__", "__anext__", "__call__",
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__len__", "__bool__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__hash__",
    "__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__lshift__", "__rshift__", "__and__", "__or__", "__xor__",
    "__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rfloordiv__", "__rmod__", "__rpow__", "__neg__",
    "__class__", "__name__", "__doc__", "__dict__", "__cause__", "__context__", "__notes__", "args", "value", "maxsize", "__qualname__", "port",
    "__rlshift__", "__rrshift__", "__rand__", "__ror__", "__rxor__", "__iadd__", "__isub__", "__imul__", "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__", "__ilshift__", "__irshift__", "__iand__", "__ior__", "__ixor__",
    "__abs__", "__pos__", "__invert__", "__format__", "__round__", "__int__", "__float__", "__reversed__", "__getattr__", "setter"});
static_assert(kMethodNames.size() + kKnownNames.size() == static_cast<std::size_t>(Known::setter) + 1);

constexpr std::optional<Method> method_named(std::string_view name) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i)
    if (kMethodNames[i] == name) return static_cast<Method>(i);
  return std::nullopt;
}

/// Python's exceptions, and asyncio's, with their places in the hierarchy.
enum class Exception : std::uint8_t {
  base_exception, exception, generator_exit, keyboard_interrupt, system_exit, cancelled_error, stop_iteration, stop_async_iteration, arithmetic_error, zero_division_error,
  overflow_error, assertion_error, attribute_error, lookup_error, index_error, key_error, name_error, unbound_local_error, type_error,
  value_error, runtime_error, recursion_error, not_implemented_error, os_error, timeout_error, connection_error, memory_error, eof_error,
  system_error, queue_empty, queue_full, invalid_state_error,
  buffer_error, reference_error, floating_point_error, import_error, module_not_found_error, syntax_error, indentation_error, tab_error,
  unicode_error, blocking_io_error, child_process_error, file_exists_error, file_not_found_error, interrupted_error, is_a_directory_error,
  not_a_directory_error, permission_error, process_lookup_error, broken_pipe_error, connection_aborted_error, connection_refused_error,
  connection_reset_error, warning, user_warning, deprecation_warning, runtime_warning, future_warning, syntax_warning, resource_warning,
};
struct ExceptionFacts {
  std::string_view name;
  Exception base;
  bool imported = false;  ///< a name of `interleave`, not of Python
};
inline constexpr std::array kExceptionFacts = std::to_array<ExceptionFacts>({
    {"BaseException", Exception::base_exception}, {"Exception", Exception::base_exception}, {"GeneratorExit", Exception::base_exception},
    {"KeyboardInterrupt", Exception::base_exception}, {"SystemExit", Exception::base_exception},
    {"CancelledError", Exception::base_exception, true}, {"StopIteration", Exception::exception}, {"StopAsyncIteration", Exception::exception},
    {"ArithmeticError", Exception::exception}, {"ZeroDivisionError", Exception::arithmetic_error}, {"OverflowError", Exception::arithmetic_error},
    {"AssertionError", Exception::exception}, {"AttributeError", Exception::exception}, {"LookupError", Exception::exception},
    {"IndexError", Exception::lookup_error}, {"KeyError", Exception::lookup_error}, {"NameError", Exception::exception},
    {"UnboundLocalError", Exception::name_error}, {"TypeError", Exception::exception}, {"ValueError", Exception::exception},
    {"RuntimeError", Exception::exception}, {"RecursionError", Exception::runtime_error}, {"NotImplementedError", Exception::runtime_error},
    {"OSError", Exception::exception}, {"TimeoutError", Exception::os_error}, {"ConnectionError", Exception::os_error},
    {"MemoryError", Exception::exception}, {"EOFError", Exception::exception}, {"SystemError", Exception::exception},
    {"QueueEmpty", Exception::exception, true}, {"QueueFull", Exception::exception, true}, {"InvalidStateError", Exception::exception, true},
    // What a script raises only by itself.
    {"BufferError", Exception::exception}, {"ReferenceError", Exception::exception}, {"FloatingPointError", Exception::arithmetic_error},
    {"ImportError", Exception::exception}, {"ModuleNotFoundError", Exception::import_error}, {"SyntaxError", Exception::exception},
    {"IndentationError", Exception::syntax_error}, {"TabError", Exception::indentation_error}, {"UnicodeError", Exception::value_error},
    {"BlockingIOError", Exception::os_error}, {"ChildProcessError", Exception::os_error}, {"FileExistsError", Exception::os_error},
    {"FileNotFoundError", Exception::os_error}, {"InterruptedError", Exception::os_error}, {"IsADirectoryError", Exception::os_error},
    {"NotADirectoryError", Exception::os_error}, {"PermissionError", Exception::os_error}, {"ProcessLookupError", Exception::os_error},
    {"BrokenPipeError", Exception::connection_error}, {"ConnectionAbortedError", Exception::connection_error},
    {"ConnectionRefusedError", Exception::connection_error}, {"ConnectionResetError", Exception::connection_error},
    {"Warning", Exception::exception}, {"UserWarning", Exception::warning}, {"DeprecationWarning", Exception::warning},
    {"RuntimeWarning", Exception::warning}, {"FutureWarning", Exception::warning}, {"SyntaxWarning", Exception::warning},
    {"ResourceWarning", Exception::warning}});
static_assert(kExceptionFacts.size() == static_cast<std::size_t>(Exception::resource_warning) + 1);

constexpr std::optional<Exception> exception_named(std::string_view name) {
  for (std::size_t i = 0; i < kExceptionFacts.size(); ++i)
    if (kExceptionFacts[i].name == name) return static_cast<Exception>(i);
  return std::nullopt;
}

/// What expect() can speak of: times (makespan; latencies of tasks: p99, longest; cpu, added up over tasks), numbers, and
/// texts (output: what is printed, in order; lines: in any order; error: how the run fails).
inline constexpr std::array<std::string_view, 10> kFiguresInScripts = {"makespan", "p99", "longest", "cpu", "speedup",
                                                                       "switches", "tasks", "output", "lines", "error"};
inline constexpr std::size_t kFiguresThatAreTimes = 4, kFiguresThatAreNoTexts = 7;  // counted from the front

/// What lesson(answer=...) and preset(answer=...) may name, beside executors: where in the runs the answer to the question is
/// to be seen. makespan: who is how fast; winner: who is first, alone or with the executors it is between; speedup; p99: how late answers are; tasks: how long each task computed, those that
/// call themselves alike together; ways: how long each of two ways took, one after the other in each run; waits: at which lines a generator waited; output: the
/// line that tells runs apart, or the last; first: the first line; lines: all of them; order: who printed when.
inline constexpr std::array<std::string_view, 12> kAnswersInScripts = {"makespan", "winner", "speedup", "p99", "tasks", "ways", "waits", "beats", "output", "first", "lines", "order"};

/// The executors that lesson(on=...), preset(on=...) and expect(on=...) may name: the ids of trace/executor_kind.h, which
/// this room may not include; a test compares the two.
inline constexpr std::array<std::string_view, 6> kExecutorNamesInScripts = {"serial", "threads", "gil", "processes", "loop", "stealing"};

/// What lesson(scene=...) takes: the words of view/scene.h, which this room may not include; a test compares the two.
inline constexpr std::array<std::string_view, 10> kScenesInScripts = {"tasks", "cashiers", "requests", "list", "gil", "book", "memory", "map", "locks", "pipeline"};

}  // namespace interleave
