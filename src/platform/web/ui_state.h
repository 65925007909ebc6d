// ui_state.h -- the App's state as JSON, for the page's mirror.
#pragma once

#include <string>

namespace interleave {

struct App;
std::string state_json(const App& app);

}  // namespace interleave
