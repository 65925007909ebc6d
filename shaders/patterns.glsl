// patterns.glsl -- the patterns of view/colours.h; comes before the fragment shaders that draw them.
// They are in screen px times scale, from an anchor that belongs to the lane: they neither stretch nor swim when the time
// axis is zoomed, and neighbours join. Each answers how much of the ink is seen at `p`, logical px from that anchor.
uniform float u_scale;      // framebuffer px per logical px

vec2 place_from(uint anchor, vec2 at) { return at / u_scale - vec2(float(int(anchor << 16) >> 16), float(int(anchor) >> 16)); }

// Coverage of a stripe `width` wide, repeated each `period`, at distance `d` along the normal.
float stripe(float d, float width, float period) {
  float soft = 0.5 / u_scale;
  float near = abs(mod(d, period) - period * 0.5);
  return 1.0 - smoothstep(width * 0.5 - soft, width * 0.5 + soft, near);
}

float dot_at(vec2 p, vec2 centre, float diameter) {
  float soft = 0.5 / u_scale;
  return 1.0 - smoothstep(diameter * 0.5 - soft, diameter * 0.5 + soft, distance(p, centre));
}

float stripes(vec2 p) { return stripe((p.x + p.y) * 0.70710678, 2.6, 7.0); }
float dots(vec2 p) {
  vec2 cell = mod(p, 6.0);
  return max(dot_at(cell, vec2(1.5), 1.9), dot_at(cell, vec2(4.5), 1.9));
}
float crosses(vec2 p) {
  return max(stripe((p.x + p.y) * 0.70710678, 1.4, 4.2426407), stripe((p.x - p.y) * 0.70710678, 1.4, 4.2426407));
}
float lines(vec2 p) { return stripe(p.y, 1.5, 5.0); }
float floor_dots(vec2 p) { return stripe(p.x, 1.5, 4.0); }
