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
  abs, all, any, bool_, chr, dict, divmod, enumerate, float_, int_, len, list, max, min, ord, pow, print, range, repr,
  reversed, round, sorted, str, sum, tuple, zip,
  // Operations: what a task asks of its executor.
  compute, io, block, request, step, sum_range, numbers, gather, spawn,
  // Facts of the run.
  workers, cores,
  // Declarations, at the top level only.
  param, lesson, preset, expect, prepare_numbers, gil_interval, run,
};
inline constexpr int kBuiltins = static_cast<int>(Builtin::run) + 1;

struct BuiltinFacts {
  std::string_view name;
  int least = 0, most = 0;  ///< positional arguments; most -1: any number
  std::string_view keywords;  ///< " size key " with spaces around each; "*": any
  enum class Kind : std::uint8_t { python, plain_operation, awaited_operation, fact, declaration } kind = Kind::python;
};

inline constexpr std::array<BuiltinFacts, kBuiltins> kBuiltinFacts = {{
    {"abs", 1, 1, "", BuiltinFacts::Kind::python},
    {"all", 1, 1, "", BuiltinFacts::Kind::python},
    {"any", 1, 1, "", BuiltinFacts::Kind::python},
    {"bool", 0, 1, "", BuiltinFacts::Kind::python},
    {"chr", 1, 1, "", BuiltinFacts::Kind::python},
    {"dict", 0, 1, "*", BuiltinFacts::Kind::python},
    {"divmod", 2, 2, "", BuiltinFacts::Kind::python},
    {"enumerate", 1, 2, " start ", BuiltinFacts::Kind::python},
    {"float", 0, 1, "", BuiltinFacts::Kind::python},
    {"int", 0, 2, "", BuiltinFacts::Kind::python},
    {"len", 1, 1, "", BuiltinFacts::Kind::python},
    {"list", 0, 1, "", BuiltinFacts::Kind::python},
    {"max", 1, -1, " default ", BuiltinFacts::Kind::python},
    {"min", 1, -1, " default ", BuiltinFacts::Kind::python},
    {"ord", 1, 1, "", BuiltinFacts::Kind::python},
    {"pow", 2, 2, "", BuiltinFacts::Kind::python},
    {"print", 0, -1, " sep ", BuiltinFacts::Kind::python},
    {"range", 1, 3, "", BuiltinFacts::Kind::python},
    {"repr", 1, 1, "", BuiltinFacts::Kind::python},
    {"reversed", 1, 1, "", BuiltinFacts::Kind::python},
    {"round", 1, 2, " ndigits ", BuiltinFacts::Kind::python},
    {"sorted", 1, 1, " reverse ", BuiltinFacts::Kind::python},
    {"str", 0, 1, "", BuiltinFacts::Kind::python},
    {"sum", 1, 2, " start ", BuiltinFacts::Kind::python},
    {"tuple", 0, 1, "", BuiltinFacts::Kind::python},
    {"zip", 0, -1, "", BuiltinFacts::Kind::python},
    {"compute", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"io", 1, 1, "", BuiltinFacts::Kind::awaited_operation},
    {"block", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"request", 1, 2, " size ", BuiltinFacts::Kind::awaited_operation},
    {"step", 0, 0, "", BuiltinFacts::Kind::awaited_operation},
    {"sum_range", 2, 2, "", BuiltinFacts::Kind::plain_operation},
    {"numbers", 2, 2, "", BuiltinFacts::Kind::plain_operation},
    {"gather", 0, -1, "", BuiltinFacts::Kind::awaited_operation},
    {"spawn", 1, 1, "", BuiltinFacts::Kind::plain_operation},
    {"workers", 0, 0, "", BuiltinFacts::Kind::fact},
    {"cores", 0, 0, "", BuiltinFacts::Kind::fact},
    {"param", 1, 1, " min max log ", BuiltinFacts::Kind::declaration},
    {"lesson", 0, 0, " id name title claim source question on workers cores ", BuiltinFacts::Kind::declaration},
    {"preset", 1, 1, "*", BuiltinFacts::Kind::declaration},
    {"expect", 1, 1, " on value least most ", BuiltinFacts::Kind::declaration},
    {"prepare_numbers", 1, 1, "", BuiltinFacts::Kind::declaration},
    {"gil_interval", 1, 1, "", BuiltinFacts::Kind::declaration},
    {"run", 1, 1, "", BuiltinFacts::Kind::declaration},
}};

constexpr const BuiltinFacts& facts(Builtin builtin) { return kBuiltinFacts[static_cast<std::size_t>(builtin)]; }

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

/// Methods of str, list and dict; which type has which is found out at run time.
enum class Method : std::uint8_t {
  append, clear, copy, count, endswith, extend, find, get, index, insert, isalpha, isdigit, items, join, keys, ljust, lower,
  lstrip, pop, remove, replace, reverse, rjust, rstrip, setdefault, sort, split, splitlines, startswith, strip, title, update, upper,
  values, zfill,
};
inline constexpr std::array<std::string_view, 35> kMethodNames = {
    "append", "clear", "copy", "count", "endswith", "extend", "find", "get", "index", "insert", "isalpha", "isdigit",
    "items", "join", "keys", "ljust", "lower", "lstrip", "pop", "remove", "replace", "reverse", "rjust", "rstrip",
    "setdefault", "sort", "split", "splitlines", "startswith", "strip", "title", "update", "upper", "values", "zfill"};
static_assert(kMethodNames.size() == static_cast<std::size_t>(Method::zfill) + 1);

constexpr std::optional<Method> method_named(std::string_view name) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i)
    if (kMethodNames[i] == name) return static_cast<Method>(i);
  return std::nullopt;
}

/// What expect() can speak of: times (makespan; latencies of tasks: p99, longest; cpu, added up over tasks), numbers, and
/// texts (output: what is printed, in order; lines: in any order; error: how the run fails).
inline constexpr std::array<std::string_view, 10> kFiguresInScripts = {"makespan", "p99", "longest", "cpu", "speedup",
                                                                       "switches", "tasks", "output", "lines", "error"};
inline constexpr std::size_t kFiguresThatAreTimes = 4, kFiguresThatAreNoTexts = 7;  // counted from the front

/// The executors that lesson(on=...), preset(on=...) and expect(on=...) may name: the ids of trace/executor_kind.h, which
/// this room may not include; a test compares the two.
inline constexpr std::array<std::string_view, 6> kExecutorNamesInScripts = {"serial", "threads", "gil", "processes", "loop", "stealing"};

}  // namespace interleave
