// prelude.h -- what the language says in itself: functions that call back into the script or wait.
#pragma once

#include "script/ast.h"

namespace interleave {

/// The prelude's tree: one function for each Prelude, in that order. Its text and tree live as long as the process.
const Tree& prelude();

}  // namespace interleave
