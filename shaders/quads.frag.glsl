// quads.frag.glsl -- state colour, pattern (patterns.glsl), rounded corner and edge coverage of one quad.
// PATTERN is a number of view/colours.h: each has a program of its own, since a processor that draws pays for every branch
// of a shader, taken or not.

flat in vec4 v_box;
flat in vec4 v_fill;
flat in uvec3 v_look;
in vec2 v_at;
out vec4 o_colour;

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

  vec2 p = place_from(v_look.z, v_at);
  vec4 ink = colour(v_look.x);
  float inked = 0.0;
#if PATTERN == 1
  inked = stripes(p);
#elif PATTERN == 2
  inked = dots(p);
#elif PATTERN == 3
  inked = crosses(p);
#elif PATTERN == 4
  inked = lines(p);
#elif PATTERN == 5
  coverage *= floor_dots(p);
#endif
  if (top_edge && v_at.y - v_box.y < u_scale) inked = 1.0;
  vec3 rgb = mix(v_fill.rgb, ink.rgb, inked * ink.a);
  float alpha = v_fill.a * coverage;
  o_colour = vec4(rgb, alpha);
}
