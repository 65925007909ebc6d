// After a mistake the cursor jumps to the end token, so every loop ends and every function still returns a node: no
// function needs to ask whether the one it called has failed.
// Sections: cursor; statements; expressions; f-strings.
#include "script/parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "script/names.h"
#include "script/operators.h"
#include "script/text.h"

namespace interleave {

namespace {

constexpr int kMostNesting = 60;
constexpr int kMostDepth = 250;

struct BinaryLevel {
  std::string_view symbol;
  int level;
  BinaryOp op;
};
constexpr BinaryLevel kBinary[] = {
    {"|", 1, BinaryOp::bit_or}, {"^", 2, BinaryOp::bit_xor}, {"&", 3, BinaryOp::bit_and},
    {"<<", 4, BinaryOp::shift_left}, {">>", 4, BinaryOp::shift_right}, {"+", 5, BinaryOp::add},
    {"-", 5, BinaryOp::subtract}, {"*", 6, BinaryOp::multiply}, {"/", 6, BinaryOp::divide},
    {"//", 6, BinaryOp::floor_divide}, {"%", 6, BinaryOp::modulo}};
constexpr int kUnaryLevel = 7;

class Parser {
 public:
  explicit Parser(const Source& source) : source_(source) {}

  Tree run() {
    Tokens tokens = tokenize(source_);
    tokens_ = &tokens.tokens;
    if (tokens.error) tree_.error = tokens.error;
    std::vector<Node*> module;
    if (!failed()) {
      while (!at_end()) statement(module);
    }
    tree_.module = std::move(module);
    return std::move(tree_);
  }

 private:
  // ---------------------------------------------------------------------------------------- cursor

  const Token& now() const { return (*tokens_)[at_]; }
  const Token& ahead() const { return (*tokens_)[std::min(at_ + 1, tokens_->size() - 1)]; }
  bool at_end() const { return now().kind == Token::Kind::end; }
  bool failed() const { return static_cast<bool>(tree_.error); }
  void advance() {
    if (!at_end()) ++at_;
  }
  void fail(Place place, std::string sentence) {
    if (!failed()) tree_.error = {place.line, place.column, "SyntaxError", std::move(sentence)};
    at_ = tokens_->size() - 1;
  }
  bool is(std::string_view symbol_or_keyword) const {
    return (now().kind == Token::Kind::symbol || now().kind == Token::Kind::keyword) && now().text == symbol_or_keyword;
  }
  bool take(std::string_view symbol_or_keyword) {
    if (!is(symbol_or_keyword)) return false;
    advance();
    return true;
  }
  std::string found() const {
    switch (now().kind) {
      case Token::Kind::end: return in_braces_ ? "the '}' of the f-string" : "the end of the script";
      case Token::Kind::newline: return "the end of the line";
      case Token::Kind::indent: return "an indented line";
      case Token::Kind::dedent: return "the end of the block";
      case Token::Kind::string:
      case Token::Kind::format_string: return "a text";
      default: return "'" + std::string(now().text) + "'";
    }
  }
  void expect(std::string_view symbol, std::string_view where) {
    if (!take(symbol)) fail(now().place, "'" + std::string(symbol) + "' is missing " + std::string(where) + "; here stands " + found() + ".");
  }
  std::string take_name(std::string_view what) {
    std::string name(now().text);
    if (now().kind == Token::Kind::name) advance();
    else if (now().kind == Token::Kind::keyword) fail(now().place, "'" + name + "' is a word of the language and cannot be " + std::string(what) + ".");
    else fail(now().place, "A name is missing here, as " + std::string(what) + "; here stands " + found() + ".");
    return mangled(std::move(name));
  }
  /// A class's private names are its own: __x inside of A is _A__x.
  std::string mangled(std::string name) const {
    return !class_.empty() && name.starts_with("__") && !name.ends_with("__") ? "_" + class_ + name : name;
  }

  Node* make(NodeKind kind, Place place, std::vector<Node*> children = {}) {
    Node& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.place = place;
    int depth = 0;
    for (Node* child : children)
      if (child) depth = std::max<int>(depth, child->depth);
    node.depth = static_cast<std::uint16_t>(std::min(depth + 1, 60'000));
    if (depth >= kMostDepth) fail(place, "This expression is too long; split it over several lines with names of their own.");
    node.children = std::move(children);
    return &node;
  }

  struct Nested {
    explicit Nested(Parser& p) : parser(p) {
      if (++parser.nesting_ > kMostNesting) parser.fail(parser.now().place, "This is nested too deeply; use names for the parts.");
    }
    ~Nested() { --parser.nesting_; }
    Parser& parser;
  };

  // ---------------------------------------------------------------------------------------- statements

  void statement(std::vector<Node*>& out) {
    Nested nested(*this);
    const Token& token = now();
    if (token.kind == Token::Kind::newline) return advance();
    if (token.kind == Token::Kind::indent) return fail(token.place, "This line is indented, but no block begins above it.");
    if (token.kind == Token::Kind::keyword) {
      std::string_view word = token.text;
      if (word == "if") return out.push_back(if_statement());
      if (word == "while") return out.push_back(while_statement());
      if (word == "for") return out.push_back(for_statement());
      if (word == "def") return out.push_back(define(false));
      if (word == "async") {
        advance();
        if (is("def")) return out.push_back(define(true));
        if (is("for")) return out.push_back(for_statement(true));
        if (is("with")) return out.push_back(with_statement(true));
        return fail(token.place, "After 'async' comes 'def', 'for' or 'with'.");
      }
      if (word == "class") return out.push_back(class_statement());
      if (word == "try") return out.push_back(try_statement());
      if (word == "with") return out.push_back(with_statement(false));
      if (word == "else" || word == "elif") return fail(token.place, "This '" + std::string(word) + "' has no 'if' above it at the same indentation.");
      if (word == "except" || word == "finally") return fail(token.place, "This '" + std::string(word) + "' has no 'try' above it at the same indentation.");
    }
    if (token.kind == Token::Kind::symbol && token.text == "@") return out.push_back(decorated());
    if (token.kind == Token::Kind::name && token.text == "match" && (ahead().kind == Token::Kind::name || ahead().kind == Token::Kind::integer || ahead().kind == Token::Kind::string)) return fail(token.place, "'match' is left out; use if and elif.");
    simple_line(out);
  }

  void simple_line(std::vector<Node*>& out) {
    do {
      if (now().kind == Token::Kind::newline || at_end()) break;
      out.push_back(simple_statement());
    } while (take(";"));
    if (now().kind == Token::Kind::newline) return advance();
    if (at_end()) return;
    if (is("=")) return fail(now().place, "Something stands left of this '=' that cannot be assigned to.");
    if (is("!")) return fail(now().place, "'!' alone means nothing here; write 'not' or '!='.");
    const Token& before = (*tokens_)[at_ > 0 ? at_ - 1 : 0];
    const bool value = now().kind == Token::Kind::string || now().kind == Token::Kind::format_string || now().kind == Token::Kind::name || now().kind == Token::Kind::integer || now().kind == Token::Kind::real;
    if (value && before.kind == Token::Kind::name && before.text == "print") return fail(now().place, "What is printed stands in brackets: print(...).");
    fail(now().place, "The statement should end here; " + found() + " does not belong to it.");
  }

  Node* simple_statement() {
    const Token& token = now();
    Place place = token.place;
    if (token.kind == Token::Kind::keyword) {
      std::string_view word = token.text;
      if (word == "pass") return advance(), make(NodeKind::pass, place);
      if (word == "break") return advance(), make(NodeKind::break_, place);
      if (word == "continue") return advance(), make(NodeKind::continue_, place);
      if (word == "return") {
        advance();
        Node* node = make(NodeKind::return_, place);
        if (now().kind != Token::Kind::newline && !is(";") && !at_end()) node = make(NodeKind::return_, place, {expression_list()});
        return node;
      }
      if (word == "assert") {
        advance();
        Node* condition = expression();
        if (!take(",")) return make(NodeKind::assert_, place, {condition});
        return make(NodeKind::assert_, place, {condition, expression()});
      }
      if (word == "from" || word == "import") return import_statement();
      if (word == "del") return delete_statement();
      if (word == "global" || word == "nonlocal") {
        advance();
        Node* node = make(word == "global" ? NodeKind::global_ : NodeKind::nonlocal_, place);
        do node->text += " " + take_name("a name of an outer function or of the top level");
        while (take(","));
        return node;
      }
      if (word == "raise") return raise_statement();
    }
    Node* first = assigned_value();
    if (is("=")) return assignment(first);
    if (is(":")) return annotated(first);
    if (now().kind == Token::Kind::symbol && now().text.size() >= 2 && now().text.back() == '=' && now().text != "==" && now().text != "!=" && now().text != "<=" && now().text != ">=") {
      std::string_view symbol = now().text.substr(0, now().text.size() - 1);
      Place at = now().place;
      if (symbol == "@") return fail(at, "'@=' is left out."), first;
      advance();
      if (first->kind != NodeKind::name && first->kind != NodeKind::subscript && first->kind != NodeKind::attribute) fail(first->place, "Only a name, an attribute or an item, such as a[i], can be changed with '" + std::string(symbol) + "='.");
      Node* node = make(NodeKind::augmented, first->place, {first, assigned_value()});
      node->op = static_cast<std::uint8_t>(symbol == "**" ? BinaryOp::power : binary_level(symbol)->op);
      node->place = at;
      return node;
    }
    return make(NodeKind::expression, first->place, {first});
  }

  Node* assignment(Node* first) {
    std::vector<Node*> targets{first};
    Place place = now().place;
    Node* value = nullptr;
    while (take("=")) {
      value = assigned_value();
      if (is("=")) targets.push_back(value);
    }
    for (Node* target : targets) check_target(target);
    std::vector<Node*> children{value};
    children.insert(children.end(), targets.begin(), targets.end());
    return make(NodeKind::assign, place, std::move(children));
  }

  Node* annotated(Node* target) {
    Place place = now().place;
    advance();
    expression();  // the annotation says nothing to us
    if (target->kind != NodeKind::name && target->kind != NodeKind::attribute) fail(target->place, "Only a name can have a type after a colon.");
    if (!take("=")) return make(NodeKind::pass, place);
    Node* value = assigned_value();
    return make(NodeKind::assign, place, {value, target});
  }

  void check_target(const Node* target, bool star_allowed = false) {
    switch (target->kind) {
      case NodeKind::name:
      case NodeKind::attribute:
      case NodeKind::subscript: return;
      case NodeKind::tuple:
      case NodeKind::list: {
        int stars = 0;
        if (target->children.empty()) fail(target->place, "Nothing can be unpacked into an empty pair of brackets.");
        if (target->children.size() > 250) fail(target->place, "At most 250 names can stand here.");
        for (const Node* child : target->children) {
          check_target(child, true);
          if (child->kind == NodeKind::star && ++stars > 1) fail(child->place, "Only one * can stand on the left.");
        }
        return;
      }
      case NodeKind::star:
        if (!star_allowed) fail(target->place, "A * on the left needs other names beside it, such as first, *rest = items.");
        return check_target(target->children[0]);
      case NodeKind::call: return fail(target->place, "A call cannot be assigned to; for a comparison write ==.");
      default: return fail(target->place, "This cannot be assigned to; for a comparison write ==.");
    }
  }

  /// Right of a =: yield may stand there without brackets.
  Node* assigned_value() { return is("yield") ? yield_expression() : expression_list(); }

  Node* yield_expression() {
    Place place = now().place;
    Nested nested(*this);
    advance();
    Node* node;
    if (take("from")) {
      node = make(NodeKind::yield_, place, {expression()});
      node->flag = true;
    } else {
      node = ends_list() ? make(NodeKind::yield_, place) : make(NodeKind::yield_, place, {expression_list()});
    }
    return node;
  }

  Node* raise_statement() {
    Place place = now().place;
    advance();
    if (now().kind == Token::Kind::newline || is(";") || at_end()) return make(NodeKind::raise_, place);
    Node* what = expression();
    if (!take("from")) return make(NodeKind::raise_, place, {what});
    return make(NodeKind::raise_, place, {what, expression()});
  }

  Node* try_statement() {
    Place place = now().place;
    advance();
    Node* node = make(NodeKind::try_, place);
    node->body = block();
    while (is("except")) {
      Place at = now().place;
      if (!node->parameters.empty() && node->parameters.back()->children.empty()) fail(at, "An 'except' without a type comes last.");
      advance();
      if (is("*")) fail(at, "'except*' is left out.");
      Node* handler = make(NodeKind::handler, at);
      if (!is(":")) {
        handler = make(NodeKind::handler, at, {expression()});
        if (is(",")) fail(now().place, "Several types stand in brackets: except (A, B):");
        if (take("as")) handler->text = take_name("the name of the exception");
      }
      handler->body = block();
      node->parameters.push_back(handler);
    }
    if (is("else")) {
      if (node->parameters.empty()) fail(now().place, "An 'else' needs an 'except' above it.");
      advance();
      node->otherwise = block();
    }
    if (take("finally")) node->last = block();
    if (node->parameters.empty() && node->last.empty()) fail(place, "After 'try' and its block comes 'except' or 'finally'.");
    return node;
  }

  Node* with_statement(bool is_async) {
    Place place = now().place;
    advance();
    std::vector<Node*> items;
    bool brackets = is("(") && with_brackets();
    if (brackets) advance();
    do {
      if (brackets && is(")")) break;
      items.push_back(expression());
      items.push_back(nullptr);
      if (take("as")) {
        items.back() = binary(1);
        check_target(items.back());
      }
    } while (take(","));
    if (brackets) expect(")", "after the contexts");
    Node* node = make(NodeKind::with_, place, std::move(items));
    node->flag = is_async;
    node->body = block();
    return node;
  }

  /// Whether the bracket here closes right before the colon and has an `as` or a comma inside: with (a as b, c): ...
  bool with_brackets() const {
    int depth = 0;
    bool several = false;
    for (std::size_t i = at_; i < tokens_->size(); ++i) {
      const Token& t = (*tokens_)[i];
      if (t.kind == Token::Kind::keyword && t.text == "as" && depth == 1) several = true;
      if (t.kind != Token::Kind::symbol) continue;
      if (t.text == "(" || t.text == "[" || t.text == "{") ++depth;
      if (t.text == "," && depth == 1) several = true;
      if ((t.text == ")" || t.text == "]" || t.text == "}") && --depth == 0) return several && i + 1 < tokens_->size() && (*tokens_)[i + 1].text == ":";
    }
    return false;
  }

  Node* class_statement() {
    advance();
    Node* node = make(NodeKind::class_, now().place);
    node->text = take_name("the name of a class");
    if (take("(")) {
      if (!is(")")) {
        Place at = now().place;
        Node* base = expression();
        if (is("=")) fail(at, "Named arguments of a class are left out.");
        Place place = node->place;
        std::string name = node->text;
        node = make(NodeKind::class_, place, {base});
        node->text = name;
        if (take(",") && !is(")")) fail(now().place, "A class has at most one base here.");
      }
      expect(")", "after the base of the class");
    }
    const std::string around = std::exchange(class_, node->text.substr(std::min(node->text.find_first_not_of('_'), node->text.size())));
    node->body = block();
    class_ = around;
    for (const Node* each : node->body) {
      if (each->kind == NodeKind::define) refuse_special(each->text, each->place);
      if (each->kind == NodeKind::assign && each->children.back()->kind == NodeKind::name) refuse_special(each->children.back()->text, each->children.back()->place);
    }
    return node;
  }

  /// What Python would ask a class for and nobody here does: silence would let the program do something else.
  void refuse_special(const std::string& name, Place place) {
    constexpr std::string_view kRefused[] = {"__class_getitem__", "__del__",     "__delattr__",       "__delete__",  "__divmod__",  "__get__",
                                             "__getattribute__",  "__imatmul__", "__index__",         "__init_subclass__", "__matmul__", "__missing__",
                                             "__new__",           "__rdivmod__", "__rmatmul__",       "__set__",     "__set_name__", "__setattr__", "__slots__"};
    if (std::ranges::find(kRefused, name) != std::end(kRefused)) fail(place, "'" + name + "' of a class is left out.");
  }

  Node* decorated() {
    std::vector<Node*> decorators;
    while (is("@")) {
      advance();
      decorators.push_back(expression());
      if (now().kind == Token::Kind::newline) advance();
      else fail(now().place, "After a decorator the line ends.");
      if (decorators.size() > 50) fail(now().place, "There are too many decorators.");
    }
    Node* node = nullptr;
    if (is("def")) node = define(false);
    else if (is("class")) node = class_statement();
    else if (is("async") && ahead().kind == Token::Kind::keyword && ahead().text == "def") advance(), node = define(true);
    if (!node) {
      fail(now().place, "After a decorator comes 'def', 'async def' or 'class'.");
      return make(NodeKind::pass, now().place);
    }
    node->otherwise = std::move(decorators);
    return node;
  }

  Node* delete_statement() {
    Place place = now().place;
    advance();
    Node* what = expression_list();
    std::vector<Node*> all = what->kind == NodeKind::tuple && !what->parenthesized ? what->children : std::vector<Node*>{what};
    for (Node* one : all)
      if (one->kind != NodeKind::subscript && one->kind != NodeKind::name && one->kind != NodeKind::attribute) fail(one->place, "'del' removes a name, an attribute or an item, such as del a[i].");
    return make(NodeKind::delete_, place, std::move(all));
  }

  Node* import_statement() {
    Place place = now().place;
    auto refuse = [&] { fail(place, "Only 'from interleave import *' can be imported; other modules are left out."); };
    bool from = is("from");
    advance();
    Node* node = make(NodeKind::import, place);
    if (!from || now().kind != Token::Kind::name || now().text != "interleave") return refuse(), node;
    advance();
    expect("import", "after the module's name");
    if (take("*")) return node->text = "*", node;
    bool brackets = take("(");
    do {
      if (brackets && is(")")) break;
      Place at = now().place;
      std::string name = take_name("the name of something to import");
      if (is("as")) fail(now().place, "Importing under another name is left out.");
      auto builtin = builtin_named(name);
      auto exception = exception_named(name);
      bool known = unit_named(name) || (builtin && facts(*builtin).kind != BuiltinFacts::Kind::python && facts(*builtin).kind != BuiltinFacts::Kind::prelude) ||
                   (exception && (kExceptionFacts[static_cast<std::size_t>(*exception)].imported || name == "TimeoutError"));
      if (!known && !failed()) fail(at, "interleave has no '" + name + "'.");
      node->text += " " + name;
    } while (take(","));
    if (brackets) expect(")", "after the names");
    return node;
  }

  std::vector<Node*> block() {
    std::vector<Node*> out;
    expect(":", "before the block");
    if (now().kind != Token::Kind::newline) {
      if (at_end()) fail(now().place, "The block after ':' is missing.");
      if (now().kind == Token::Kind::keyword) {
        for (std::string_view word : {"if", "while", "for", "def", "async", "class", "try", "with"})
          if (now().text == word) fail(now().place, "'" + std::string(word) + "' needs a line of its own.");
      }
      simple_line(out);
      return out;
    }
    advance();
    while (now().kind == Token::Kind::newline) advance();
    if (now().kind != Token::Kind::indent) {
      fail(now().place, "An indented block is missing here; write at least 'pass'.");
      return out;
    }
    advance();
    while (now().kind != Token::Kind::dedent && !at_end()) statement(out);
    if (now().kind == Token::Kind::dedent) advance();
    return out;
  }

  Node* if_statement() {
    // A chain of elifs nests in the tree, so its length counts as depth.
    Place place = now().place;
    advance();
    Node* node = make(NodeKind::if_, place, {condition()});
    node->body = block();
    if (is("elif")) {
      Nested nested(*this);
      node->otherwise.push_back(if_statement());
    } else if (take("else")) {
      if (is("if")) fail(now().place, "'else if' is written 'elif'.");
      node->otherwise = block();
    }
    return node;
  }

  Node* condition() {
    Node* node = expression(true);
    if (is("=")) fail(now().place, "A single = assigns; a comparison is written ==.");
    return node;
  }

  Node* while_statement() {
    Place place = now().place;
    advance();
    Node* node = make(NodeKind::while_, place, {condition()});
    node->body = block();
    if (take("else")) node->otherwise = block();
    return node;
  }

  Node* for_statement(bool is_async = false) {
    Place place = now().place;
    advance();
    Node* target = target_list();
    expect("in", "after the loop's name");
    Node* node = make(NodeKind::for_, place, {target, expression_list()});
    node->flag = is_async;
    node->body = block();
    if (take("else")) node->otherwise = block();
    return node;
  }

  Node* target_list() {
    Place place = now().place;
    std::vector<Node*> targets;
    bool comma = false;
    do {
      if (is("in")) break;
      Place at = now().place;
      targets.push_back(take("*") ? make(NodeKind::star, at, {binary(1)}) : binary(1));
    } while (take(",") && (comma = true));
    if (targets.empty()) fail(place, "A name is missing here, for the loop to set.");
    Node* target = targets.size() == 1 && !comma ? targets[0] : make(NodeKind::tuple, place, std::move(targets));
    check_target(target);
    return target;
  }

  Node* define(bool is_async) {
    Place place = now().place;
    advance();
    place = now().place;
    Node* node = make(NodeKind::define, place);
    node->flag = is_async;
    node->text = take_name("the name of a function");
    expect("(", "after the function's name");
    parameters(node, ")");
    expect(")", "after the parameters");
    if (take("->")) expression();
    node->body = block();
    return node;
  }

  void parameters(Node* node, std::string_view end) {
    bool defaults = false, by_name = false, named = false;
    while (!is(end) && !at_end()) {
      Place at = now().place;
      auto kind = by_name ? ParameterKind::by_name : ParameterKind::plain;
      if (is("/")) return fail(at, "'/' among the parameters is left out.");
      if (named) return fail(at, "After the parameter with ** comes no other.");
      if (take("**")) {
        kind = ParameterKind::named;
        named = true;
      } else if (take("*")) {
        if (by_name) return fail(at, "Only one * can stand among the parameters.");
        by_name = true;
        if (take(",")) {
          if (is(end) || is("**")) return fail(at, "After a bare * a parameter is missing.");
          continue;
        }
        kind = ParameterKind::rest;
      }
      std::string name = take_name("the name of a parameter");
      for (Node* other : node->parameters)
        if (other->text == name) fail(at, "Two parameters are called '" + name + "'.");
      if (end == ")" && take(":")) expression();
      Node* parameter = make(NodeKind::parameter, at);
      bool may_have = kind == ParameterKind::plain || kind == ParameterKind::by_name;
      if (may_have && take("=")) parameter = make(NodeKind::parameter, at, {expression()}), defaults |= kind == ParameterKind::plain;
      else if (defaults && kind == ParameterKind::plain) fail(at, "The parameter '" + name + "' needs a default too, since one before it has one.");
      parameter->text = name;
      parameter->op = static_cast<std::uint8_t>(kind);
      node->parameters.push_back(parameter);
      if (node->parameters.size() > 100) fail(at, "A function has at most 100 parameters here.");
      if (!take(",")) break;
    }
  }

  // ---------------------------------------------------------------------------------------- expressions

  /// One expression, or several with commas: a tuple.
  Node* expression_list() {
    Place place = now().place;
    Node* first = star_or_expression(false);
    if (!is(",")) {
      if (first->kind == NodeKind::star) fail(place, "A * can only stand in a call, a list or a tuple.");
      return first;
    }
    std::vector<Node*> items{first};
    while (take(",")) {
      if (ends_list()) break;
      items.push_back(star_or_expression(false));
    }
    return make(NodeKind::tuple, place, std::move(items));
  }

  bool ends_list() const {
    return at_end() || now().kind == Token::Kind::newline || is("=") || is(")") || is("]") || is("}") || is(";") || is(":");
  }

  Node* star_or_expression(bool named = true) {
    Place place = now().place;
    if (take("*")) return make(NodeKind::star, place, {binary(1)});
    return expression(named);
  }

  /// named: `name := value` may stand here without brackets of its own.
  Node* expression(bool named = false) {
    Nested nested(*this);
    Place place = now().place;
    if (take("lambda")) {
      Node* node = make(NodeKind::lambda, place);
      parameters(node, ":");
      expect(":", "after the parameters of 'lambda'");
      Node* body = expression();
      node->children = {body};
      node->depth = static_cast<std::uint16_t>(body->depth + 1);
      return node;
    }
    if (is("yield")) return fail(place, "A 'yield' inside an expression needs brackets around it."), make(NodeKind::none, place);
    Node* value = disjunction();
    if (is(":=")) {
      if (value->kind != NodeKind::name || value->parenthesized) return fail(value->place, "Only a name can stand left of ':='."), value;
      if (!named) return fail(now().place, "':=' needs brackets around it here; a line of its own assigns with =."), value;
      advance();
      return make(NodeKind::walrus, place, {value, expression()});
    }
    if (!take("if")) return value;
    Node* condition = disjunction();
    expect("else", "in this conditional expression");
    return make(NodeKind::conditional, place, {condition, value, expression()});
  }

  Node* disjunction() { return chain("or", NodeKind::or_, &Parser::conjunction); }
  Node* conjunction() { return chain("and", NodeKind::and_, &Parser::negation); }

  Node* chain(std::string_view word, NodeKind kind, Node* (Parser::*operand)()) {
    Place place = now().place;
    Node* first = (this->*operand)();
    if (!is(word)) return first;
    std::vector<Node*> operands{first};
    while (take(word)) operands.push_back((this->*operand)());
    return make(kind, place, std::move(operands));
  }

  Node* negation() {
    Place place = now().place;
    if (!is("not")) return comparison();
    Nested nested(*this);
    advance();
    return make(NodeKind::not_, place, {negation()});
  }

  std::optional<CompareOp> comparison_operator() {
    constexpr std::pair<std::string_view, CompareOp> kOperators[] = {
        {"<", CompareOp::less}, {"<=", CompareOp::less_equal}, {"==", CompareOp::equal}, {"!=", CompareOp::not_equal},
        {">", CompareOp::greater}, {">=", CompareOp::greater_equal}, {"in", CompareOp::in}};
    for (auto [symbol, op] : kOperators)
      if (is(symbol)) return advance(), op;
    if (is("not") && ahead().kind == Token::Kind::keyword && ahead().text == "in") return advance(), advance(), CompareOp::not_in;
    if (take("is")) return take("not") ? CompareOp::is_not : CompareOp::is;
    return std::nullopt;
  }

  Node* comparison() {
    Node* first = binary(1);
    Place place = now().place;
    auto op = comparison_operator();
    if (!op) return first;
    std::vector<Node*> operands{first};
    std::vector<std::uint8_t> operators;
    for (; op; op = comparison_operator()) {
      operators.push_back(static_cast<std::uint8_t>(*op));
      operands.push_back(binary(1));
    }
    Node* node = make(NodeKind::compare, place, std::move(operands));
    node->operators = std::move(operators);
    return node;
  }

  static const BinaryLevel* binary_level(std::string_view symbol) {
    for (const BinaryLevel& b : kBinary)
      if (b.symbol == symbol) return &b;
    return nullptr;
  }

  Node* binary(int level) {
    Node* left = unary();
    for (;;) {
      const BinaryLevel* op = now().kind == Token::Kind::symbol ? binary_level(now().text) : nullptr;
      if (!op || op->level < level) {
        if (is("@")) fail(now().place, "'@' between values is left out.");
        return left;
      }
      Place place = now().place;
      advance();
      Nested nested(*this);
      Node* right = op->level + 1 >= kUnaryLevel ? unary() : binary(op->level + 1);
      left = make(NodeKind::binary, place, {left, right});
      left->op = static_cast<std::uint8_t>(op->op);
    }
  }

  Node* unary() {
    Place place = now().place;
    if (now().kind != Token::Kind::symbol) return power();
    UnaryOp op = UnaryOp::negative;
    if (is("-")) op = UnaryOp::negative;
    else if (is("+")) op = UnaryOp::positive;
    else if (is("~")) op = UnaryOp::invert;
    else return power();
    Nested nested(*this);
    advance();
    bool literal = now().kind == Token::Kind::integer && !(ahead().kind == Token::Kind::symbol && ahead().text == "**");
    if (op == UnaryOp::negative && literal) {
      std::uint64_t magnitude = now().integer;
      Node* node = make(NodeKind::integer, place);
      advance();
      node->integer = static_cast<std::int64_t>(0 - magnitude);
      return postfix(node);
    }
    Node* node = make(NodeKind::unary, place, {unary()});
    node->op = static_cast<std::uint8_t>(op);
    return node;
  }

  Node* power() {
    Place start = now().place;
    Node* base;
    if (is("await")) {
      Nested nested(*this);
      advance();
      base = make(NodeKind::await_, start, {primary()});
    } else {
      base = primary();
    }
    if (!is("**")) return base;
    Place place = now().place;
    advance();
    Nested nested(*this);
    Node* node = make(NodeKind::binary, place, {base, unary()});
    node->op = static_cast<std::uint8_t>(BinaryOp::power);
    return node;
  }

  Node* primary() { return postfix(atom()); }

  Node* postfix(Node* node) {
    for (;;) {
      Place place = now().place;
      if (is("(")) {
        node = call(node);
      } else if (take("[")) {
        Node* key = subscript_key();
        expect("]", "after the index");
        node = make(NodeKind::subscript, place, {node, key});
      } else if (take(".")) {
        Place at = now().place;
        std::string name = take_name("the name of an attribute");
        node = make(NodeKind::attribute, at, {node});
        node->text = name;
      } else {
        return node;
      }
    }
  }

  Node* subscript_key() {
    Place place = now().place;
    auto part = [&]() -> Node* { return is(":") || is("]") ? nullptr : expression(true); };
    Node* first = part();
    if (!is(":")) {
      if (!first) return fail(place, "An index is missing between the brackets."), make(NodeKind::none, place);
      if (!is(",")) return first;
      std::vector<Node*> items{first};
      while (take(",")) {
        if (ends_list()) break;
        items.push_back(expression(true));
      }
      return make(NodeKind::tuple, place, std::move(items));
    }
    advance();
    Node* stop = part();
    Node* step = take(":") ? part() : nullptr;
    return make(NodeKind::slice, place, {first, stop, step});
  }

  Node* call(Node* callee) {
    Nested nested(*this);
    Place place = callee->place;
    advance();
    std::vector<Node*> children{callee};
    bool keywords = false;
    while (!is(")") && !at_end()) {
      Place at = now().place;
      if (take("**")) {
        for (Node* other : children)
          if (other->kind == NodeKind::double_star) fail(at, "A call has at most one ** argument here.");
        children.push_back(make(NodeKind::double_star, at, {expression()}));
        keywords = true;
      } else if (now().kind == Token::Kind::name && ahead().kind == Token::Kind::symbol && ahead().text == "=") {
        std::string name = mangled(std::string(now().text));
        advance(), advance();
        for (Node* other : children)
          if (other->kind == NodeKind::keyword && other->text == name) fail(at, "The argument '" + name + "' is given twice.");
        Node* node = make(NodeKind::keyword, at, {expression()});
        node->text = name;
        children.push_back(node);
        keywords = true;
      } else {
        Node* argument = star_or_expression();
        if (is("for") || is("async")) argument = comprehension(at, {argument}, Comprehension::generator);
        if (keywords) fail(at, argument->kind == NodeKind::star ? "A * argument after a named one is left out; put it before." : "An argument without a name follows one with a name.");
        if (argument->kind == NodeKind::comprehension && !argument->parenthesized && argument->op == static_cast<std::uint8_t>(Comprehension::generator) && (children.size() > 1 || is(",")) && !(is(",") && ahead().text == ")"))
          fail(at, "A generator expression beside other arguments needs brackets of its own.");
        children.push_back(argument);
      }
      if (children.size() > 4000) fail(at, "A call has at most 4000 arguments.");
      if (!take(",")) break;
    }
    expect(")", "after the arguments");
    return make(NodeKind::call, place, std::move(children));
  }

  Node* comprehension(Place place, std::vector<Node*> element, Comprehension kind) {
    Node* node = make(NodeKind::comprehension, place, std::move(element));
    node->op = static_cast<std::uint8_t>(kind);
    int depth = 0;
    while (is("for") || is("if") || is("async")) {
      Place at = now().place;
      const bool is_async = take("async");
      if (is_async && !is("for")) fail(now().place, "After 'async' in an expression comes 'for'.");
      if (++depth > 20) fail(at, "The comprehension has too many parts.");
      if (take("if")) {
        node->body.push_back(make(NodeKind::if_, at, {disjunction()}));
      } else {
        advance();
        Node* target = target_list();
        expect("in", "after the loop's name");
        node->body.push_back(make(NodeKind::for_, at, {target, disjunction()}));
        node->body.back()->flag = is_async;
      }
    }
    for (Node* part : node->children)
      if (part->kind == NodeKind::star) fail(part->place, "A * cannot stand in a comprehension.");
    for (Node* clause : node->body) node->depth = std::max<std::uint16_t>(node->depth, static_cast<std::uint16_t>(clause->depth + 1));
    return node;
  }

  Node* atom() {
    const Token& token = now();
    Place place = token.place;
    switch (token.kind) {
      case Token::Kind::name: {
        Node* node = make(NodeKind::name, place);
        node->text = mangled(std::string(token.text));
        advance();
        return node;
      }
      case Token::Kind::integer: {
        Node* node = make(NodeKind::integer, place);
        if (token.integer > static_cast<std::uint64_t>(INT64_MAX)) fail(place, "The number does not fit: whole numbers have 64 bits here.");
        node->integer = static_cast<std::int64_t>(token.integer);
        advance();
        return node;
      }
      case Token::Kind::real: {
        Node* node = make(NodeKind::real, place);
        node->real = token.real;
        advance();
        return node;
      }
      case Token::Kind::string:
      case Token::Kind::format_string: return strings();
      case Token::Kind::keyword: {
        NodeKind kind = token.text == "None" ? NodeKind::none : token.text == "True" ? NodeKind::true_ : token.text == "False" ? NodeKind::false_ : NodeKind::pass;
        if (kind != NodeKind::pass) return advance(), make(kind, place);
        break;
      }
      case Token::Kind::symbol:
        if (token.text == "(") return parentheses();
        if (token.text == "[") return list_display();
        if (token.text == "{") return dict_display();
        if (token.text == "...") return advance(), make(NodeKind::none, place);
        break;
      default: break;
    }
    if (is("await")) fail(place, "'await' cannot stand here; put brackets around it.");
    fail(place, "A value is missing here; here stands " + found() + ".");
    return make(NodeKind::none, place);
  }

  Node* parentheses() {
    Nested nested(*this);
    Place place = now().place;
    advance();
    if (take(")")) {
      Node* empty = make(NodeKind::tuple, place);
      empty->parenthesized = true;
      return empty;
    }
    Node* inside = is("yield") ? yield_expression() : star_or_expression();
    if (is("for") || is("async")) {
      inside = comprehension(place, {inside}, Comprehension::generator);
    } else if (is(",")) {
      std::vector<Node*> items{inside};
      while (take(",")) {
        if (is(")")) break;
        items.push_back(star_or_expression());
      }
      inside = make(NodeKind::tuple, place, std::move(items));
    } else if (inside->kind == NodeKind::star) {
      fail(inside->place, "A * can only stand in a call, a list or a tuple.");
    }
    expect(")", "here");
    inside->parenthesized = true;
    return inside;
  }

  Node* list_display() {
    Nested nested(*this);
    Place place = now().place;
    advance();
    std::vector<Node*> items;
    while (!is("]") && !at_end()) {
      items.push_back(star_or_expression());
      if (items.size() == 1 && (is("for") || is("async"))) {
        Node* node = comprehension(place, {items[0]}, Comprehension::list);
        expect("]", "after the comprehension");
        return node;
      }
      if (!take(",")) break;
    }
    expect("]", "after the list's items");
    return make(NodeKind::list, place, std::move(items));
  }

  Node* dict_display() {
    Nested nested(*this);
    Place place = now().place;
    advance();
    std::vector<Node*> items;
    bool set = false;
    while (!is("}") && !at_end()) {
      if (take("**")) {
        if (set) fail(now().place, "A set has no '**'.");
        items.push_back(nullptr);
        items.push_back(expression());
        if (!take(",")) break;
        continue;
      }
      items.push_back(star_or_expression());
      if (items.size() == 1) set = !is(":");
      if (set) {
        if (items.size() == 1 && (is("for") || is("async"))) {
          Node* node = comprehension(place, std::move(items), Comprehension::set);
          expect("}", "after the comprehension");
          return node;
        }
        if (!take(",")) break;
        continue;
      }
      expect(":", "after the key of a dict");
      items.push_back(expression());
      if (items.size() == 2 && (is("for") || is("async"))) {
        Node* node = comprehension(place, std::move(items), Comprehension::dict);
        expect("}", "after the comprehension");
        return node;
      }
      if (!take(",")) break;
    }
    expect("}", set ? "after the set's items" : "after the dict's items");
    return make(set ? NodeKind::set : NodeKind::dict, place, std::move(items));
  }

  // ---------------------------------------------------------------------------------------- f-strings

  void add_text(std::vector<Node*>& parts, Place at, std::string text) {
    if (text.empty()) return;
    if (!parts.empty() && parts.back()->kind == NodeKind::string) {
      parts.back()->text += text;
      return;
    }
    Node* node = make(NodeKind::string, at);
    node->text = std::move(text);
    parts.push_back(node);
  }

  /// Texts that stand beside each other are one.
  Node* strings() {
    Place place = now().place;
    std::vector<Node*> parts;
    while (now().kind == Token::Kind::string || now().kind == Token::Kind::format_string) {
      const Token& token = now();
      if (token.kind == Token::Kind::string) {
        add_text(parts, token.place, token.value);
      } else {
        std::size_t begin = static_cast<std::size_t>(token.text.data() - source_.text().data());
        format_parts(begin, begin + token.text.size(), token.raw, false, parts);
      }
      advance();
    }
    bool plain = parts.empty() || (parts.size() == 1 && parts[0]->kind == NodeKind::string);
    if (plain && !parts.empty()) return parts[0]->place = place, parts[0];
    return make(plain ? NodeKind::string : NodeKind::format, place, std::move(parts));
  }

  void format_parts(std::size_t begin, std::size_t end, bool raw, bool inside_specification, std::vector<Node*>& parts) {
    std::string_view text = source_.text();
    std::size_t from = begin;
    auto flush = [&](std::size_t to) {
      std::string piece, sentence;
      if (raw) piece = text.substr(from, to - from);
      else if (!unescape(text.substr(from, to - from), piece, sentence)) fail(source_.place(from), sentence);
      add_text(parts, source_.place(from), std::move(piece));
    };
    std::size_t i = begin;
    while (i < end && !failed()) {
      char c = text[i];
      if (c == '\\' && !raw && i + 1 < end) {
        // \N{...} aside, a backslash never speaks about a brace.
        i += text[i + 1] == '{' || text[i + 1] == '}' ? 1 : 2;
        continue;
      }
      if ((c == '{' || c == '}') && i + 1 < end && text[i + 1] == c && !inside_specification) {
        flush(i + 1);
        i += 2;
        from = i;
        continue;
      }
      if (c == '}') return fail(source_.place(i), "A single '}' in an f-string is written '}}'.");
      if (c != '{') {
        ++i;
        continue;
      }
      flush(i);
      i = replacement(i, end, raw, inside_specification, parts);
      from = i;
    }
    if (!failed()) flush(end);
  }

  /// From its '{' at `open`; returns the offset after its '}'.
  std::size_t replacement(std::size_t open, std::size_t end, bool raw, bool inside_specification, std::vector<Node*>& parts) {
    std::string_view text = source_.text();
    Place place = source_.place(open);
    if (inside_specification && ++specification_nesting_ > 1) return fail(place, "The f-string's braces are nested too deeply."), end;
    // The expression ends at the first '!', ':', '=' or '}' outside brackets and texts.
    std::size_t i = open + 1;
    int depth = 0;
    char quote = 0;
    for (; i < end; ++i) {
      char c = text[i];
      if (quote) {
        if (c == quote) quote = 0;
        continue;
      }
      if (c == '"' || c == '\'') quote = c;
      else if (c == '(' || c == '[' || c == '{') ++depth;
      else if (depth > 0 && (c == ')' || c == ']' || c == '}')) --depth;
      else if (depth == 0 && (c == '}' || c == ':')) break;
      else if (depth == 0 && c == '!' && !(i + 1 < end && text[i + 1] == '=')) break;
    }
    if (i >= end) return fail(place, "The '{' in this f-string is never closed."), end;
    std::size_t stop = i;
    // {x=} shows the expression too.
    std::size_t last = text.find_last_not_of(" \t\n", stop - 1);
    bool shown = last != std::string_view::npos && last > open && text[last] == '=' && std::string_view("=!<>").find(text[last - 1]) == std::string_view::npos;
    std::size_t expression_end = shown ? last : stop;
    if (const std::size_t backslash = text.substr(0, expression_end).find('\\', open); backslash != std::string_view::npos)
      return fail(source_.place(backslash), "A backslash cannot stand inside an f-string's braces; give the text a name before."), end;
    if (shown) add_text(parts, place, std::string(text.substr(open + 1, stop - open - 1)));
    Node* value = inner_expression(open + 1, expression_end, place);
    Node* node = make(NodeKind::replacement, place, {value});
    if (text[i] == '!' && i < end) {
      char conversion = i + 1 < end ? text[i + 1] : '\0';
      if (conversion != 'r' && conversion != 's') return fail(source_.place(i), "After '!' in an f-string comes r or s."), end;
      node->text = std::string(1, conversion);
      i += 2;
    } else if (shown && text[i] == '}') {
      node->text = "r";
    }
    if (i < end && text[i] == ':') {
      std::size_t from = ++i;
      int open_braces = 0;
      for (; i < end; ++i) {
        if (text[i] == '{') ++open_braces;
        if (text[i] == '}' && open_braces-- == 0) break;
      }
      std::vector<Node*> inner;
      if (inside_specification) return fail(place, "The f-string's braces are nested too deeply."), end;
      format_parts(from, i, raw, true, inner);
      specification_nesting_ = 0;
      node->children.push_back(make(NodeKind::format, source_.place(from), std::move(inner)));
      node->depth = static_cast<std::uint16_t>(std::max<int>(node->depth, node->children[1]->depth + 1));
    }
    if (i >= end || text[i] != '}') return fail(place, "The '{' in this f-string is never closed."), end;
    parts.push_back(node);
    if (inside_specification) --specification_nesting_;
    return i + 1;
  }

  Node* inner_expression(std::size_t begin, std::size_t end, Place place) {
    Nested nested(*this);
    if (source_.text().substr(begin, end - begin).find_first_not_of(" \t\n") == std::string_view::npos)
      return fail(place, "A value is missing between the braces of this f-string."), make(NodeKind::none, place);
    if (failed()) return make(NodeKind::none, place);
    Tokens inner = tokenize_expression(source_, begin, end);
    if (inner.error) {
      fail({inner.error.line, inner.error.column}, inner.error.sentence);
      return make(NodeKind::none, place);
    }
    const std::vector<Token>* outer_tokens = tokens_;
    std::size_t outer_at = at_;
    const bool outer_braces = std::exchange(in_braces_, true);
    tokens_ = &inner.tokens;
    at_ = 0;
    Node* node = expression_list();
    if (!failed() && !at_end()) fail(now().place, found() + " does not belong into this f-string's braces.");
    in_braces_ = outer_braces;
    tokens_ = outer_tokens;
    at_ = failed() ? tokens_->size() - 1 : outer_at;
    return node;
  }

  const Source& source_;
  const std::vector<Token>* tokens_ = nullptr;
  std::size_t at_ = 0;
  int nesting_ = 0;
  int specification_nesting_ = 0;
  bool in_braces_ = false;  ///< the tokens are of an f-string's braces
  std::string class_;  // the innermost around, without its first underscores
  Tree tree_;
};

}  // namespace

Tree parse(const Source& source) { return Parser(source).run(); }

}  // namespace interleave
