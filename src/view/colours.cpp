#include "view/colours.h"

namespace interleave {
namespace {

constexpr Rgb kDarkInk = 0x0B0F14, kWhite = 0xFFFFFF, kLightText = 0x12171E;

// By State. Families of Okabe and Ito (bluish green, yellow, blue, vermillion, purple), moved in lightness.
constexpr ThemeColours kDark{
    .page = 0x0A0E13, .panel = 0x121820, .raised = 0x1A222D, .lane = 0x0F141B,
    .line = 0x253040, .control_border = 0x344154,
    .text1 = 0xEAEFF5, .text2 = 0xAAB6C5, .text3 = 0x8492A4,
    .hover = 0x253040, .active = 0x344154,
    .popup = 0x1A222D, .selection = 0x344154,
    .code_keyword = 0xC6B7F0, .code_string = 0xB9C7A8, .code_number = 0xF0C9A6, .code_comment = 0x8492A4, .code_lit = 0x1E2A38,
    .states = {{
        {0x2BCB96, kDarkInk, 0, 0},             // running
        {0xF4DC45, kDarkInk, kDarkInk, 0.42f},  // ready
        {0x1477C6, kWhite, kWhite, 0.75f},      // waiting_io
        {0xE8552F, kDarkInk, kDarkInk, 0.52f},  // waiting_lock
        {0xE99AF2, kDarkInk, kDarkInk, 0.42f},  // waiting_gil
        {0x4A5464, 0, 0, 0},                    // idle
        {0x344154, 0, 0, 0},                    // not_started
        {0xAAB6C5, kDarkInk, 0, 0},             // copying: text 2
        {0x8492A4, kDarkInk, 0, 0},             // starting: text 3
        {0x4A5464, 0, 0, 0},                    // waiting_children: as idle
    }},
    .executors = {0xA1A69E, 0xCDE2FB, 0x63A1BF, 0x916F56, 0xFEF3DA, 0x287279},
};

constexpr ThemeColours kLight{
    .page = 0xF3F4F6, .panel = 0xFFFFFF, .raised = 0xF7F8FA, .lane = 0xFFFFFF,
    .line = 0xDDE2E8, .control_border = 0xC3CBD5,
    .text1 = kLightText, .text2 = 0x465261, .text3 = 0x667180,
    .hover = 0xEEF1F5, .active = 0xDDE2E8,
    .popup = 0xFFFFFF, .selection = 0xC3CBD5,
    .code_keyword = 0x5B3F9E, .code_string = 0x4C6A2A, .code_number = 0x8A4A12, .code_comment = 0x667180, .code_lit = 0xEEF1F5,
    .states = {{
        {0x00785A, kWhite, 0, 0},
        {0xB1861A, kLightText, kWhite, 0.55f},
        {0x3F8FE3, kLightText, kWhite, 0.75f},
        {0x9C1C08, kWhite, kWhite, 0.65f},
        {0x7F2A8A, kWhite, kWhite, 0.55f},
        {0xA9B1BD, 0, 0, 0},
        {0xC3CBD5, 0, 0, 0},
        {0x465261, kWhite, 0, 0},
        {0x667180, kWhite, 0, 0},
        {0xA9B1BD, 0, 0, 0},
    }},
    .executors = {0xA08B85, 0x1B535E, 0x7C7BA1, 0x945F3C, 0x1B1A1A, 0x4D2B00},
};

constexpr float kWaitingHeight = 0.6f;

struct StateWords {
  StateShape shape;
  std::string_view name, gloss;
};
constexpr std::array<StateWords, kStates> kWords = {{
    {{'R', Pattern::solid, 1}, "Running", "Running, has a core"},
    {{'Q', Pattern::hatch, 1}, "Ready", "Ready, could run, has no core"},
    {{'I', Pattern::dots, kWaitingHeight}, "Waiting for I/O", "Waiting for I/O, nothing to do yet"},
    {{'L', Pattern::cross, kWaitingHeight}, "Waiting for a lock", "Waiting for a lock, queue or event"},
    {{'G', Pattern::lines, kWaitingHeight}, "Waiting for the GIL", "Waiting for the GIL, not its turn"},
    {{'Z', Pattern::solid, 0}, "Idle", "Idle, a worker without a task"},
    {{'N', Pattern::floor_dots, 0}, "Not started", "Not started, still in the list"},
    {{'C', Pattern::solid, 1}, "Copying bytes", "Copying bytes, between processes"},
    {{'S', Pattern::solid, kWaitingHeight}, "Being started", "Being started, thread or process"},
    {{0, Pattern::solid, 0}, "Waiting for its tasks", "Waiting for tasks that it made"},
}};

const StateWords& words_of(State state) {
  auto i = static_cast<std::size_t>(state);
  return kWords[i < kWords.size() ? i : static_cast<std::size_t>(State::idle)];
}

}  // namespace

const ThemeColours& colours(Theme theme) { return theme == Theme::dark ? kDark : kLight; }

Pattern forced_pattern_of(State state) { return state == State::copying ? Pattern::lines : shape_of(state).pattern; }

ThemeColours colours(const ForcedColours& forced) {
  const Rgb canvas = forced.canvas, text = forced.text;
  ThemeColours c{};
  c.page = c.panel = c.raised = c.lane = c.popup = c.code_lit = canvas;
  for (Rgb* each : {&c.line, &c.control_border, &c.text1, &c.text2, &c.text3, &c.hover, &c.active, &c.selection, &c.code_keyword, &c.code_string, &c.code_number, &c.code_comment}) *each = text;
  for (std::size_t i = 0; i < c.states.size(); ++i) {
    const Pattern pattern = forced_pattern_of(static_cast<State>(i));
    if (pattern == Pattern::solid || pattern == Pattern::floor_dots) c.states[i] = {text, canvas, 0, 0};
    else c.states[i] = {canvas, text, text, 1};
  }
  c.executors.fill(text);
  return c;
}

StateShape shape_of(State state) { return words_of(state).shape; }
std::string_view name_of(State state) { return words_of(state).name; }
std::string_view gloss_of(State state) { return words_of(state).gloss; }

BadgeLook badge_of(Provenance provenance) {
  switch (provenance) {
    case Provenance::measured: return BadgeLook::filled;
    case Provenance::modelled: return BadgeLook::dashed_outline;
    case Provenance::recorded: return BadgeLook::double_outline;
  }
  return BadgeLook::dashed_outline;
}

std::string_view name_of(Provenance provenance) {
  switch (provenance) {
    case Provenance::measured: return "Measured";
    case Provenance::modelled: return "Modelled";
    case Provenance::recorded: return "Recorded";
  }
  return "Modelled";  // what cannot be is not called measured
}

std::string_view gloss_of(Provenance provenance) {
  switch (provenance) {
    case Provenance::measured: return "It ran here, just now, and the clock of this machine said how long.";
    case Provenance::modelled: return "It did not run in parallel here: its times were computed by rules.";
    case Provenance::recorded: return "It ran on another machine; this is what was recorded there.";
  }
  return "";
}

}  // namespace interleave
