// parser.h -- tokens to a tree. What the language leaves out is refused here, one sentence each.
#pragma once

#include "script/ast.h"

namespace interleave {

/// At the first mistake the tree's error is set and the rest is of no use.
Tree parse(const Source& source);

}  // namespace interleave
