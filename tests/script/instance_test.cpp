#include "script/instance.h"

#include <gtest/gtest.h>

#include "script/run_script.h"

namespace interleave {
namespace {

constexpr const char* kScript = R"("""A title.

    Indented, and trimmed.
    """
from interleave import *
lesson(id="S4", name="http", title="HTTP requests", claim="One.", source="SEED", question="Who?", scene="requests", answer=["loop", "serial"], on=["serial", "loop"], workers=100, cores=4)
preset("S5", title="The fix", on="threads", answer="p99", workers=7, connections=5, latency=50 * ms)
connections = param(100, min=1, max=100_000, log=True)
latency = param(200 * ms, min=1 * ms, max=5 * s)
share = param(0.5, min=0, max=1)
free = param(20)
expect("makespan", on="serial", value=connections * latency)
expect("makespan", on=["threads", "gil"], value=latency * cores() + workers() * ms)
print("top", connections)
async def main(): pass
run(main)
)";

std::shared_ptr<const Instance> with(std::vector<ParameterSetting> parameters, int workers = 1, int cores = 1) {
  Settings settings;
  settings.parameters = std::move(parameters);
  settings.workers = workers;
  settings.cores = cores;
  return instance_of(kScript, settings);
}

TEST(Instance, ListsWhatTheScriptDeclares) {
  auto i = with({});
  ASSERT_TRUE(i);
  EXPECT_EQ(i->program().docstring(), "A title.\n\nIndented, and trimmed.");
  EXPECT_EQ(i->lesson().id, "S4");
  EXPECT_EQ(i->lesson().on, (std::vector<std::string>{"serial", "loop"}));
  EXPECT_EQ(i->lesson().answer, (std::vector<std::string>{"loop", "serial"}));
  EXPECT_EQ(i->lesson().workers, 100);
  EXPECT_EQ(i->lesson().scene, "requests");
  ASSERT_EQ(i->parameters().size(), 4u);
  const Parameter& connections = i->parameters()[0];
  EXPECT_EQ(connections.name, "connections");
  EXPECT_EQ(connections.kind, Parameter::Kind::integer);
  EXPECT_TRUE(connections.log);
  EXPECT_EQ(connections.max, 100'000);
  EXPECT_EQ(connections.line, 8u);
  const Parameter& latency = i->parameters()[1];
  EXPECT_EQ(latency.kind, Parameter::Kind::duration);
  EXPECT_EQ(latency.unit, TimeUnit::ms);
  EXPECT_EQ(latency.standard, 2e8);
  EXPECT_EQ(latency.text(latency.max), "5000 ms");
  EXPECT_EQ(i->parameter("share")->kind, Parameter::Kind::real);
  EXPECT_EQ(i->parameter("free")->min, 0);
  EXPECT_EQ(i->parameter("free")->max, 200);
  ASSERT_EQ(i->presets().size(), 1u);
  EXPECT_EQ(i->presets()[0].on, "threads");
  EXPECT_EQ(i->presets()[0].answer, (std::vector<std::string>{"p99"}));
  EXPECT_EQ(i->presets()[0].workers, 7);
  EXPECT_EQ(i->presets()[0].parameters, (std::vector<ParameterSetting>{{"connections", 5}, {"latency", 5e7}}));
  EXPECT_EQ(i->output(), std::vector<std::string>{"top 100"});
  EXPECT_TRUE(i->has_main());
  EXPECT_TRUE(i->notices().empty());
}

TEST(Instance, ChoicesHaveNamesAndStandForTheirNumbers) {
  constexpr const char* kWays = "from interleave import *\nway = param(1, choices=[\"plain calls\", \"gather\", \"two awaits\"])\nasync def main(): pass\nrun(main)\n";
  auto i = instance_of(kWays, {});
  ASSERT_TRUE(i);
  const Parameter& way = i->parameters().at(0);
  EXPECT_EQ(way.max, 2);
  EXPECT_EQ(way.text(way.value), "gather");
  EXPECT_EQ(way.text(7), "7") << "there is none";
  double value = 0;
  EXPECT_TRUE(way.parse("two awaits", value));
  EXPECT_EQ(value, 2);
  EXPECT_TRUE(way.parse("plain-calls", value)) << "as a command line has it";
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(way.parse("1", value));
  EXPECT_EQ(value, 1);
  EXPECT_FALSE(way.parse("three", value));
}

TEST(Instance, ComputesItsExpectationsFromTheParametersInForce) {
  auto i = with({{"connections", 3}}, 5, 2);
  EXPECT_EQ(i->expectation("makespan", "serial")->value, 6e8);
  EXPECT_EQ(i->expectation("makespan", "gil")->value, 4.05e8);
  EXPECT_EQ(i->expectation("makespan", "loop"), nullptr);
  EXPECT_EQ(i->expectation("speedup", "serial"), nullptr);
}

TEST(Instance, ClampsOverridesWithANotice) {
  auto i = with({{"connections", 1e9}, {"latency", 10}, {"share", 0.25}, {"free", 3.6}, {"nobody", 1}});
  EXPECT_EQ(i->parameter("connections")->value, 100'000);
  EXPECT_EQ(i->parameter("latency")->value, 1e6);
  EXPECT_EQ(i->parameter("share")->value, 0.25);
  EXPECT_EQ(i->parameter("free")->value, 4);
  EXPECT_EQ(i->notices(), (std::vector<std::string>{
    "'connections' cannot be 1000000000; it is between 1 and 100000, so 100000 is used.",
    "'latency' cannot be 1e-05 ms; it is between 1 ms and 5000 ms, so 1 ms is used.",
    "'free' is a whole number; 4 is used.",
    "The script has no parameter called 'nobody'; it was left out."}));
  EXPECT_EQ(i->global("connections")->integer(), 100'000);
  EXPECT_EQ(str(*i->global("latency")), "1 ms");
}

TEST(Instance, IgnoresAnOverrideThatIsNoNumber) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(with({{"connections", nan}})->parameter("connections")->value, 100);
  EXPECT_EQ(with({{"latency", std::numeric_limits<double>::infinity()}})->parameter("latency")->value, 2e8);
}

TEST(Instance, ABareScriptNeedsNoLesson) {
  auto i = instance_of("async def main():\n    pass\n");
  ASSERT_TRUE(i);
  EXPECT_FALSE(i->has_main());
  EXPECT_TRUE(i->lesson().id.empty());
}

TEST(Instance, RefusesWhatMakesNoSense) {
  EXPECT_EQ(error_of("x = param('a')"), "Line 2, column 5: The default of param() is a number or a time, not a str.");
  EXPECT_EQ(error_of("x = param(5, min=6)"), "Line 2, column 5: The default of 'x', 5, is not between 6 and 50.");
  EXPECT_EQ(error_of("x = param(5 * ms, min=1)"), "Line 2, column 5: min= of param() is of another kind than the default, 5 ms.");
  EXPECT_EQ(error_of("param(5)"), "Line 2, column 1: param() is assigned to one name, such as connections = param(100).");
  EXPECT_EQ(error_of("x = param(5)\nx = param(6)"), "Line 3, column 5: The parameter 'x' is declared twice.");
  EXPECT_EQ(error_of("def f():\n  x = param(5)"), "Line 3, column 7: param() belongs to the top level of the script.");
  EXPECT_EQ(error_of("lesson(id='a', name='b', on='moon')"), "Line 2, column 1: No executor is called 'moon'; there are serial, threads, gil, processes, loop and stealing.");
  EXPECT_EQ(error_of("lesson(id='a', name='b', scene='moon')"), "Line 2, column 1: No scene is called 'moon'; there are tasks, cashiers, requests, list, gil, book, memory, map, locks, pipeline.");
  EXPECT_EQ(error_of("lesson(colour='a')"), "Line 2, column 8: lesson() has no argument called 'colour'.");
  EXPECT_EQ(error_of("preset('S5', speed=3)"), "Line 2, column 1: The preset sets 'speed', but no parameter is called that.");
  EXPECT_EQ(error_of("expect('output', value=3)"), "Line 2, column 1: value= of expect(\"output\") is a text or a list of texts, not an int.");
  EXPECT_EQ(error_of("expect('switches', least=3, most=4)"), "Line 2, column 1: expect() takes one of value=, least= and most=.");
  EXPECT_EQ(error_of("gil_interval(3)"), "Line 2, column 1: gil_interval() takes a time from 1 \xc2\xb5s to 10 s, not 3.");
  EXPECT_EQ(error_of("expect('luck', value=3)"), "Line 2, column 1: expect() knows no figure 'luck'; there are makespan, p99, longest, cpu, speedup, switches, tasks, output, lines, error.");
  EXPECT_EQ(error_of("expect('makespan', value=3)"), "Line 2, column 1: The makespan is a time; give value= a unit, such as 2 * s.");
}

TEST(Instance, TheTopLevelHasAMemoryLimit) {
  Settings settings;
  settings.memory_bytes = 1 << 20;
  Ran ran = run_script("x = []\nwhile True: x.append('abc' * 100)\n", settings);
  EXPECT_EQ(ran.error.sentence, "The script would hold more than 1 MiB, its limit; use less at a time.");
}

TEST(ParameterValue, IsReadWithAndWithoutAUnit) {
  auto read = [](const char* text) {
    double v = -1;
    return parse_parameter_value(text, v) ? v : -1;
  };
  EXPECT_EQ(read("200"), 200);
  EXPECT_EQ(read("100_000"), 100'000);
  EXPECT_EQ(read("200ms"), 2e8);
  EXPECT_EQ(read("0.2 s"), 2e8);
  EXPECT_EQ(read("3us"), 3000);
  EXPECT_EQ(read("5ns"), 5);
  EXPECT_EQ(read("1e6"), 1e6);
  EXPECT_EQ(read("1.5"), 1.5);
  for (const char* junk : {"", "ms", "abc", "1 2", "inf", "nan", "1e999", "5 m", "0x10"}) EXPECT_EQ(read(junk), -1) << junk;
}

}  // namespace
}  // namespace interleave
