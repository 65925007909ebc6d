// ui_engine.h -- the door to the engine, in the page: web/engine.js owns the Workers, this asks it.
#pragma once

#include <memory>
#include <string_view>

#include "ui/engine.h"

namespace interleave {

/// `lines`: what app.js found out about this place, "key<tab>value" each (capabilityLines).
std::unique_ptr<Engine> make_page_engine(std::string_view lines);

}  // namespace interleave
