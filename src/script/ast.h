// ast.h -- a script as a tree. One node type: what its fields mean depends on the kind, written beside each.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "script/lexer.h"

namespace interleave {

enum class NodeKind : std::uint8_t {
  // Expressions.
  none, true_, false_,
  integer,      // integer
  real,         // real
  string,       // text
  format,       // children: string nodes and `replacement` nodes
  replacement,  // children: [value, specification (format) or nothing]; text: "", "r" or "s"
  name,         // text
  list, tuple, set,  // children
  dict,         // children: key, value, key, value ...; a null key: ** of the value
  binary,       // op: BinaryOp; children [a, b]
  unary,        // op: UnaryOp; children [a]
  not_,         // children [a]
  and_, or_,    // children, two or more
  compare,      // children a, b, c ...; ops between them: operators
  conditional,  // children [condition, then, otherwise]
  call,         // children [callee, arguments ...]; an argument may be `star` or `keyword`
  star, double_star,  // children [a]
  keyword,      // text, children [value]
  attribute,    // text, children [object]
  subscript,    // children [object, key]
  slice,        // children [start, stop, step], each maybe null
  comprehension,  // op: Comprehension; children [element] or [key, value]; clauses in body: for_ and if_ nodes
  await_,       // children [a]
  yield_,       // children [a] or nothing; flag: from
  lambda,       // parameters; children [a]
  walrus,       // children [name, value]
  // Statements.
  expression,   // children [a]
  assign,       // children [value, target ...], targets from left to right
  augmented,    // op: BinaryOp; children [target, value]
  define,       // text: name; flag: async; parameters; body; otherwise: decorators
  parameter,    // text; children [default] or nothing; op: ParameterKind
  class_,       // text: name; children [base] or nothing; body; otherwise: decorators
  return_,      // children [value] or nothing
  for_,         // children [target, iterable]; body, otherwise; flag: async
  while_,       // children [condition]; body, otherwise
  if_,          // children [condition]; body, otherwise
  break_, continue_, pass,
  assert_,      // children [condition] or [condition, message]
  import,       // text: names, each after a space; "*": all
  delete_,      // children: targets
  try_,         // body, otherwise, last (finally); parameters: handlers
  handler,      // children [type] or nothing; text: name or empty; body
  with_,        // children: context, target or null, ...; body; flag: async
  raise_,       // children [], [exception] or [exception, cause]
  global_, nonlocal_,  // text: names, each after a space
};

enum class Comprehension : std::uint8_t { list, generator, dict, set };
/// plain; *rest; **named; after a *: by name only.
enum class ParameterKind : std::uint8_t { plain, rest, named, by_name };

struct Node {
  NodeKind kind = NodeKind::pass;
  std::uint8_t op = 0;
  bool flag = false;
  bool parenthesized = false;
  std::uint16_t depth = 1;  ///< of the tree below; the compiler recurses over it
  Place place;
  std::string text;
  std::int64_t integer = 0;
  double real = 0;
  std::vector<Node*> children, body, otherwise, parameters, last;
  std::vector<std::uint8_t> operators;
};

struct Tree {
  std::deque<Node> nodes;  ///< owns all
  std::vector<Node*> module;
  ScriptError error;
};

}  // namespace interleave
