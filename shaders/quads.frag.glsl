// quads.frag.glsl -- state colour, pattern, rounded corner and edge coverage of one quad.
// Patterns are in screen px times scale, from an anchor that belongs to the lane: they neither stretch nor swim when
// the time axis is zoomed, and neighbours join. PATTERN is a number of view/colours.h: each has a program of its own,
// since a processor that draws pays for every branch of a shader, taken or not.
precision highp float;
precision highp int;

flat in vec4 v_box;
flat in vec4 v_fill;
flat in uvec3 v_look;
in vec2 v_at;
out vec4 o_colour;

uniform float u_scale;

vec4 colour(uint c) {
  return vec4(float(c & 255u), float(c >> 8 & 255u), float(c >> 16 & 255u), float(c >> 24)) / 255.0;
}

// Coverage of a stripe `width` wide, repeated each `period`, at distance `d` along the normal (logical px).
float stripe(float d, float width, float period) {
  float soft = 0.5 / u_scale;
  float near = abs(mod(d, period) - period * 0.5);
  return 1.0 - smoothstep(width * 0.5 - soft, width * 0.5 + soft, near);
}

float dot_at(vec2 p, vec2 centre, float diameter) {
  float soft = 0.5 / u_scale;
  return 1.0 - smoothstep(diameter * 0.5 - soft, diameter * 0.5 + soft, distance(p, centre));
}

void main() {
  float radius = float(v_look.y >> 8 & 255u) * 0.25 * u_scale;
  bool top_edge = (v_look.y >> 16 & 1u) == 1u;

  // How much of this pixel the box covers: exact for straight edges, by distance in a rounded corner.
  vec2 lo = clamp(v_at + 0.5 - v_box.xy, 0.0, 1.0);
  vec2 hi = clamp(v_box.zw - v_at + 0.5, 0.0, 1.0);
  vec2 covered = clamp(lo + hi - 1.0, 0.0, 1.0);
  float coverage = covered.x * covered.y;
  radius = min(radius, 0.5 * min(v_box.z - v_box.x, v_box.w - v_box.y));
  if (radius > 0.0) {
    vec2 half_size = 0.5 * (v_box.zw - v_box.xy);
    vec2 q = abs(v_at - 0.5 * (v_box.xy + v_box.zw)) - half_size + radius;
    if (q.x > 0.0 && q.y > 0.0) coverage = min(coverage, clamp(radius - length(q) + 0.5, 0.0, 1.0));
  }
  if (coverage <= 0.0) discard;

  vec2 anchor = vec2(float(int(v_look.z << 16) >> 16), float(int(v_look.z) >> 16));
  vec2 p = v_at / u_scale - anchor;  // logical px from the lane's origin
  vec4 ink = colour(v_look.x);
  float inked = 0.0;
#if PATTERN == 1
  inked = stripe((p.x + p.y) * 0.70710678, 2.6, 7.0);
#elif PATTERN == 2
  vec2 cell = mod(p, 6.0);
  inked = max(dot_at(cell, vec2(1.5), 1.9), dot_at(cell, vec2(4.5), 1.9));
#elif PATTERN == 3
  inked = max(stripe((p.x + p.y) * 0.70710678, 1.4, 4.2426407), stripe((p.x - p.y) * 0.70710678, 1.4, 4.2426407));
#elif PATTERN == 4
  inked = stripe(p.y, 1.5, 5.0);
#elif PATTERN == 5
  coverage *= stripe(p.x, 1.5, 4.0);
#endif
  if (top_edge && v_at.y - v_box.y < u_scale) inked = 1.0;
  vec3 rgb = mix(v_fill.rgb, ink.rgb, inked * ink.a);
  float alpha = v_fill.a * coverage;
  o_colour = vec4(rgb, alpha);
}
