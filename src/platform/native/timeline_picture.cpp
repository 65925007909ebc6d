#include "platform/native/timeline_picture.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "platform/native/native_engine.h"
#include "platform/shell/shell.h"
#include "ui/app.h"

namespace interleave {

std::string write_timelines(const std::vector<NamedTrace>& traces, const std::string& file) {
  App app(std::make_unique<NativeEngine>(std::make_shared<NativeMachine>()), Theme::light);  // as on paper
  for (const NamedTrace& trace : traces)
    if (std::string wrong = app.open(trace.name, trace.bytes, trace.just_measured); !wrong.empty()) return wrong;
  app.view.compare = traces.size() > 1;
  const std::unique_ptr<Shell> shell = Shell::without_picture();
  shell->set_viewport(1366, 768, 1);
  std::ofstream out(file, std::ios::binary);
  out << shell->timeline_svg(app);
  return out.flush() ? std::string() : fmt::format("{} cannot be written: {}.", file, std::strerror(errno));
}

}  // namespace interleave
