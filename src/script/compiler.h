// compiler.h -- a tree to bytecode.
#pragma once

#include <memory>

#include "script/ast.h"
#include "script/opcode.h"

namespace interleave {

/// Null and an error in the tree's place, where the script is wrong.
std::unique_ptr<const Code> generate(const Tree& tree, ScriptError& error);

}  // namespace interleave
