#include "ui/layout.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace interleave {
namespace {

struct Named {
  const char* name;
  Rect rect;
};

std::vector<Named> panels(const Layout& l) {
  return {{"top", l.top}, {"timeline", l.timeline}, {"table", l.table}, {"code", l.code}, {"scene", l.scene}, {"why", l.why},
          {"states", l.states}, {"tabs", l.tabs}, {"question", l.question}, {"notice", l.notice}, {"workload", l.workload}};
}

void expect_apart(const LayoutInput& in) {
  Layout l = lay_out(in);
  std::vector<Named> all = panels(l);
  bool over = l.form == Form::drawer || l.form == Form::embed;  // the drawer lies over the lanes
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Rect& a = all[i].rect;
    if (a.empty()) continue;
    std::string where = std::string(all[i].name) + " at " + std::to_string(in.width) + "x" + std::to_string(in.height);
    EXPECT_GE(a.x, 0) << where;
    EXPECT_GE(a.y, 0) << where;
    EXPECT_LE(a.right(), in.width + 0.01f) << where;
    EXPECT_LE(a.bottom(), in.height + 0.01f) << where;
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const Rect& b = all[j].rect;
      if (b.empty() || (over && std::string_view(all[j].name) == "workload")) continue;
      bool apart = a.right() <= b.x + 0.01f || b.right() <= a.x + 0.01f || a.bottom() <= b.y + 0.01f || b.bottom() <= a.y + 0.01f;
      EXPECT_TRUE(apart) << where << " lies over " << all[j].name;
    }
  }
}

TEST(Layout, PanelsLieApartAndInsideAtEverySize) {
  constexpr std::pair<float, float> kSizes[] = {{1920, 1080}, {1600, 900}, {2560, 1440}, {1366, 768}, {1100, 480}, {1280, 640},
                                                {1024, 600}, {700, 480}, {800, 400}, {480, 280}, {390, 844}, {320, 568}, {844, 390}};
  for (auto [width, height] : kSizes)
    for (Tab tab : {Tab::lanes, Tab::code, Tab::table, Tab::settings})
      for (bool drawer : {false, true})
        for (bool pinned : {false, true}) for (bool present : {false, true}) for (float notice : {0.0f, 36.0f, 70.0f}) {
          LayoutInput in{width, height, 420, 6, drawer, present, pinned, tab};
          in.notice_height = notice;
          expect_apart(in);
        }
}

TEST(Layout, ANoticeCoversNothingAndChangesNoForm) {
  for (auto [width, height] : {std::pair<float, float>{1920, 1080}, {1366, 768}, {1366, 490}, {1024, 600}, {800, 400}, {390, 844}}) {
    LayoutInput in{.width = width, .height = height};
    const Layout without = lay_out(in);
    in.notice_height = 36;
    const Layout with = lay_out(in);
    EXPECT_EQ(with.form, without.form) << width;
    EXPECT_EQ(with.notice.h, 36) << width;
    EXPECT_GE(with.timeline.y, with.notice.bottom()) << width;
    EXPECT_EQ(with.timeline.bottom() > 0, without.timeline.bottom() > 0) << width;
  }
}

TEST(Layout, StepsComeAtTheWidthsAndHeightsOfTheDesign) {
  EXPECT_EQ(lay_out({.width = 1600, .height = 900}).form, Form::wide);
  EXPECT_EQ(lay_out({.width = 1599, .height = 900}).form, Form::laptop);
  EXPECT_EQ(lay_out({.width = 1100, .height = 700}).form, Form::laptop);
  EXPECT_EQ(lay_out({.width = 1024, .height = 600}).form, Form::drawer);
  EXPECT_EQ(lay_out({.width = 699, .height = 700}).form, Form::phone);
  EXPECT_EQ(lay_out({.width = 1366, .height = 479}).form, Form::embed);
  EXPECT_TRUE(lay_out({.width = 800, .height = 299}).one_executor);
  EXPECT_TRUE(lay_out({.width = 390, .height = 844}).touch);
}

TEST(Layout, OnAWallCodeAndSceneAreThereFromALaptopsScreenOn) {
  for (auto [width, height] : {std::pair{1366.0f, 768.0f}, {1920.0f, 1080.0f}}) {
    const Layout wall = lay_out({.width = width / 1.5f, .height = height / 1.5f, .present = true});
    EXPECT_FALSE(wall.code.empty()) << width;
    EXPECT_FALSE(wall.scene.empty()) << width;
    EXPECT_GE(wall.timeline.h, 330) << width;
    EXPECT_TRUE(wall.workload.empty() && wall.top.empty() && wall.table.empty()) << width;
  }
}

TEST(Layout, LaptopShowsWhyInTheScenesPlaceWhileASpanIsPinned) {
  LayoutInput in{.width = 1366, .height = 768};
  EXPECT_TRUE(lay_out(in).why.empty());
  in.pinned = true;
  Layout pinned = lay_out(in);
  EXPECT_FALSE(pinned.why.empty());
  EXPECT_TRUE(pinned.scene.empty());
}

}  // namespace
}  // namespace interleave
